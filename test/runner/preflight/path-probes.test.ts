import { expect } from 'chai';
import { probePath, soonestReply } from '../../../lib/runner/preflight/path-probes.ts';
import { PortRange, Tester } from '../../../lib/tester/index.ts';
import { MemoryLink, type Sent } from '../../tester/memory-link.ts';

const PORTS = { closed: 1, open: 80 };
const BURST = 100;
// Of milliseconds: what happens later has a later time.
const LEAST_STEP = 0.001;

/** The reset that CLOSED owes a segment. */
const resetOf = ({ segment: { seq, ack, ctl } }: Sent): string =>
  ctl.has('ACK') ? `<SEQ=${ack}><CTL=RST>` : `<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`;

/** Answers a burst in reverse order, the last segment first; answers other segments at once. */
const backwards = (link: MemoryLink, isHeld: (sent: Sent) => boolean): void => {
  const held: Sent[] = [];
  link.script = (sent) => {
    if (!isHeld(sent)) return [resetOf(sent)];
    held.push(sent);
    if (held.length % BURST === 0) {
      for (const one of held.splice(0).reverse()) link.arrive(resetOf(one), one.from, one.to);
    }
    return [];
  };
};

/** A clock that a busy machine does not move: it moves while the tester listens, and by next to nothing at each look at it. */
class StillClock {
  #now = performance.now();

  constructor() {
    performance.now = () => {
      this.#now += LEAST_STEP;
      return this.#now;
    };
  }

  /** The time that the tester listens passes at once. */
  passesWhile(tester: Tester): void {
    tester.listen = async (milliseconds) => {
      this.#now += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
      await tester.drained();
    };
  }

  /** The real clock again. */
  restore(): void {
    Reflect.deleteProperty(performance, 'now');
  }
}

describe('probes of the path', () => {
  let link: MemoryLink;
  let tester: Tester;

  let clock: StillClock;

  beforeEach(() => {
    clock = new StillClock();
    link = new MemoryLink();
    tester = new Tester([link], new PortRange(10_000, 31_999));
    clock.passesWhile(tester);
  });

  afterEach(async () => {
    clock.restore();
    await tester.close();
  });

  it('do not take a target that answers SYNs in an order of its own for a path that mixes them up', async () => {
    backwards(link, ({ segment: { ctl } }) => ctl.has('SYN'));
    await probePath(tester, 4, PORTS, 250);
    expect(tester.path.percent()).to.deep.equal({ lost: 0, doubled: 0, reordered: 0 });
    expect(tester.path.disturbed).to.equal(false);
  });

  it('find a path that mixes up whatever it carries', async () => {
    backwards(link, () => true);
    await probePath(tester, 4, PORTS, 250);
    expect(tester.path.percent()).to.deep.equal({ lost: 0, doubled: 0, reordered: 99 });
  });

  it('believe the SYNs where nothing resets what acknowledges out of nowhere', async () => {
    backwards(link, ({ segment: { ctl } }) => ctl.has('SYN'));
    const { script } = link;
    link.script = (sent) => (sent.segment.ctl.has('ACK') ? [] : script(sent));
    await probePath(tester, 4, PORTS, 100);
    expect(tester.path.disturbed).to.equal(true);
  });

  /** CLOSED resets, LISTEN answers a SYN; each of these so often. */
  const answering = ({ resets, synAcks }: { resets: number; synAcks: number }) => {
    link.script = (sent) => {
      const { ctl, seq } = sent.segment;
      if (ctl.has('RST')) return [];
      const [answer, times] =
        sent.to === PORTS.open ? [`<SEQ=9><ACK=${seq + 1}><CTL=SYN,ACK>`, synAcks] : [resetOf(sent), resets];
      return Array.from({ length: times }, () => answer);
    };
  };

  it('do not take a target that sends each reset twice for a path that doubles', async function () {
    this.timeout(120_000);
    answering({ resets: 2, synAcks: 1 });
    await probePath(tester, 4, PORTS, 250);
    expect(tester.path.percent()).to.deep.equal({ lost: 0, doubled: 0, reordered: 0 });
    expect(tester.path.disturbed).to.equal(false);
  });

  it('tell a target that resets so many a second from one whose queue takes so many at once', async function () {
    this.timeout(120_000);
    for (const isQueue of [true, false]) {
      let taken = 0;
      answering({ resets: 1, synAcks: 1 });
      const { script } = link;
      // The queue is empty again in the next turn; the second is not over within the test.
      link.script = (sent) => {
        if (sent.to !== PORTS.closed || !sent.segment.ctl.has('SYN')) return script(sent);
        taken += 1;
        if (isQueue)
          setImmediate(() => {
            taken = 0;
          });
        return taken > 41 ? [] : script(sent);
      };
      const { resetsAtOnce, keepsUp } = await probePath(tester, 4, PORTS, 250);
      expect({ resetsAtOnce, keepsUp }).to.deep.equal({ resetsAtOnce: 41, keepsUp: isQueue });
    }
  });

  it('find a path that doubles whatever it carries', async function () {
    this.timeout(120_000);
    answering({ resets: 2, synAcks: 2 });
    await probePath(tester, 4, PORTS, 250);
    expect(tester.path.percent()).to.deep.equal({ lost: 0, doubled: 100, reordered: 0 });
  });
});

describe('the time within which no reply can come', () => {
  it('is at most half of the least round trip', () => {
    expect(soonestReply([40, 41, 42], 0)).to.equal(20);
  });

  it('is less where round trips differ, and where the tester was late', () => {
    expect(soonestReply([40, 41, 70], 0)).to.equal(10);
    expect(soonestReply([40, 41, 42], 30)).to.equal(8);
  });

  it('is 0 where that tells nothing', () => {
    expect(soonestReply([], 0)).to.equal(0);
    expect(soonestReply([10, 50], 0)).to.equal(0);
    expect(soonestReply([40, 41, 42], 100)).to.equal(0);
  });
});

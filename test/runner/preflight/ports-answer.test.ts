import { expect } from 'chai';
import { say } from '../../../lib/report/say.ts';
import { portsAnswer } from '../../../lib/runner/preflight/ports-answer.ts';
import { PortRange, Tester } from '../../../lib/tester/index.ts';
import { MemoryLink, type Sent } from '../../tester/memory-link.ts';

const PORTS = { closed: 1, open: 80 };

/** The answers of a correct TCP at either port. */
function right({ segment: { ctl, seq, ack }, to }: Sent): string[] {
  if (ctl.has('RST')) return [];
  if (to === PORTS.open) return ctl.has('SYN') ? [`<SEQ=9><ACK=${seq + 1}><CTL=SYN,ACK>`] : [];
  return [ctl.has('ACK') ? `<SEQ=${ack}><CTL=RST>` : `<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`];
}

describe('the ports of a target', () => {
  const testers: Tester[] = [];
  after(() => Promise.all(testers.map((tester) => tester.close())));
  function asked(answer: (sent: Sent) => string[], isKnown = true, asksClosed = true) {
    const link = new MemoryLink();
    const tester = new Tester([link], new PortRange(10_000, 31_999));
    testers.push(tester);
    link.script = answer;
    return portsAnswer(tester, 4, PORTS, { isKnown, asksClosed });
  }

  it('are sent no reset where no case asks what CLOSED does with it', async () => {
    const resetsAll = (sent: Sent): string[] =>
      sent.segment.ctl.has('RST') ? ['<SEQ=0><CTL=RST>'] : right(sent);
    expect((await asked(resetsAll)).faults.map(({ step }) => step)).to.deep.equal(['RST to a closed port']);
    expect((await asked(resetsAll, true, false)).faults).to.deep.equal([]);
  });

  it('give no fault where they answer as they must', async () => {
    const { faults, roundTrips, silentClosed } = await asked(right);
    expect(faults).to.deep.equal([]);
    expect(roundTrips).to.have.length.above(5);
    expect(silentClosed).to.equal(false);
  });

  const wrong: readonly [string, (sent: Sent) => string[], string][] = [
    [
      'no RST bit',
      ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=ACK>`],
      'its reset of a SYN to a closed port has CTL=ACK instead of RST,ACK',
    ],
    [
      'a SYN bit',
      ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=SYN,RST,ACK>`],
      'its reset of a SYN to a closed port has CTL=SYN,RST,ACK instead of RST,ACK',
    ],
    [
      'no ACK bit',
      ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=RST>`],
      'its reset of a SYN to a closed port has CTL=RST instead of RST,ACK',
    ],
    [
      'a SEQ of its own',
      ({ segment: { seq } }) => [`<SEQ=5><ACK=${seq + 1}><CTL=RST,ACK>`],
      'its reset of a SYN to a closed port has SEQ=5 instead of 0',
    ],
    [
      'an ACK too low',
      ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq}><CTL=RST,ACK>`],
      'its reset of a SYN to a closed port acknowledges SEG.SEQ instead of SEG.SEQ+SEG.LEN',
    ],
  ];
  for (const [name, answer, text] of wrong) {
    it(`give a fault for a reset of a SYN with ${name}`, async () => {
      const { faults } = await asked((sent) =>
        sent.to === PORTS.closed && sent.segment.ctl.has('SYN') ? answer(sent) : right(sent),
      );
      expect(faults.map(say.preflightFault)).to.deep.equal([`${text}, over IPv4`]);
      expect(faults[0]).to.include({ gravity: 'deviation', mayBeFilter: false, port: 1 });
      expect(faults[0]?.blocks).to.deep.equal([]);
    });
  }

  it('give a fault for a reset of an ACK with a number one too high', async () => {
    const { faults } = await asked((sent) =>
      sent.segment.ctl.has('ACK') && !sent.segment.ctl.has('RST')
        ? [`<SEQ=${sent.segment.ack + 1}><CTL=RST>`]
        : right(sent),
    );
    expect(faults.map(say.preflightFault)).to.deep.equal([
      'its reset of an ACK to a closed port has SEQ=SEG.ACK+1 instead of SEG.ACK, over IPv4',
    ]);
  });

  it('give a fault for a reset that is answered', async () => {
    const { faults } = await asked((sent) =>
      sent.segment.ctl.has('RST') && sent.to === PORTS.closed ? ['<SEQ=0><CTL=RST>'] : right(sent),
    );
    expect(faults.map(say.preflightFault)).to.deep.equal(['it answers a RST to a closed port, over IPv4']);
  });

  it('do not accuse for what was seen once', async () => {
    let asks = 0;
    const { faults } = await asked((sent) => {
      if (sent.to !== PORTS.closed || !sent.segment.ctl.has('SYN')) return right(sent);
      asks += 1;
      return asks === 1 ? [`<SEQ=7><ACK=1><CTL=RST,ACK>`] : right(sent);
    });
    expect(faults).to.deep.equal([]);
  });

  it('are silent by the fault of the TCP where an upper tester is on it, and otherwise perhaps by a filter', async function () {
    this.timeout(15_000);
    const silent = (sent: Sent): string[] => (sent.to === PORTS.closed ? [] : right(sent));
    const [known, unknown] = await Promise.all([asked(silent), asked(silent, false)]);
    expect(known.faults).to.have.length(1);
    expect(known.faults[0]).to.include({ gravity: 'deviation', mayBeFilter: true });
    expect(known.silentClosed).to.equal(true);
    expect(unknown.faults[0]).to.deep.include({
      gravity: 'obstacle',
      blocks: [{ state: 'CLOSED', closedBy: 'never opened' }],
    });
  });

  it('tell a port that listens from a closed one, and ask for another', async () => {
    const { faults } = await asked((sent) => right({ ...sent, to: PORTS.open }));
    expect(faults[0]).to.deep.include({
      gravity: 'obstacle',
      blocks: [{ state: 'CLOSED', closedBy: 'never opened' }],
    });
  });
});

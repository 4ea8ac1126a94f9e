import { expect } from 'chai';
import { SCENARIOS } from '../../../lib/catalogue/catalogue.ts';
import { say } from '../../../lib/report/say.ts';
import { needsOf } from '../../../lib/runner/preflight/needs.ts';
import { type Walk, walk } from '../../../lib/runner/preflight/walk.ts';
import type { TargetWatch } from '../../../lib/runner/trial/target-watch.ts';
import { blockerOf, type Place } from '../../../lib/verdict/preflight-fault.ts';
import { add } from '../../../lib/wire/seq.ts';
import { accepting, world } from '../../states/scripted-target.ts';
import type { Sent } from '../../tester/memory-link.ts';

const named = ({ state, origin, closedBy }: Place): string =>
  [state, origin, closedBy].filter(Boolean).join(' ');

const ALL = { family: 4, width: 16, needs: needsOf(SCENARIOS) } as const;

describe('the walk through the states', function () {
  this.timeout(120_000);
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));

  /** A TCP that opens and closes on both sides, changed by `make`. */
  function target(make: (sent: Sent, answer: readonly string[]) => readonly string[]) {
    const one = world();
    made.push(one);
    const { link, driver } = one;
    const inner = new Map<number, (sent: Sent) => readonly string[]>();
    const active = new Set<number>();
    driver.onConnect = (port) => {
      active.add(port);
      link.arrive('<SEQ=5000><CTL=SYN>', port);
    };
    link.script = (sent) => {
      const { ctl, seq } = sent.segment;
      let script = inner.get(sent.from);
      if (!script) {
        script = accepting();
        inner.set(sent.from, script);
      }
      const answer =
        active.has(sent.from) && ctl.has('SYN') && ctl.has('ACK')
          ? [`<SEQ=5001><ACK=${add(seq, 1)}><CTL=ACK>`]
          : active.has(sent.from) && ctl.has('SYN')
            ? [`<SEQ=5000><ACK=${add(seq, 1)}><CTL=SYN,ACK>`]
            : script(sent);
      return make(sent, answer);
    };
    return one;
  }

  const walked = async (make: (sent: Sent, answer: readonly string[]) => readonly string[]) => {
    const { environment } = target(make);
    return walk(environment, ALL);
  };

  const wrongSynAck =
    (text: (seq: number) => string) =>
    ({ segment: { ctl, seq }, to }: Sent, answer: readonly string[]): readonly string[] =>
      ctl.has('SYN') && !ctl.has('ACK') && to === 7930 ? [text(seq)] : answer;

  const synAcks: readonly [string, (seq: number) => string, string][] = [
    [
      'the SYN itself',
      (seq) => `<SEQ=5000><ACK=${seq}><CTL=SYN,ACK>`,
      'acknowledges SEG.SEQ instead of SEG.SEQ+1',
    ],
    [
      'two octets',
      (seq) => `<SEQ=5000><ACK=${add(seq, 2)}><CTL=SYN,ACK>`,
      'acknowledges SEG.SEQ+2 instead of SEG.SEQ+1',
    ],
    ['no number', () => '<SEQ=5000><CTL=SYN>', 'has CTL=SYN instead of SYN,ACK'],
  ];
  // They mostly wait: side by side, then.
  const walks = new Map<string, Promise<Walk>>();
  before(() => {
    for (const [name, text] of synAcks) walks.set(name, walked(wrongSynAck(text)));
    walks.set(
      'nothing',
      walked(() => []),
    );
  });

  for (const [name, , what] of synAcks) {
    it(`names a SYN,ACK that acknowledges ${name}, and what cannot be reached because of it`, async () => {
      const { faults, heard } = (await walks.get(name)) as Walk;
      const fault = faults.find(({ step }) => step === 'SYN to LISTEN');
      expect(fault && say.preflightFault(fault))
        .to.match(/^its SYN,ACK /)
        .and.to.contain(what);
      expect(fault).to.include({ gravity: 'deviation', port: 7930, mayBeFilter: false });
      expect(fault?.blocks.map(named)).to.include.members([
        ...['SYN-RECEIVED passive', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT'],
        ...['CLOSING', 'LAST-ACK', 'TIME-WAIT'],
      ]);
      // A listener is there to be tested. A connection that the target opens does not go through it.
      for (const place of [{ state: 'LISTEN' }, { state: 'SYN-SENT' }, { state: 'CLOSED' }] as const) {
        expect(
          blockerOf(
            { ...place, family: 4 },
            faults.filter((one) => one === fault),
          ),
        ).to.equal(undefined);
      }
      expect(heard).to.equal(true);
    });
  }

  it('calls it an obstacle when a call of the user has no effect', async () => {
    const { environment, driver } = target((_sent, answer) => answer);
    driver.onConnect = () => {};
    const { faults } = await walk(environment, ALL);
    const open = faults.find(({ step }) => step === 'OPEN');
    expect(open).to.include({ gravity: 'obstacle' }).and.not.to.have.property('sent');
    expect(open && say.preflightFault(open)).to.equal('its user calls OPEN, and no SYN comes, over IPv4');
    expect(open?.blocks.map(named)).to.deep.equal([
      ...['SYN-SENT', 'SYN-RECEIVED active', 'CLOSED abort', 'CLOSED FINs'],
    ]);
  });

  it('goes where the cases begin, and no further', async () => {
    const { environment, driver } = target((_sent, answer) => answer);
    let calls = 0;
    driver.onConnect = () => {
      calls += 1;
    };
    const needs = needsOf([{ id: 'listen.syn.empty' }]);
    const { faults } = await walk(environment, { ...ALL, needs });
    expect(faults).to.deep.equal([]);
    expect(calls).to.equal(0);
    expect(
      (await walk(environment, { ...ALL, needs: needsOf([{ id: 'syn-sent.rst-ack.good' }]) })).faults,
    ).to.not.deep.equal([]);
  });

  it('hears nothing of a target that answers nothing, though it may call', async () => {
    const { heard } = (await walks.get('nothing')) as Walk;
    expect(heard).to.equal(false);
  });

  it('accuses nobody of what was missed while the target was away', async () => {
    const { environment } = target(() => []);
    const watch = {
      epoch: 0,
      lost: undefined,
      async check() {
        watch.epoch += 1;
      },
    };
    const { faults } = await walk(environment, ALL, watch as unknown as TargetWatch);
    expect(faults).to.deep.equal([]);
  });

  it('ends where the target does not come back, and says on the way to which state', async () => {
    const { environment } = target(() => []);
    const watch = {
      epoch: 0,
      lost: { kind: 'restart failed', told: 'nobody is there' },
      check: async () => {},
    };
    const error = await walk(environment, { ...ALL, width: 1 }, watch as unknown as TargetWatch).catch(
      (each: Error) => each,
    );
    expect(String(error)).to.match(/on the way to SYN-RECEIVED, over IPv4, .*nobody is there/);
  });
});

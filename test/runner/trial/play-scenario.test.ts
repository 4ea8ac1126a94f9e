import { expect } from 'chai';
import type { StepDeclaration, StepsDeclaration } from '../../../lib/catalogue/case.ts';
import { resolveScenario } from '../../../lib/catalogue/resolve.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { playScenario } from '../../../lib/runner/trial/play-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES, type Profile } from '../../../lib/standard/profile.ts';
import type { State } from '../../../lib/standard/state.ts';
import { verdictOf, whyInconclusive } from '../../../lib/verdict/result.ts';
import { accepting, TIMING, world } from '../../states/scripted-target.ts';

const TAKES_TEXT: StepsDeclaration = {
  id: 'ladder.test.text',
  title: 'text is acknowledged',
  steps: [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
    { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>' },
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: 'silence', then: 'ESTABLISHED' },
  ],
  rules: ['3.10.7.4 seventh'],
};

const scenario = (steps: readonly StepDeclaration[] = TAKES_TEXT.steps) =>
  resolveScenario({ ...TAKES_TEXT, state: 'ESTABLISHED', steps });

describe('a scenario of several steps', () => {
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));
  function fresh() {
    const one = world({ ...TIMING, observation: 200 });
    made.push(one);
    const { environment, driver, link } = one;
    driver.send = async () => {
      const syn = link.sent.find(({ segment }) => segment.ctl.has('SYN'));
      link.arrive('<SEQ=5001><ACK=1><CTL=ACK,PSH><DATA=1>', syn?.from ?? 0);
    };
    return {
      ...one,
      context: {
        environment,
        family: 4,
        index: 0,
        seed: 1,
        profile: 'rfc9293',
        adoption: ALL_CHECKS,
      } as const,
    };
  }

  it('is conformant when each step is as expected', async () => {
    const { link, context } = fresh();
    link.script = accepting();
    const { result } = await playScenario(scenario(), context, 0);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result.records.slice(0, 8).map(({ from, role }) => `${from} ${role}`)).to.deep.equal([
      ...['tester setup', 'target setup', 'tester setup'],
      ...['tester stimulus', 'target reply', 'tester stimulus'],
      ...['tester proof', 'target proof'],
    ]);
    expect(result.records.slice(8).map(({ role }) => role)).to.satisfy((roles: string[]) =>
      roles.every((role) => role === 'proof'),
    );
  });

  it('deviates at the first step that is not, and names it', async () => {
    const { link, context } = fresh();
    // It neither accepts the text nor answers it, and the next segment looks the same.
    link.script = accepting(({ segment: { data } }) => data === 10);
    const { result } = await playScenario(scenario(), context, 0);
    expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
    expect(reasonText(result, 'rfc9293')).to.equal(
      'step 2: expected <SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>, observed silence',
    );
  }).timeout(10_000);

  it('deviates when a step is as expected but for an option', async () => {
    const { link, context } = fresh();
    const right = accepting();
    link.script = (sent) =>
      (right?.(sent) ?? []).map((reply) => (reply.includes('SYN') ? reply : `${reply}<WSCALE=0>`));
    const { result } = await playScenario(scenario(), context, 0);
    expect(reasonText(result, 'rfc9293')).to.equal(
      'step 2: only a SYN carries a window scale (RFC 7323 2.2)',
    );
  });

  it('deviates when it ends in another state than expected', async () => {
    const { link, context } = fresh();
    link.script = accepting();
    const { result } = await playScenario(
      scenario([...TAKES_TEXT.steps.slice(0, -1), { expect: 'silence', then: 'CLOSE-WAIT' }]),
      context,
      0,
    );
    expect(reasonText(result, 'rfc9293')).to.equal('the state after is ESTABLISHED, not CLOSE-WAIT');
  });

  describe('that a SHOULD of RFC 1122 decides', () => {
    const ACK = '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>';
    const RESET = '<SEQ=SND.NXT><CTL=RST>';
    const choosing = (expected: string, permitted: string, then: State, otherwise: State) =>
      scenario([
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
        { expect: 'silence' },
        { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
        {
          expect: {
            rfc793: { reply: permitted, then: otherwise },
            rfc1122: [
              { reply: expected, then },
              { reply: permitted, then: otherwise, level: 'permitted' },
            ],
          },
        },
      ]);
    const verdictsOf = async (ladder: ReturnType<typeof scenario>) => {
      const { link, context } = fresh();
      link.script = accepting();
      const { result } = await playScenario(ladder, context, 0);
      const of = (say: (profile: Profile) => unknown) =>
        Object.fromEntries(PROFILES.map((profile) => [profile, say(profile)]));
      return {
        verdicts: of((profile) => verdictOf(result, profile)),
        reasons: of((profile) => reasonText(result, profile)),
      };
    };

    it('is permitted where it does not follow, and before RFC 1122 as it has to be', async () => {
      const { verdicts, reasons } = await verdictsOf(choosing(RESET, ACK, 'CLOSED', 'ESTABLISHED'));
      expect([verdicts.rfc793, verdicts.rfc1122, verdicts.rfc9293]).to.deep.equal([
        'conformant',
        'permitted',
        'permitted',
      ]);
      expect(reasons.rfc9293).to.equal(
        `step 4: ${ACK}, then ESTABLISHED is permitted; better: ${RESET}, then CLOSED`,
      );
    });

    it('deviates before RFC 1122 where it does', async () => {
      const { verdicts, reasons } = await verdictsOf(choosing(ACK, RESET, 'ESTABLISHED', 'CLOSED'));
      expect([verdicts.rfc793, verdicts.rfc1122, verdicts.rfc9293]).to.deep.equal([
        'deviates',
        'conformant',
        'conformant',
      ]);
      const seen = '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>';
      expect(reasons.rfc793).to.equal(`step 4: expected ${RESET}, observed ${seen}`);
    });

    it('has to end in the state that what is permitted leads to', async () => {
      const { verdicts, reasons } = await verdictsOf(choosing(RESET, ACK, 'CLOSED', 'CLOSE-WAIT'));
      expect(verdicts.rfc793).to.equal('deviates');
      expect(reasons.rfc9293).to.equal('the state after is ESTABLISHED, not CLOSE-WAIT');
    });
  });

  it('takes the acknowledgment of a FIN that rides on a FIN, sent once more', async () => {
    const { link, driver, context } = fresh();
    const CROSSING = scenario([
      { user: 'CLOSE' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSING' },
    ]);
    const inner = accepting();
    const finOn = (answer: string): string => answer.replace('<CTL=ACK>', '<CTL=FIN,ACK>');
    link.script = (sent) =>
      inner(sent).map((answer) => (driver.calls.includes('shutdown') ? finOn(answer) : answer));
    driver.onShutdown = () => {
      const [syn] = link.sent;
      const next = ((syn?.segment.seq ?? 0) + 1) % 2 ** 32;
      link.arrive(`<SEQ=5001><ACK=${next}><CTL=FIN,ACK>`, syn?.from as number);
    };
    const { result } = await playScenario(CROSSING, context, 0);
    expect(reasonText(result, 'rfc9293')).to.equal('');
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
  });

  it('says nothing where the tester could not send, and tells why', async () => {
    const { link, context } = fresh();
    const inner = accepting();
    link.script = (sent) => {
      if (sent.segment.data === 10) link.jammed = 'no buffer space available';
      return inner(sent);
    };
    const { result } = await playScenario(scenario(), context, 0);
    expect(result.outcome).to.equal('inconclusive');
    expect(reasonText(result, 'rfc9293')).to.equal('a segment could not be sent: no buffer space available');
  });

  it('says nothing where its start is not reached', async () => {
    const { result } = await playScenario(scenario(), fresh().context, 0);
    expect(result.outcome).to.equal('not run');
    const why = whyInconclusive(result, 'rfc9293');
    expect(why).to.include({ kind: 'not reached', step: 'SYN to LISTEN' });
  });
});

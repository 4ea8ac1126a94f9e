import { expect } from 'chai';
import { parseReply } from '../../../lib/catalogue/resolve.ts';
import type {
  Case,
  OutcomesByProfile,
  Place,
  ResolvedOutcome,
  Scenario,
} from '../../../lib/catalogue/scenario.ts';
import { parseSegment } from '../../../lib/notation/index.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import { NotCapable } from '../../../lib/target/driver.ts';
import { seenOf, verdictOf, whyInconclusive } from '../../../lib/verdict/result.ts';
import { accepting, TIMING, world } from '../../states/scripted-target.ts';
import { segment } from '../../tester/memory-link.ts';

function caseOf(
  { send = '<SEQ=7><CTL=SYN>', ...parts }: Partial<Place> & { readonly send?: string },
  ...outcomes: ResolvedOutcome[]
): Case {
  const expect = Object.fromEntries(PROFILES.map((profile) => [profile, outcomes]));
  return {
    ...{ id: 'closed.test', title: 'a title', state: 'CLOSED', conditions: [], beside: {} },
    ...{ rules: [], cite: ['RFC 793 3.4'], requirements: [], families: [4] },
    steps: [{ send: [parseSegment(send)] }, { expect: expect as unknown as OutcomesByProfile }],
    ...parts,
  };
}

const RESET: ResolvedOutcome = {
  ...{ reply: parseReply('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>'), then: 'CLOSED', level: 'required' },
};
const SILENCE: ResolvedOutcome = { reply: parseReply('silence'), then: 'CLOSED', level: 'required' };

/** An ICMP error about a segment from that port. */
const about = (srcPort: number) => ({ type: 3, code: 0, srcPort, dstPort: 80 });

describe('a case', () => {
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));
  function fresh() {
    // Longer than this process may be late on a busy machine.
    const one = world({ ...TIMING, observation: 200 });
    made.push(one);
    const context = {
      environment: one.environment,
      family: 4,
      index: 0,
      seed: 1,
      profile: 'rfc9293',
      adoption: ALL_CHECKS,
    } as const;
    return { ...one, context };
  }

  it('that is slow is tried twice at once where there is room', async () => {
    for (const [hasRoom, attempts] of [
      [true, 2],
      [false, 1],
    ] as const) {
      const { link, context } = fresh();
      link.script = accepting();
      const slow: Scenario = { ...caseOf({}, RESET), slow: true };
      const result = await runScenario(slow, { ...context, hasRoom });
      expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
      const stimuli = link.sent.filter(({ segment: { seq, ctl } }) => seq === 7 && ctl.has('SYN'));
      expect(stimuli).to.have.length(attempts);
    }
  });

  it('is conformant where the target does as it should', async () => {
    const { link, context } = fresh();
    link.script = accepting();
    const result = await runScenario(caseOf({}, RESET), context);
    expect(verdictOf(result, 'rfc9293')).to.equal('conformant');
    expect(result).to.deep.include({ observed: [segment('<SEQ=0><ACK=8><CTL=RST,ACK>')], kind: 'rst' });
    expect(result.records.map(({ from, role }) => `${from} ${role}`)).to.deep.equal([
      ...['tester stimulus', 'target reply', 'tester proof', 'target proof'],
    ]);
  });

  it('deviates where a reply is right but for an option of it', async () => {
    const { link, context } = fresh();
    const right = accepting();
    link.script = (sent) => (right?.(sent) ?? []).map((reply) => `${reply}<MSS=1460>`);
    const result = await runScenario(caseOf({}, RESET), context);
    for (const profile of PROFILES)
      expect(reasonText(result, profile)).to.contain('only a SYN carries a maximum segment size');
  });

  it('accuses silence where no outcome allows it, even if the state after cannot be proven', async () => {
    const result = await runScenario(caseOf({}, RESET), fresh().context);
    expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
    expect(result).to.include({ stateAfter: 'unknown', kind: 'silence' });
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
  });

  it('is inconclusive where an outcome allows silence and the state after cannot be proven', async () => {
    const result = await runScenario(caseOf({}, RESET, SILENCE), fresh().context);
    expect(verdictOf(result, 'rfc9293')).to.equal('inconclusive');
    expect(whyInconclusive(result, 'rfc9293')).to.include({ kind: 'not proven' });
  });

  it('does not take an application that closes, since it was spoken to first, for a TCP that sends a FIN', async () => {
    const subject = caseOf(
      { state: 'SYN-SENT', send: '<SEQ=300><ACK=SND.NXT><CTL=SYN,ACK><DATA=5>' },
      { reply: parseReply('<SEQ=SND.NXT><ACK=306><CTL=ACK>'), then: 'ESTABLISHED', level: 'required' },
    );
    for (const greets of [true, false]) {
      const { link, driver, context } = fresh();
      Object.assign(driver, { behaviour: async () => ({ greets }) });
      driver.onConnect = (port) => link.arrive('<SEQ=5000><CTL=SYN>', port);
      link.script = ({ segment: { ctl } }) => (ctl.has('SYN') ? ['<SEQ=5001><ACK=306><CTL=FIN,ACK>'] : []);
      const result = await runScenario(subject, context);
      if (greets) expect(whyInconclusive(result, 'rfc9293')).to.include({ kind: 'not capable' });
      else expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
    }
  });

  it('takes a refusal by ICMP for what it is', async () => {
    const { link, context } = fresh();
    const inner = accepting();
    link.script = (sent) => {
      link.hear({
        ...about(sent.from),
        source: '192.0.2.9',
        refusal: 'ICMP from 192.0.2.9: port unreachable',
      });
      return inner(sent);
    };
    const inconclusive = whyInconclusive(await runScenario(caseOf({}, RESET), context), 'rfc9293');
    expect(inconclusive).to.deep.equal({
      kind: 'path refuses',
      told: 'ICMP from 192.0.2.9: port unreachable',
    });
  });

  it('finds no silence in an ICMP of the target itself, where it is to discard a SYN silently', async () => {
    const subject = caseOf({ conditions: ['not-unicast'] }, SILENCE);
    for (const source of ['192.0.2.2', '192.0.2.9']) {
      const { link, context } = fresh();
      const inner = accepting();
      link.script = (sent) => {
        if (!sent.segment.ctl.has('SYN')) return inner(sent);
        link.hear({ ...about(sent.from), source, refusal: `ICMP from ${source}: net unreachable` });
        return [];
      };
      const result = await runScenario(subject, context);
      if (source === link.remote) {
        const verdicts = PROFILES.map((profile) => verdictOf(result, profile));
        expect(verdicts).to.deep.equal(['conformant', 'deviates', 'deviates', 'deviates']);
        expect(reasonText(result, 'rfc9293')).to.match(/observed ICMP from 192\.0\.2\.2: net unreachable$/);
      } else expect(verdictOf(result, 'rfc9293'), 'somebody else on the path').to.equal('inconclusive');
    }
  });

  it('trusts nothing of a connection whose segments could not be sent, and takes it for no fault of others', async () => {
    const { link, context } = fresh();
    const inner = accepting();
    link.script = (sent) => {
      link.jammed = 'no buffer space available';
      return inner(sent);
    };
    const inconclusive = whyInconclusive(await runScenario(caseOf({}, RESET), context), 'rfc9293');
    expect(inconclusive).to.deep.equal({ kind: 'not sent', told: 'no buffer space available' });
  });

  it('trusts nothing that was seen while the receive queue overflowed', async () => {
    const { link, context } = fresh();
    const inner = accepting();
    link.script = (sent) => {
      link.dropped += 1;
      return inner(sent);
    };
    const inconclusive = whyInconclusive(await runScenario(caseOf({}, RESET), context), 'rfc9293');
    expect(inconclusive).to.deep.equal({ kind: 'packets dropped' });
  });

  it('does not take CLOSED for LISTEN where the LISTEN is what it is about', async () => {
    const { link, context } = fresh();
    link.script = ({ segment: { ctl, seq } }) =>
      ctl.has('SYN') ? [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`] : [];
    const stays: ResolvedOutcome = { reply: parseReply('silence'), then: 'LISTEN', level: 'required' };
    const result = await runScenario(caseOf({ state: 'LISTEN', send: '<SEQ=7><CTL=RST>' }, stays), context);
    expect(verdictOf(result, 'rfc9293')).to.equal('deviates');
    expect(seenOf(result)?.stateAfter).to.equal('CLOSED');
  });

  it('is skipped, with the reason, where the driver cannot do it', async () => {
    const { driver, context } = fresh();
    driver.connect = () => Promise.reject(new NotCapable({ what: 'active OPEN' }));
    const inconclusive = whyInconclusive(
      await runScenario(caseOf({ state: 'SYN-SENT' }, RESET), context),
      'rfc9293',
    );
    expect(inconclusive).to.deep.equal({ kind: 'not capable', lack: { what: 'active OPEN' } });
  });
});

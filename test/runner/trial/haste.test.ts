import { expect } from 'chai';
import { parseReply } from '../../../lib/catalogue/resolve.ts';
import type { Case, OutcomesByProfile, ResolvedOutcome } from '../../../lib/catalogue/scenario.ts';
import { parseSegment } from '../../../lib/notation/index.ts';
import { Haste, hasNoConnection, isComplete, wouldMiss } from '../../../lib/runner/trial/haste.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import { seenOf, verdictOf } from '../../../lib/verdict/result.ts';
import { accepting, CLOSED_PORT, TIMING, world } from '../../states/scripted-target.ts';
import type { Sent } from '../../tester/memory-link.ts';

const outcome = (reply: string | string[]): ResolvedOutcome => ({
  ...{ reply: parseReply(reply), then: 'CLOSED', level: 'required' },
});
const RESET = outcome('<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>');
const SILENCE = outcome('silence');

function caseOf(outcomes: readonly ResolvedOutcome[], send = '<SEQ=7><CTL=SYN>', id = 'closed.test'): Case {
  const expect = Object.fromEntries(PROFILES.map((profile) => [profile, outcomes]));
  return {
    ...{ id, title: 'a title', state: 'CLOSED', conditions: [], beside: {} },
    ...{ rules: [], cite: ['RFC 793 3.4'], requirements: [], families: [4] },
    steps: [{ send: [parseSegment(send)] }, { expect: expect as unknown as OutcomesByProfile }],
  };
}

describe('what may still come after a stimulus', () => {
  it('is nothing but by a timer, when as many replies are there as any document allows', () => {
    expect(isComplete([RESET], 0)).to.equal(false);
    expect(isComplete([RESET], 1)).to.equal(true);
    expect(isComplete([SILENCE], 0)).to.equal(true);
    expect(isComplete([RESET, SILENCE], 0)).to.equal(false);
    expect(isComplete([RESET, SILENCE], 1)).to.equal(true);
    expect(isComplete([outcome(['<SEQ=1><CTL=ACK>', '<SEQ=2><CTL=ACK>']), RESET], 1)).to.equal(false);
  });

  it('is missed by who goes on before', () => {
    const missed = (outcomes: readonly ResolvedOutcome[], ...repliesAt: number[]) =>
      wouldMiss(outcomes, 100, repliesAt, 10);
    expect(missed([RESET])).to.equal(false);
    // It is due, so that it is waited for.
    expect(missed([RESET], 600)).to.equal(false);
    expect(missed([RESET], 600, 609)).to.equal(false);
    expect(missed([RESET], 600, 611)).to.equal(true);
    expect(missed([SILENCE], 109)).to.equal(false);
    expect(missed([SILENCE], 111)).to.equal(true);
  });
});

describe('haste', () => {
  const subject = caseOf([RESET]);

  it('is for the second case of a kind, and relies on what the first one sees', async () => {
    const haste = new Haste(false);
    expect(haste.mayHasten(subject)).to.equal(false);
    expect(haste.mayHasten(subject)).to.equal(true);
    expect(haste.mayHasten(caseOf([RESET], '<SEQ=7><CTL=FIN>'))).to.equal(false);
    const trusted = haste.isTrusted(subject);
    haste.note(subject, false);
    expect(await trusted).to.equal(true);
    haste.note(subject, true);
    expect(await haste.isTrusted(subject)).to.equal(false);
  });

  it('relies, where silence is due, on a case of which the same is due', () => {
    const dropped = { ...SILENCE, then: 'LISTEN' } as const;
    const haste = new Haste(false);
    for (const outcomes of [[RESET], [SILENCE], [dropped]]) {
      expect(haste.mayHasten(caseOf(outcomes))).to.equal(false);
      expect(haste.mayHasten(caseOf(outcomes))).to.equal(true);
    }
  });

  it('relies on nothing, where the first case of a kind has seen nothing', async () => {
    const haste = new Haste(false);
    haste.mayHasten(subject);
    const trusted = haste.isTrusted(subject);
    haste.end(subject);
    expect(await trusted).to.equal(false);
  });

  it('is not for silence in a connection, unless few are allowed at a time', () => {
    for (const state of ['CLOSED', 'LISTEN', 'SYN-SENT', 'ESTABLISHED'] as const) {
      const silent = { ...caseOf([SILENCE]), state };
      for (const silenceToo of [false, true]) {
        const haste = new Haste(silenceToo);
        haste.mayHasten(silent);
        expect(haste.mayHasten(silent), state).to.equal(silenceToo || hasNoConnection(state));
      }
    }
  });

  it('ends in a state where it comes to nothing time and again', () => {
    const haste = new Haste(false);
    haste.mayHasten(subject);
    for (let failures = 0; failures < 3; failures += 1) {
      expect(haste.mayHasten(subject)).to.equal(true);
      haste.fail(subject);
    }
    expect(haste.mayHasten(subject)).to.equal(false);
  });
});

describe('a hasty attempt', () => {
  // The whole wait; what is late comes in the middle of it, or what a busy machine makes late is taken for late as well.
  const OBSERVATION = 1500;
  const LATE = 500;
  const made: ReturnType<typeof world>[] = [];
  after(() => Promise.all(made.map(({ tester }) => tester.close())));

  /** Runs a case of a kind that one was waited for of, and tells how many stimuli that took. */
  async function run(
    subject: Case,
    target: (sent: Sent, arrive: (reply: string, after: number) => void) => readonly string[],
  ) {
    const one = world({ ...TIMING, observation: OBSERVATION, prompt: 30 });
    made.push(one);
    const { link, environment } = one;
    link.script = (sent) =>
      target(sent, (reply, later) => void setTimeout(() => link.arrive(reply, sent.from, sent.to), later));
    const haste = new Haste(true);
    haste.mayHasten(subject);
    haste.note(subject, false);
    const began = performance.now();
    const result = await runScenario(subject, {
      ...{ environment, family: 4, index: 0, seed: 1, profile: 'rfc9293', adoption: ALL_CHECKS, haste },
    });
    const stimuli = link.sent.filter(({ segment }) => segment.ctl.has('SYN') && segment.seq === 7);
    const proofAt = result.records.find(({ role }) => role === 'proof')?.at ?? Number.POSITIVE_INFINITY;
    const took = performance.now() - began;
    return { result, verdict: verdictOf(result, 'rfc9293'), stimuli: stimuli.length, proofAt, took };
  }

  const right = accepting();
  const isStimulus = ({ segment: { ctl } }: Sent): boolean => ctl.has('SYN');

  it('proves the state as soon as the reply has come, and listens until the whole wait is over', async () => {
    const { verdict, stimuli, proofAt, took } = await run(caseOf([RESET]), right);
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 1 });
    expect(proofAt).to.be.below(OBSERVATION / 2);
    expect(took).to.be.at.least(OBSERVATION);
  });

  it('waits for a reply that is due', async () => {
    const { verdict, stimuli, proofAt } = await run(caseOf([RESET]), (sent, arrive) => {
      if (!isStimulus(sent)) return right(sent);
      for (const reply of right(sent)) arrive(reply, LATE);
      return [];
    });
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 1 });
    expect(proofAt).to.be.within(LATE, OBSERVATION);
  });

  it('waits in full where one document asks for a reply and another for silence', async () => {
    const { verdict, proofAt } = await run(caseOf([RESET, SILENCE]), (sent) =>
      isStimulus(sent) ? [] : right(sent),
    );
    expect(verdict).to.equal('conformant');
    expect(proofAt).to.be.at.least(OBSERVATION);
  });

  it('accuses only where a patient one sees the same', async () => {
    const { verdict, stimuli, result } = await run(caseOf([SILENCE]), right);
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'deviates', stimuli: 2 });
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
  });

  it('counts for nothing where a patient one sees another thing', async () => {
    let answered = 0;
    const { verdict, stimuli } = await run(caseOf([SILENCE]), (sent) => {
      if (isStimulus(sent)) answered += 1;
      return isStimulus(sent) && answered > 1 ? [] : right(sent);
    });
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 2 });
  });

  it('does not acquit what replies once more by a timer, after the connection has ended', async () => {
    const { verdict, result } = await run(caseOf([RESET]), (sent, arrive) => {
      if (isStimulus(sent)) for (const reply of right(sent)) arrive(reply, LATE);
      return right(sent);
    });
    expect(verdict).to.equal('deviates');
    expect(seenOf(result)?.observed).to.have.length(2);
  });

  it('does not acquit what replies late to what is to be silent', async () => {
    const { verdict } = await run(caseOf([SILENCE]), (sent, arrive) => {
      if (!isStimulus(sent)) return right(sent);
      for (const reply of right(sent)) arrive(reply, LATE);
      return [];
    });
    expect(verdict).to.equal('deviates');
  });

  it('does not acquit what replies between the proof and the end of the connection', async () => {
    let stimuli = 0;
    const { verdict } = await run(caseOf([SILENCE]), (sent, arrive) => {
      if (isStimulus(sent)) stimuli += 1;
      // After its answer to the probe, when no other answer to that is looked for any more.
      else if (stimuli === 1 && !sent.segment.ctl.has('RST'))
        for (const reply of right(sent)) arrive(reply, 45);
      return isStimulus(sent) && stimuli > 1 ? right(sent) : isStimulus(sent) ? [] : right(sent);
    });
    expect(verdict).to.equal('deviates');
  });

  it('does not take a late reply for the answer to its first probe', async () => {
    // An ACK to the stimulus that comes when the probe has been sent, and so looks like its answer.
    const ack = '<SEQ=536870919><CTL=RST>';
    const { verdict, stimuli } = await run(caseOf([SILENCE]), (sent, arrive) => {
      if (isStimulus(sent)) return [];
      if (sent.to === CLOSED_PORT) arrive(ack, 5);
      return right(sent);
    });
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 2 });
  });

  it('comes to nothing where a probe is not answered, as by a target that limits its replies', async () => {
    let probes = 0;
    const { verdict, stimuli } = await run(caseOf([RESET]), (sent) => {
      if (!isStimulus(sent)) probes += 1;
      return !isStimulus(sent) && probes === 1 ? [] : right(sent);
    });
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 2 });
  });
});

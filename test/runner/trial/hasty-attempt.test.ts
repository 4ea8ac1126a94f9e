import { expect } from 'chai';
import type { Case } from '../../../lib/catalogue/scenario.ts';
import { Haste } from '../../../lib/runner/trial/haste.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import type { Fault } from '../../../lib/verdict/fault.ts';
import { type JudgedResult, seenOf, verdictOf } from '../../../lib/verdict/result.ts';
import { LIMITER_REST } from '../../../lib/states/index.ts';
import { accepting, CLOSED_PORT, TIMING, world } from '../../states/scripted-target.ts';
import type { Sent } from '../../tester/memory-link.ts';
import { outcome, RESET, SILENCE, caseOf, awaitedOf, mayHasten } from './awaited-cases.ts';

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
    hasFew = true,
    given?: Haste,
  ) {
    const one = world({ ...TIMING, observation: OBSERVATION, prompt: 30 });
    made.push(one);
    const { link, environment } = one;
    link.script = (sent) =>
      target(sent, (reply, later) => void setTimeout(() => link.arrive(reply, sent.from, sent.to), later));
    const haste = given ?? new Haste(hasFew);
    if (!given) {
      mayHasten(haste, subject);
      haste.note(haste.kindOf(awaitedOf(subject)), false);
    }
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

  const late = (sent: Sent, arrive: (reply: string, after: number) => void): readonly string[] => {
    if (!isStimulus(sent)) return right(sent);
    for (const reply of right(sent)) arrive(reply, LATE);
    return [];
  };

  it('waits for a reply that is due, where the ACK of text may be delayed', async () => {
    const { verdict, stimuli, proofAt } = await run(
      caseOf([RESET, outcome('<SEQ=0><ACK=SEG.SEQ+1><CTL=ACK>')]),
      late,
    );
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 1 });
    expect(proofAt).to.be.within(LATE, OBSERVATION);
  });

  it('leaves a reply that is missing, and that nothing may delay, to a patient one', async () => {
    const { verdict, stimuli, proofAt } = await run(caseOf([RESET]), late);
    expect({ verdict, stimuli }).to.deep.equal({ verdict: 'conformant', stimuli: 2 });
    expect(proofAt).to.be.within(LATE, 2 * OBSERVATION);
  });

  for (const hasFew of [false, true]) {
    const other = hasFew ? 'another one, where few are allowed at a time,' : 'a patient one';
    const isEarly = (proofAt: number): boolean => proofAt < OBSERVATION / 2;

    it(`accuses silence when ${other} sees it too, so long after it that no limiter is the cause`, async () => {
      const { verdict, stimuli, result, took, proofAt } = await run(
        caseOf([RESET]),
        (sent) => (isStimulus(sent) ? [] : right(sent)),
        hasFew,
      );
      expect({ verdict, stimuli }).to.deep.equal({ verdict: 'deviates', stimuli: 2 });
      expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
      expect(took).to.be.at.least(LIMITER_REST + OBSERVATION);
      // No connection is there: what is late comes to the port.
      expect(isEarly(proofAt)).to.equal(hasFew);
    });

    it(`accuses a wrong reply only when ${other} sees the same`, async () => {
      const { verdict, stimuli, result, proofAt } = await run(caseOf([SILENCE]), right, hasFew);
      expect({ verdict, stimuli }).to.deep.equal({ verdict: 'deviates', stimuli: 2 });
      expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
      expect(isEarly(proofAt)).to.equal(hasFew);
    });

    it(`counts for nothing where ${other} sees another thing`, async () => {
      let answered = 0;
      const { verdict, proofAt } = await run(
        caseOf([SILENCE]),
        (sent) => {
          if (isStimulus(sent)) answered += 1;
          return isStimulus(sent) && answered > 1 ? [] : right(sent);
        },
        hasFew,
      );
      expect(verdict).to.equal('conformant');
      // A patient one decides.
      expect(isEarly(proofAt)).to.equal(false);
      expect(answered).to.equal(hasFew ? 3 : 2);
    });
  }

  it('waits in full where one document asks for a reply and another for silence, unless few are allowed at a time', async () => {
    for (const hasFew of [false, true]) {
      const { verdict, proofAt } = await run(
        caseOf([RESET, SILENCE]),
        (sent) => (isStimulus(sent) ? [] : right(sent)),
        hasFew,
      );
      expect(verdict).to.equal('conformant');
      expect(proofAt < OBSERVATION).to.equal(hasFew);
    }
  });

  it('is confirmed patiently where only the state after deviates, and where a reply is missing for the first time in a state', () => {
    const accusing = (...faults: Fault[]) => {
      const deviates = { verdict: 'deviates', others: 0, faults } as const;
      const judgements = Object.fromEntries(PROFILES.map((profile) => [profile, deviates]));
      return {
        ...{ outcome: 'judged', judgements, observed: [{}], stateAfter: 'ESTABLISHED' },
      } as unknown as JudgedResult;
    };
    const confirms = (result: JudgedResult, hasFew = true): boolean =>
      new Haste(hasFew).mayConfirm(caseOf([RESET]), result, 'rfc9293');
    const missing = { ...accusing({ kind: 'replies', expected: [], observed: [] }), observed: [] };
    const haste = new Haste(true);
    const confirmsMissing = (state: Case['state'], stateAfter = 'ESTABLISHED', hasWaited = false): boolean =>
      haste.mayConfirm(
        { ...caseOf([RESET]), state },
        { ...missing, stateAfter } as JudgedResult,
        'rfc9293',
        hasWaited,
      );
    for (const isSecond of [false, true]) {
      expect(confirmsMissing('ESTABLISHED')).to.equal(isSecond);
      expect(confirmsMissing('TIME-WAIT')).to.equal(isSecond);
      expect(confirmsMissing('LISTEN', 'SYN-RECEIVED')).to.equal(isSecond);
    }
    // The same paragraph.
    expect(confirmsMissing('LAST-ACK')).to.equal(true);
    // Nothing is there whose end could prevent a late reply.
    expect(confirmsMissing('CLOSED', 'CLOSED')).to.equal(true);
    expect(confirmsMissing('CLOSED', 'unknown')).to.equal(false);
    // Who has waited in full need not wait again, nor do the others.
    expect(confirmsMissing('SYN-SENT', 'SYN-SENT', true)).to.equal(true);
    expect(confirmsMissing('SYN-SENT', 'SYN-SENT')).to.equal(true);
    const state: Fault = { kind: 'state', expected: 'CLOSED', observed: 'LISTEN' };
    const replies: Fault = { kind: 'replies', expected: [[]], observed: [] };
    expect(confirms(accusing(state))).to.equal(false);
    expect(new Haste(true).mayConfirm(caseOf([RESET]), accusing(state), 'rfc9293', true)).to.equal(true);
    // Silence is right: no reply is missing.
    expect(confirms({ ...accusing(state), observed: [], stateAfter: 'CLOSED' })).to.equal(true);
    // What was taken may be acknowledged late.
    const taken = { ...accusing(state, replies), observed: [] };
    for (const hasWaited of [true, false])
      expect(haste.mayConfirm(caseOf([RESET]), taken, 'rfc9293', hasWaited)).to.equal(hasWaited);
    // What has ended does not come back.
    expect(confirms({ ...accusing(state), stateAfter: 'CLOSED' })).to.equal(true);
    expect(confirms(accusing(state, replies))).to.equal(true);
    expect(confirms(accusing(replies), false)).to.equal(false);
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

  /** An ESTABLISHED connection of a target that resets old text when a reset has ended it. */
  const ending =
    (late: (sent: Sent, arrive: (reply: string, after: number) => void) => void) =>
    (sent: Sent, arrive: (reply: string, after: number) => void): readonly string[] => {
      const { ctl, data, ack } = sent.segment;
      if (ctl.has('RST')) isEnded = true;
      late(sent, arrive);
      return isEnded && data > 0 ? [`<SEQ=${ack}><CTL=RST>`] : right(sent);
    };
  let isEnded = false;
  const resetOf = (reply: string): Case => ({
    ...caseOf([{ ...outcome(reply), then: 'CLOSED' }], '<SEQ=RCV.NXT><CTL=RST>', 'established.test'),
    state: 'ESTABLISHED',
  });

  it('waits for nothing in a connection that ends, and hears what comes after its end', async () => {
    isEnded = false;
    const { verdict, proofAt, took } = await run(
      resetOf('silence'),
      ending(() => {}),
    );
    expect(verdict).to.equal('conformant');
    expect(proofAt).to.be.below(OBSERVATION / 2);
    expect(took).to.be.at.least(OBSERVATION);
    for (const after of [40, LATE]) {
      let resets = 0;
      isEnded = false;
      const { verdict } = await run(
        resetOf('silence'),
        ending(({ segment: { ctl } }, arrive) => {
          if (ctl.has('SYN')) isEnded = false;
          // The first reset of each connection is the stimulus, the second one its end.
          if (ctl.has('RST') && resets++ % 2 === 0) arrive('<SEQ=5001><CTL=RST>', after);
        }),
      );
      expect(verdict, `after ${after} ms`).to.equal('deviates');
    }
  });

  it('does not wait for itself, where it has ended although it should go on', async () => {
    isEnded = false;
    const remaining: Case = {
      ...caseOf([{ ...SILENCE, then: 'ESTABLISHED' }], '<SEQ=RCV.NXT-1><CTL=RST>', 'established.test'),
      state: 'ESTABLISHED',
    };
    const haste = new Haste(true);
    const { verdict, result } = await run(
      remaining,
      ending(({ segment: { ctl } }) => {
        if (ctl.has('SYN')) isEnded = false;
      }),
      true,
      haste,
    );
    expect(verdict).to.equal('deviates');
    expect(result.notes).to.deep.equal([{ kind: 'confirmed', alike: 2, connections: 2 }]);
    // What it has seen stands for none.
    expect(mayHasten(haste, remaining)).to.equal(false);
  });

  it('waits in full after its reply has come, where it is the first to which the target does so', async () => {
    const acked: Case = {
      ...caseOf(
        ['<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', 'silence'].map((reply) => ({
          ...{ ...outcome(reply), then: 'ESTABLISHED' as const },
        })),
        '<SEQ=RCV.NXT-1><CTL=URG>',
        'established.test',
      ),
      state: 'ESTABLISHED',
    };
    const answering = (sent: Sent): readonly string[] =>
      sent.segment.ctl.has('URG') ? ['<SEQ=5001><ACK=1><CTL=ACK>'] : right(sent);
    // The kind that was waited for is that of silence.
    const { proofAt, result } = await run(acked, answering);
    expect(seenOf(result)?.observed).to.have.length(1);
    expect(proofAt).to.be.at.least(OBSERVATION);
    expect(
      (await run(acked, (sent) => (sent.segment.ctl.has('URG') ? [] : right(sent)))).proofAt,
    ).to.be.below(OBSERVATION / 2);
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

import { expect } from 'chai';
import { parseReply } from '../../../lib/catalogue/resolve.ts';
import {
  type Case,
  type OutcomesByProfile,
  outcomesOf,
  type ResolvedOutcome,
  stimulusOf,
} from '../../../lib/catalogue/scenario.ts';
import { parseSegment } from '../../../lib/notation/index.ts';
import { Haste } from '../../../lib/runner/trial/haste.ts';
import {
  type Awaited,
  hasNoConnection,
  isComplete,
  isTimed,
  kindOf,
} from '../../../lib/runner/trial/kinds-of-waits.ts';
import { runScenario } from '../../../lib/runner/trial/run-scenario.ts';
import { ALL_CHECKS } from '../../../lib/standard/adoption.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import { SYNCHRONIZED } from '../../../lib/standard/state.ts';
import type { Fault } from '../../../lib/verdict/fault.ts';
import { type JudgedResult, seenOf, verdictOf } from '../../../lib/verdict/result.ts';
import { LIMITER_REST } from '../../../lib/states/index.ts';
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

const awaitedOf = (subject: Case): Awaited => ({
  ...{ place: subject, state: subject.state, done: [stimulusOf(subject)], isCase: true, isTimed: false },
  outcomes: outcomesOf(subject).rfc9293,
});

describe('what may still come after a stimulus', () => {
  it('is nothing but by a timer, when as many replies are there as any document allows', () => {
    expect(isComplete([RESET], 0)).to.equal(false);
    expect(isComplete([RESET], 1)).to.equal(true);
    expect(isComplete([SILENCE], 0)).to.equal(true);
    expect(isComplete([RESET, SILENCE], 0)).to.equal(false);
    expect(isComplete([RESET, SILENCE], 1)).to.equal(true);
    expect(isComplete([outcome(['<SEQ=1><CTL=ACK>', '<SEQ=2><CTL=ACK>']), RESET], 1)).to.equal(false);
  });

  it('is a reply that every document requires, unless it is an ACK that may be delayed', () => {
    const goesOn = (outcomes: readonly ResolvedOutcome[], replies = 0): boolean =>
      new Haste(false).goesOn(awaitedOf(caseOf(outcomes)), replies);
    expect(goesOn([RESET])).to.equal(true);
    expect(goesOn([RESET], 1)).to.equal(true);
    expect(goesOn([RESET, SILENCE])).to.equal(false);
    expect(goesOn([outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>')])).to.equal(true);
    expect(goesOn([outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>')])).to.equal(false);
    expect(goesOn([RESET, outcome('<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>')])).to.equal(false);
    expect(goesOn([outcome('<SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>')])).to.equal(true);
    const few = new Haste(true);
    expect(few.goesOn({ ...awaitedOf(caseOf([RESET])), isCase: false }, 0)).to.equal(false);
    expect(few.goesOn({ ...awaitedOf(caseOf([RESET])), done: ['CLOSE'] }, 0)).to.equal(false);
  });

  it('is no reply that one document requires and another forbids, where few are allowed at a time', () => {
    const goesOn = (...outcomes: readonly ResolvedOutcome[]): boolean =>
      new Haste(true).goesOn(awaitedOf(caseOf(outcomes)), 0);
    expect(goesOn(RESET, SILENCE)).to.equal(true);
    expect(goesOn(outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>'), SILENCE)).to.equal(false);
  });

  it('is missed by who goes on before', () => {
    const leaves = (outcomes: readonly ResolvedOutcome[], ...repliesAt: number[]) =>
      [false, true].map((hasFew) => {
        const leave = new Haste(hasFew).leaveOf(awaitedOf(caseOf(outcomes)), 100, repliesAt, 10);
        return leave && `${leave.after} ${leave.hasMissed ? 'misses' : 'hears'}`;
      });
    // A patient attempt confirms that it is missing; but not where few are allowed at a time.
    expect(leaves([RESET])).to.deep.equal([undefined, '0 hears']);
    expect(leaves([RESET], 600)).to.deep.equal(['1 hears', '0 misses']);
    expect(leaves([RESET], 105, 114)).to.deep.equal(['2 hears', '2 hears']);
    expect(leaves([RESET], 105, 116)).to.deep.equal(['1 misses', '1 misses']);
    expect(leaves([SILENCE], 109)).to.deep.equal(['1 hears', '1 hears']);
    expect(leaves([SILENCE], 111)).to.deep.equal(['0 misses', '0 misses']);
    expect(leaves([RESET, SILENCE], 600)).to.deep.equal(['1 hears', '0 misses']);
    const delayed = outcome('<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>');
    expect(leaves([delayed])).to.deep.equal([undefined, undefined]);
  });
});

const mayHasten = (haste: Haste, subject: Case, replies = 0): boolean =>
  haste.mayHasten(awaitedOf(subject), replies);

describe('haste', () => {
  const subject = caseOf([RESET]);
  const KIND = kindOf(awaitedOf(subject));

  it('is for the second case of a kind, and relies on what the first one sees', async () => {
    const haste = new Haste(false);
    expect(mayHasten(haste, subject)).to.equal(false);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(mayHasten(haste, caseOf([RESET], '<SEQ=7><CTL=FIN>'))).to.equal(false);
    const trusted = haste.isTrusted(KIND);
    haste.note(KIND, false);
    expect(await trusted).to.equal(true);
    haste.note(KIND, true);
    expect(await haste.isTrusted(KIND)).to.equal(false);
  });

  it('relies, where silence is due, on a case of which the same is due', () => {
    const dropped = { ...SILENCE, then: 'LISTEN' } as const;
    const haste = new Haste(false);
    for (const outcomes of [[RESET], [SILENCE], [dropped]]) {
      expect(mayHasten(haste, caseOf(outcomes))).to.equal(false);
      expect(mayHasten(haste, caseOf(outcomes))).to.equal(true);
    }
  });

  it('relies, where few are allowed at a time, on one whose segment gets to the same check', () => {
    const inState = (
      send: string,
      then: ResolvedOutcome['then'] = 'ESTABLISHED',
      reply = 'silence',
    ): Case => ({
      ...caseOf([{ ...outcome(reply), then }], send),
      state: 'ESTABLISHED',
    });
    const acks = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
    const haste = new Haste(true);
    const isFirst = (subject: Case, replies = 0): boolean => !mayHasten(haste, subject, replies);
    expect(isFirst(inState('<SEQ=7><CTL=RST>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>'))).to.equal(false);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>', 'CLOSE-WAIT'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=RST,ACK>', 'ESTABLISHED', acks), 1)).to.equal(true);
    expect(isFirst({ ...inState('<SEQ=7><CTL=RST>'), conditions: ['wrong-checksum'] })).to.equal(true);
    expect(isFirst(inState('<SEQ=7><CTL=URG>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=ACK><DATA=1>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=FIN,ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><ACK=8><CTL=SYN,ACK>'))).to.equal(true);
    expect(isFirst(inState('<SEQ=7><CTL=SYN>'))).to.equal(false);
  });

  it('relies, where few are allowed at a time, on one in another state that the check does not tell apart', () => {
    const inState = (state: Case['state'], send: string): Case => ({
      ...caseOf([{ ...SILENCE, then: state }], send),
      state,
    });
    const haste = new Haste(true);
    const isFirst = (state: Case['state'], send: string): boolean => !mayHasten(haste, inState(state, send));
    const firsts = (send: string): string[] =>
      [...SYNCHRONIZED].filter((state) => isFirst(state, send)).map((state) => state);
    expect(firsts('<SEQ=7><CTL=RST>')).to.deep.equal(['ESTABLISHED', 'CLOSING', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><CTL=SYN>')).to.deep.equal(['ESTABLISHED', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><CTL=URG>')).to.deep.equal(['ESTABLISHED', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><ACK=8><CTL=ACK><DATA=1>')).to.deep.equal([
      'ESTABLISHED',
      'CLOSE-WAIT',
      'TIME-WAIT',
    ]);
    expect(firsts('<SEQ=7><ACK=8><CTL=ACK>')).to.deep.equal(['ESTABLISHED', 'LAST-ACK', 'TIME-WAIT']);
    expect(firsts('<SEQ=7><ACK=8><CTL=FIN,ACK>')).to.deep.equal(['ESTABLISHED', 'CLOSE-WAIT', 'TIME-WAIT']);
    expect(isFirst('SYN-RECEIVED', '<SEQ=7><CTL=RST>')).to.equal(true);
  });

  it('relies, where few are allowed at a time, on one to which the target does the same, whatever the documents allow', () => {
    const acks = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
    const then = 'ESTABLISHED';
    const [asked, silent] = [acks, 'silence'].map((reply) => ({ ...outcome(reply), then }) as const);
    const inState = (...outcomes: (ResolvedOutcome | undefined)[]): Awaited =>
      awaitedOf({ ...caseOf(outcomes.filter((one) => one !== undefined)), state: 'ESTABLISHED' });
    const haste = new Haste(true);
    const kinds = [inState(asked), inState(asked, silent), inState(silent)].map((step) =>
      [0, 1].map((replies) => haste.kindOf(step, replies)),
    );
    const syn = 'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   SYN';
    expect(kinds).to.deep.equal([
      [`${syn} missing`, syn],
      [`${syn} silence the same`, syn],
      // More than is allowed stays wrong, whatever follows.
      [`${syn} silence the same`, 'hears all'],
    ]);
    expect(haste.dependsOnReplies(inState(asked))).to.equal(true);
    expect(haste.dependsOnReplies({ ...inState(asked), isCase: false })).to.equal(false);
    expect(haste.dependsOnReplies({ ...inState(asked), isTimed: true })).to.equal(false);
    expect(new Haste(false).dependsOnReplies(inState(asked))).to.equal(false);
  });

  /** The kinds of what is left of a connection, or becomes of it. */
  const kindsIn = (
    state: Case['state'],
    conditions: Case['conditions'],
    reply: string,
    ...sends: string[]
  ) => {
    const haste = new Haste(true);
    const due = { ...outcome(reply), then: state } as const;
    return new Set(
      sends.map((send) =>
        haste.kindOf(awaitedOf({ ...caseOf([due], send), state, conditions }), due.reply.length),
      ),
    );
  };
  const OF_NOTHING = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>';
  const ALL_FLAGS = [
    '<SEQ=7><ACK=8><CTL=ACK>',
    '<SEQ=7><ACK=8><CTL=ACK><DATA=1>',
    '<SEQ=7><ACK=8><CTL=FIN,ACK>',
    '<SEQ=7><CTL=URG>',
  ];

  it('relies, where few are allowed at a time, on any other that is not acceptable and gets the same ACK', () => {
    expect([...kindsIn('ESTABLISHED', [], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   unacceptable',
    ]);
    expect(kindsIn('ESTABLISHED', [], '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', ...ALL_FLAGS)).to.have.length(
      4,
    );
    expect(kindsIn('ESTABLISHED', [], 'silence', ...ALL_FLAGS)).to.have.length(4);
    const marks = ['<SEQ=7><CTL=SYN>', '<SEQ=7><CTL=RST>'];
    expect(kindsIn('ESTABLISHED', [], OF_NOTHING, ...ALL_FLAGS, ...marks)).to.have.length(3);
    // Another row of the table of what is acceptable.
    expect([...kindsIn('ESTABLISHED', ['zero-window'], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSE-WAIT,CLOSING,LAST-ACK   unacceptable with a closed window',
    ]);
    expect([...kindsIn('TIME-WAIT', [], OF_NOTHING, ...ALL_FLAGS)]).to.deep.equal([
      'TIME-WAIT   unacceptable',
    ]);
  });

  it('relies, where few are allowed at a time, on any other that has the same unusual thing, but for a reset', () => {
    const timestamp = kindsIn('ESTABLISHED', ['old-timestamp'], OF_NOTHING, ...ALL_FLAGS, '<SEQ=7><CTL=SYN>');
    expect(timestamp).to.have.length(1);
    const reset = kindsIn('ESTABLISHED', ['old-timestamp'], 'silence', ...ALL_FLAGS, '<SEQ=7><CTL=RST>');
    expect(reset).to.have.length(2);
    const other = kindsIn('ESTABLISHED', ['other-security'], OF_NOTHING, ...ALL_FLAGS);
    expect([...other].some((kind) => timestamp.has(kind))).to.equal(false);
  });

  it('relies, where few are allowed at a time, in SYN-SENT on any other that is neither SYN nor reset', () => {
    expect(kindsIn('SYN-SENT', [], 'silence', ...ALL_FLAGS)).to.have.length(1);
    expect(kindsIn('SYN-SENT', [], '<SEQ=SEG.ACK><CTL=RST>', ...ALL_FLAGS)).to.have.length(1);
    expect(
      kindsIn('SYN-SENT', [], 'silence', ...ALL_FLAGS, '<SEQ=7><CTL=SYN>', '<SEQ=7><CTL=RST>'),
    ).to.have.length(3);
  });

  it('relies, where few are allowed at a time, on those that remain, whether or not others may end', () => {
    const haste = new Haste(true);
    const remains = { ...SILENCE, then: 'ESTABLISHED' } as const;
    const [one, other] = [[remains], [remains, SILENCE]].map((outcomes) =>
      haste.kindOf(awaitedOf({ ...caseOf(outcomes, '<SEQ=7><CTL=RST>'), state: 'ESTABLISHED' })),
    );
    expect(one).to.equal(other);
  });

  it('relies on no other, where few are allowed at a time and no connection is left', async () => {
    const haste = new Haste(true);
    for (const state of ['CLOSED', 'SYN-SENT', 'ESTABLISHED', 'LAST-ACK'] as const)
      for (const [outcome, replies] of [[RESET, 1] as const, [SILENCE, 0] as const]) {
        const ending = { ...caseOf([outcome]), state };
        expect(mayHasten(haste, ending, replies)).to.equal(true);
        expect(await haste.isTrusted(haste.kindOf(awaitedOf(ending), replies))).to.equal(true);
      }
    // A reply is missing: from nobody, or from a connection whose end would prevent it.
    expect(mayHasten(haste, subject, 0)).to.equal(true);
    expect(mayHasten(haste, { ...subject, state: 'ESTABLISHED' }, 0)).to.equal(false);
    const opens = caseOf([{ ...SILENCE, then: 'SYN-RECEIVED' }]);
    expect(mayHasten(haste, { ...opens, state: 'LISTEN' })).to.equal(false);
    const { then: _, ...anywhere } = SILENCE;
    expect(mayHasten(haste, caseOf([anywhere]))).to.equal(false);
  });

  it('relies on nothing, where the first case of a kind has seen nothing', async () => {
    const haste = new Haste(false);
    mayHasten(haste, subject);
    const trusted = haste.isTrusted(KIND);
    haste.end(KIND);
    expect(await trusted).to.equal(false);
    // Another one waits in its place.
    expect(mayHasten(haste, subject)).to.equal(false);
    haste.note(KIND, false);
    haste.end(KIND);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(await haste.isTrusted(KIND)).to.equal(true);
  });

  it('relies on what any patient attempt has seen', async () => {
    const haste = new Haste(false);
    haste.note(KIND, false);
    expect(mayHasten(haste, subject)).to.equal(true);
    expect(await haste.isTrusted(KIND)).to.equal(true);
  });

  it('is not for silence in a connection, unless few are allowed at a time', () => {
    for (const state of ['CLOSED', 'LISTEN', 'SYN-SENT', 'ESTABLISHED'] as const) {
      const silent = { ...caseOf([SILENCE]), state };
      for (const silenceToo of [false, true]) {
        const haste = new Haste(silenceToo);
        mayHasten(haste, silent);
        expect(mayHasten(haste, silent), state).to.equal(silenceToo || hasNoConnection(state));
      }
    }
  });

  it('ends in a state where it comes to nothing time and again', () => {
    const haste = new Haste(false);
    for (let failures = 0; failures < 3; failures += 1) {
      expect(haste.isWorthwhile(subject)).to.equal(true);
      haste.fail(subject);
    }
    expect(haste.isWorthwhile(subject)).to.equal(false);
  });

  it('is for a step among several whose reply is due, and relies on another such step', () => {
    const haste = new Haste(true);
    const step = { ...awaitedOf(subject), isCase: false };
    mayHasten(haste, subject);
    expect(haste.mayHasten(step)).to.equal(false);
    expect(haste.mayHasten(step)).to.equal(true);
    const silent = { ...step, outcomes: [SILENCE] };
    haste.mayHasten(silent);
    expect(haste.mayHasten(silent)).to.equal(false);
    expect(haste.mayHasten({ ...step, isTimed: true })).to.equal(false);
  });

  it('is not for a step about times, or about what is not a reply', () => {
    const { rfc9293 } = outcomesOf(subject);
    const step = { expect: outcomesOf(subject) };
    expect(isTimed(step, rfc9293)).to.equal(false);
    for (const more of [{ within: 500 }, { notBefore: 500 }, { settled: true }, { delivered: 0 }] as const)
      expect(isTimed({ ...step, ...more }, rfc9293), JSON.stringify(more)).to.equal(true);
    expect(isTimed(step, [{ ...RESET, with: { edge: 'not back' } }])).to.equal(true);
    expect(isTimed(step, [{ ...RESET, interval: { times: 2 } }])).to.equal(true);
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

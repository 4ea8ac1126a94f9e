import type { OutcomesByProfile } from '../catalogue/scenario.ts';
import { counts, type KnownAdoption } from '../standard/adoption.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import type { State } from '../standard/state.ts';
import type { Evidence } from './evidence.ts';
import type { Fault, Taken } from './fault.ts';
import { areRepliesOf, judge, type Observation, repliesRuleOut } from './judge.ts';
import { relativeReply } from './relative-reply.ts';
import type { ProfileVerdict } from './result.ts';

/** An `expect` step that was played. */
export interface PlayedStep {
  /** From 1. Absent in a scenario of one stimulus. */
  readonly number?: number;
  readonly expect: OutcomesByProfile;
  /** For the last step on a connection, it includes the state after. */
  readonly observation: Observation;
}

/** What one connection of a scenario came to. */
export interface Ending {
  readonly steps: readonly PlayedStep[];
  readonly stateAfter: State | 'unknown';
  readonly proof: readonly Evidence[];
  /** The state that the last step asks proof of. */
  readonly due?: State;
  /** The port still listens: when the connection is gone, CLOSED and LISTEN look alike. */
  readonly listening: boolean;
}

/** RFC 793 does not mention ICMP. Since RFC 1122, expected silence forbids it, too. */
const underProfile = (profile: Profile, { refusal, ...observation }: Observation): Observation =>
  refusal === undefined || profile === 'rfc793' ? observation : { ...observation, refusal };

/** Whether the replies alone rule out what a profile expects of a step, whatever the state after may be. */
const isRuledOut = (
  profile: Profile,
  { expect, observation }: PlayedStep,
  adoption: KnownAdoption,
): boolean => repliesRuleOut(expect[profile], underProfile(profile, observation), adoption);

/** Whether a step was answered by silence where some profile asks for a reply: a rate limiter may have swallowed it. */
export const isUnexpectedSilence = (step: PlayedStep, adoption: KnownAdoption): boolean =>
  step.observation.replies.length === 0 && PROFILES.some((profile) => isRuledOut(profile, step, adoption));

/**
 * Judges all steps of a scenario, on all of its connections, under one profile. A state that could not be proven leaves the
 * verdict open, unless the replies alone rule out every outcome.
 */
export function judgeScenario(
  profile: Profile,
  endings: readonly Ending[],
  adoption: KnownAdoption,
): ProfileVerdict {
  const unproven = endings.find(({ stateAfter }) => stateAfter === 'unknown');
  const steps = endings.flatMap((ending) => untilItEnds(profile, ending.steps, adoption));
  if (unproven && !steps.some((step) => isRuledOut(profile, step, adoption)))
    return { verdict: 'inconclusive', why: { kind: 'not proven', proof: unproven.proof } };
  const [only] = steps;
  if (only && only.number === undefined)
    return judge(only.expect[profile], underProfile(profile, only.observation), adoption);

  const faults: Fault[] = [];
  const taken: Taken[] = [];
  for (const ending of endings) {
    const judgedSteps = untilItEnds(profile, ending.steps, adoption);
    let isOff = judgedSteps.length < ending.steps.length;
    for (const step of judgedSteps) {
      const judged = judgeStep(profile, step, adoption);
      faults.push(...judged.faults);
      taken.push(...judged.taken);
      isOff ||= judged.isOff;
      // The next steps build on other replies.
      if (judged.isOff) break;
    }
    if (!isOff && faults.length === 0) faults.push(...faultOfDue(ending));
  }
  if (faults.length > 0) return { verdict: 'deviates', others: 0, faults };
  return taken.length > 0 ? { verdict: 'permitted', taken } : { verdict: 'conformant' };
}

/** The steps up to an outcome with which the scenario ends under this profile; under another it may go on. */
function untilItEnds(
  profile: Profile,
  steps: readonly PlayedStep[],
  adoption: KnownAdoption,
): readonly PlayedStep[] {
  const last = steps.findIndex(({ expect, observation }) => {
    const right = expect[profile].filter(
      (outcome) => counts(outcome, adoption) && areRepliesOf(outcome, underProfile(profile, observation)),
    );
    return right.length > 0 && right.every(({ ends }) => ends);
  });
  return last < 0 ? steps : steps.slice(0, last + 1);
}

interface StepJudgement {
  /** No outcome allows the replies. */
  readonly isOff: boolean;
  readonly faults: readonly Fault[];
  readonly taken: readonly Taken[];
}

function judgeStep(
  profile: Profile,
  { number: step = 0, expect, observation: seen }: PlayedStep,
  adoption: KnownAdoption,
): StepJudgement {
  const outcomes = expect[profile].filter((outcome) => counts(outcome, adoption));
  const observation = underProfile(profile, seen);
  if (!outcomes.some((outcome) => areRepliesOf(outcome, observation))) {
    const required = outcomes.filter(({ level, ends }) => level !== 'permitted' && !ends);
    const expected = required.map(({ reply }) => reply);
    const observed = observation.replies.map((one) => relativeReply(one, observation));
    return { isOff: true, faults: [{ step, kind: 'replies', expected, observed }], taken: [] };
  }
  const judgement = judge(outcomes, observation, adoption);
  return {
    isOff: false,
    faults: judgement.verdict === 'deviates' ? judgement.faults.map((fault) => numbered(fault, step)) : [],
    taken: judgement.verdict === 'permitted' ? judgement.taken.map((one) => ({ step, ...one })) : [],
  };
}

/** A wrong state after belongs to the scenario, so this fault gets no step number. */
const numbered = (fault: Fault, step: number): Fault =>
  fault.kind === 'state' || fault.kind === 'RCV.NXT' ? fault : { step, ...fault };

function faultOfDue({ due, stateAfter, listening }: Ending): Fault[] {
  const isGone = (state: State | 'unknown'): boolean => state === 'CLOSED' || state === 'LISTEN';
  if (due === undefined || stateAfter === due) return [];
  if (listening && isGone(stateAfter) && isGone(due)) return [];
  return [{ kind: 'state', expected: due, observed: stateAfter }];
}

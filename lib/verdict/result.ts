import type { Condition } from '../catalogue/conditions.ts';
import type { ConcreteSegment, Variable } from '../notation/types.ts';
import type { Profile } from '../standard/profile.ts';
import type { Origin, State } from '../standard/state.ts';
import type { Evidence } from './evidence.ts';
import type { Fault, Named, Taken } from './fault.ts';
import type { Kind, WireRecord } from './observed.ts';
import { isBeyondCapability, type Note, type Reason } from './reason.ts';

/**
 * `conformant`: what the document asks for. `permitted`: a SHOULD or MAY not taken, or a reading that the text allows.
 * `deviates`: none of these. `inconclusive`: the state could not be reached or proven, or the wire was disturbed.
 */
export const VERDICTS = ['conformant', 'permitted', 'deviates', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What one profile says of a case. */
export type ProfileVerdict =
  /** The outcome that was observed; absent for a case of several steps. */
  | { readonly verdict: 'conformant'; readonly outcome?: Named }
  /** What the target chose where a document leaves a choice, and what would be better. */
  | { readonly verdict: 'permitted'; readonly taken: readonly Taken[] }
  | {
      readonly verdict: 'deviates';
      /**
       * The outcome that the faults are measured against: the one with the fewest. Absent when no outcome applies, or in a
       * scenario of several steps.
       */
      readonly outcome?: Named;
      /** How many other outcomes are allowed, none of which was observed either. */
      readonly others: number;
      readonly faults: readonly Fault[];
    }
  /** No verdict under this profile; another profile may have one. */
  | { readonly verdict: 'inconclusive'; readonly why: Reason };

/** A call of the target's user. */
export interface CallRecord {
  /** Of the scenario, from 1. */
  readonly step: number;
  /** Milliseconds since the case began. */
  readonly at: number;
}

/** What every result has: its case, and the attempt that it rests on. */
interface Tried<Segment> {
  readonly id: string;
  readonly title: string;
  readonly state: State;
  readonly origin?: Origin;
  /** Absent where there is none. */
  readonly conditions?: readonly Condition[];
  readonly family: 4 | 6;
  /** The stimulus as declared. */
  readonly send: string;
  /** Remarks that do not change the verdict (a repeated attempt, a piggybacked acknowledgment, ...). */
  readonly notes: readonly Note[];
  readonly records: readonly Segment[];
  /** The calls that the target's user was told to make; absent where there were none. */
  readonly calls?: readonly CallRecord[];
  readonly startedAt: string;
  readonly durationMs: number;
}

/** What was seen of a stimulus that was sent. */
export interface Seen {
  /** The stimulus as sent: of several steps, all that was sent. */
  readonly stimulus: readonly ConcreteSegment[];
  /** The target's TCB when the stimulus was sent. */
  readonly variables: Partial<Record<Variable, number>>;
  /** The replies, noise subtracted, without their windows, which are not compared. */
  readonly observed: readonly ConcreteSegment[];
  readonly kind: Kind;
  readonly stateAfter: State | 'unknown';
  /** How the state after was proven. */
  readonly proof: readonly Evidence[];
}

/** The verdict of each profile is known; where a profile cannot tell, it is inconclusive for that one alone. */
export type JudgedResult<Segment = WireRecord> = Tried<Segment> &
  Seen & {
    readonly outcome: 'judged';
    readonly judgements: Readonly<Record<Profile, ProfileVerdict>>;
  };

/** The case was played, but no profile has a verdict. */
export type InconclusiveResult<Segment = WireRecord> = Tried<Segment> &
  Seen & { readonly outcome: 'inconclusive'; readonly why: Reason };

/** The case was not played, or not to its end: there is no observation. */
export type NotRunResult<Segment = WireRecord> = Tried<Segment> & {
  readonly outcome: 'not run';
  readonly why: Reason;
};

/** What came of one case on one address family. It is plain data: it crosses a process boundary and is stored. */
export type CaseResult<Segment = WireRecord> =
  | JudgedResult<Segment>
  | InconclusiveResult<Segment>
  | NotRunResult<Segment>;

/** The verdict of one profile, of any result. */
export const judgementOf = (result: CaseResult<unknown>, profile: Profile): ProfileVerdict =>
  result.outcome === 'judged' ? result.judgements[profile] : { verdict: 'inconclusive', why: result.why };

export const verdictOf = (result: CaseResult<unknown>, profile: Profile): Verdict =>
  judgementOf(result, profile).verdict;

/** Whether a result fails the run. */
export const isFailure = (result: CaseResult<unknown>, profile: Profile, strict: boolean): boolean =>
  FAILING.includes(standingOf(result, profile, strict));

const FAILING: readonly Standing[] = ['failed', 'errored'];

/** Why there is no verdict under a profile; undefined where there is one. */
export function whyInconclusive(result: CaseResult<unknown>, profile: Profile): Reason | undefined {
  const judgement = judgementOf(result, profile);
  return judgement.verdict === 'inconclusive' ? judgement.why : undefined;
}

/**
 * What a result is to the run: `failed` and `errored` (it could not be judged, though the target is able to do it) fail it,
 * `skipped` (the target cannot do it) and `passed` do not.
 */
export type Standing = 'passed' | 'failed' | 'errored' | 'skipped';

/** What a result is to the run: the one place that decides it. @param strict whether `permitted` fails, too */
export function standingOf(result: CaseResult<unknown>, profile: Profile, strict: boolean): Standing {
  const judgement = judgementOf(result, profile);
  switch (judgement.verdict) {
    case 'deviates':
      return 'failed';
    case 'permitted':
      return strict ? 'failed' : 'passed';
    case 'inconclusive':
      return isBeyondCapability(judgement.why) ? 'skipped' : 'errored';
    case 'conformant':
      return 'passed';
  }
}

/** What was seen; undefined where the case was not run. */
export const seenOf = (result: CaseResult<unknown>): Seen | undefined =>
  result.outcome === 'not run' ? undefined : result;

/** The result without its verdict: what was observed proves nothing. */
export function withoutVerdict<Segment>(
  result: CaseResult<Segment>,
  why: Reason,
): InconclusiveResult<Segment> | NotRunResult<Segment> {
  if (result.outcome !== 'judged') return { ...result, why };
  const { judgements: _, ...rest } = result;
  return { ...rest, outcome: 'inconclusive', why };
}

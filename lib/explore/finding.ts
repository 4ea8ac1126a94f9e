import type { Place } from '../catalogue/scenario.ts';
import { type Effect, effectOf, type Failed } from './cause.ts';
import type { Habit } from './habits.ts';
import type { Failure, Played } from './played.ts';
import type { Sequence } from './sequence.ts';

/** A deviation that is known: found in this exploration, or before. */
export interface Known {
  /** Failures that may come of one of these count as of it. */
  readonly habits: Habit[];
  /** How many sequences have met it since. */
  times: number;
  /** How many failures that may have come of it were looked at, and had. */
  looks: number;
}

/** A habit of the target that no reading of the profile explains, in the shortest sequence that shows it. */
export interface Finding extends Known {
  /** From 1, in the order in which they were found. */
  readonly number: number;
  readonly sequence: Sequence;
  readonly failure: Failure;
  readonly effect: Effect;
  /** The connection on which it was confirmed last. */
  readonly played: Played;
  /** The sequence in which it was found, and the step that failed there. */
  readonly found: { readonly sequence: Sequence; readonly step: number };
  readonly tries: number;
  readonly confirmed: { readonly times: number; readonly of: number };
  /** Other places in which the same steps show the same. */
  also: readonly Place[];
}

/** What may become a finding. */
export type Candidate = Pick<Finding, 'sequence' | 'failure' | 'effect' | 'played'>;

/** A failure that nobody has looked at yet. */
export interface Suspicion {
  readonly sequence: Sequence;
  readonly played: Played & Failed;
}

export const candidateOf = ({ sequence, played }: Suspicion): Candidate => ({
  ...{ sequence, played, failure: played.failure },
  effect: effectOf(played.failure, played.trace.terms),
});

export const hasFailed = (played: Played): played is Played & Failed => played.failure !== undefined;

import type { ConcreteSegment, Variables } from '../notation/index.ts';
import type { Segment } from '../standard/tcb.ts';
import type { Entry } from '../tester/index.ts';
import type { Event } from './oracle/events.ts';
import type { Terms, World } from './oracle/world.ts';
import type { SegmentFault } from './segment-faults.ts';

// What came of a sequence that was played.

/** A step after which no reading of the profile explains what was seen. */
export interface Failure {
  /** The place of the step in the sequence. */
  readonly step: number;
  /** What came: segments that no world explains, the last of them the first such one; or silence where something was due. */
  readonly seen: readonly Entry[];
  readonly kind: 'segment' | 'silence' | 'faults' | 'death';
  /** What is wrong with the last segment that was seen, whatever the TCB. */
  readonly faults?: readonly SegmentFault[];
  /** The worlds after the step, before anything was seen. */
  readonly worlds: readonly World[];
  /** The worlds before the step. */
  readonly before: readonly World[];
}

/** What happened in a step, and what came of it. */
export interface TracedStep {
  /** What the target met: a segment by its step of SEGMENT ARRIVES and by what it is to the TCB, or a call. */
  readonly stimulus: string;
  /** The tester's copy of the target's TCB before the step. */
  readonly variables: Variables;
  readonly events: readonly Event[];
  /** The segment that was sent last. */
  readonly sent?: ConcreteSegment;
  readonly seen: readonly Segment[];
  /** A rate limiter may have held back an acknowledgment. */
  readonly isThrottled: boolean;
  /** Where the target may be after a deviation that is known; absent where it did not deviate. */
  readonly behind?: readonly World[];
  /** What else a scenario must ask for to see what is wrong with the last of them. */
  readonly wanted?: SegmentFault['wanted'];
  readonly asks?: SegmentFault['asks'];
  /** The connection was idle for so long that a keep-alive is due. */
  readonly isKeepAliveDue?: true;
}

/** All that the oracle was told. */
export interface Trace {
  readonly worlds: readonly World[];
  readonly terms: Terms;
  readonly steps: readonly TracedStep[];
}

export interface Played {
  readonly outcome:
    | 'explained'
    | 'failed'
    | 'too many worlds'
    | 'not reached'
    | 'not able'
    | 'left out'
    | 'disturbed';
  readonly failure?: Failure;
  /** All segments of the connection, in order. */
  readonly log: readonly Entry[];
  /** Where in the log the steps begin. */
  readonly start: number;
  /** What has chosen the sequence numbers. */
  readonly numbers: number;
  /** Of the connection that failed; of the first one, where none has. */
  readonly trace: Trace;
  readonly on?: string;
  /** Of each connection, by its name. */
  readonly traces: Readonly<Record<string, Trace>>;
  /** Why it was not reached, or not played to its end. */
  readonly error?: Error;
  /** Milliseconds spent waiting for the target or for time to pass, and in all. */
  readonly waited: number;
  readonly took: number;
}

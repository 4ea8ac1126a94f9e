import type { RuleId } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';
import type { Cause, Decider, Form, Sign, Sureness } from './cause.ts';
import type { IcmpError } from './icmp.ts';

/** A segment of an account, with its numbers on the wire. */
export interface Told {
  readonly frame: number;
  /** Seconds since the first frame of the capture. */
  readonly time: number;
  /** 0 is end A, 1 is end B. */
  readonly from: 0 | 1;
  readonly seq: number;
  /** Undefined without the ACK bit. */
  readonly ack?: number;
  /** FIN...CWR. */
  readonly flags: number;
  readonly data: number;
  readonly window: number;
}

export type Kind = 'reset' | 'empty ACK' | 'reply' | 'silence' | 'SYN unanswered' | 'unacknowledged';

/** One segment, or one silence, and its cause. */
export interface Explanation {
  readonly kind: Kind;
  /** The segment; of a silence, the one that got no answer, or no acknowledgment. */
  readonly segment: Told;
  /** Who did it: the sender of a reset, or who was silent. */
  readonly by: 0 | 1;
  readonly cause: Cause;
  /** Other causes that are possible, the likeliest first. */
  readonly candidates: readonly Cause[];
  /** The frame that drew it. */
  readonly drawnBy?: number;
  /** The states that its sender may have been in. */
  readonly states: readonly State[];
  readonly rules: readonly RuleId[];
  readonly form?: Form;
  readonly sure: Sureness;
  readonly decides: readonly Decider[];
  readonly signs: readonly Sign[];
  readonly verdict: 'conformant' | 'deviates';
  /** What somebody wrote in the capture about the segment. */
  readonly comment?: string;
  /** Whether `explain` prints it without --all. */
  readonly notable: boolean;
}

/** How a connection ended. */
export type Ending =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed'; readonly first: 0 | 1 | undefined; readonly acknowledged: boolean }
  | { readonly kind: 'half closed'; readonly by: 0 | 1 }
  | { readonly kind: 'reset'; readonly by: 0 | 1; readonly frame: number }
  | { readonly kind: 'refused'; readonly by: 0 | 1; readonly frame: number }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'never opened' };

/** Where the capture was taken, seen from the connection. Times in seconds there and back. */
export type CapturePoint =
  | { readonly at: 'unknown' }
  | { readonly at: 'end'; readonly end: 0 | 1; readonly roundTrips: readonly [number, number] }
  | { readonly at: 'both'; readonly roundTrips: readonly [number, number] }
  | { readonly at: 'between'; readonly roundTrips: readonly [number, number] };

export interface Oddities {
  /** Frames that are in the capture twice. */
  readonly doubled: number;
  /** Segments with a wrong checksum, which a receiver drops. */
  readonly damaged: number;
  readonly fragments: number;
  readonly cutHeaders: number;
  /** Acknowledged, but not in the capture. */
  readonly missed: number;
}

export interface EndAccount {
  readonly address: string;
  readonly port: number;
}

/** What happened on one connection. */
export interface Account {
  readonly index: number;
  readonly family: 4 | 6;
  readonly ends: readonly [EndAccount, EndAccount];
  /** Who has sent the first SYN. */
  readonly opener: 0 | 1 | undefined;
  /** The initial sequence numbers of each end, where their SYNs are in the capture: of each time that it was opened, the last one last. */
  readonly isses: readonly [readonly number[], readonly number[]];
  readonly begunInTheMiddle: boolean;
  /** How often the same ports were used: more than 1 where a new SYN has opened them anew. */
  readonly incarnations: number;
  readonly segments: number;
  /** Seconds since the first frame of the capture. */
  readonly began: number;
  readonly lasted: number;
  readonly ending: Ending;
  readonly point: CapturePoint;
  readonly oddities: Oddities;
  readonly explanations: readonly Explanation[];
  /** The newest ICMP errors about its segments. */
  readonly errors: readonly IcmpError[];
  /** The segments that are still known, with the states of both ends after each; only where they were asked for. */
  readonly ladder?: readonly Rung[];
}

export interface Rung extends Told {
  readonly states: readonly [readonly State[], readonly State[]];
  readonly doubled: boolean;
}

import type { Adoption, Level } from '../profile.ts';
import type { Origin, State } from '../state.ts';
import type { Segment, Tcb } from '../tcb.ts';

/** One thing that a TCP may do with a segment. */
export interface Arrival {
  readonly reply: Segment | 'silence';
  readonly tcb: Tcb;
  readonly level: Level;
  /** Set when only a TCP that has, or has not, adopted RFC 5961 may do so. */
  readonly when?: Adoption;
  /** The rule: document, section, step, and what it says there in our own words. */
  readonly why: string;
  /** The SEQ of the reply is an ISS that the TCP selects anew: it is written as the TCB's and not to be compared. */
  readonly freeSeq?: true;
}

export type Arrivals = Generator<Arrival, void, undefined>;

export const STRENGTH: Readonly<Record<Level, number>> = { required: 2, recommended: 1, permitted: 0 };

/** Any of these replies, and the TCB after it. */
const answer = (level: Level) =>
  function* (why: string, tcb: Tcb, ...replies: readonly Arrival['reply'][]): Arrivals {
    for (const reply of replies) yield { reply, tcb, level, why };
  };

export const must = answer('required');
export const should = answer('recommended');
export const may = answer('permitted');

const atMost = (most: Level) =>
  function* (because: string, arrivals: Iterable<Arrival>): Arrivals {
    for (const { level, why, ...each } of arrivals)
      yield { ...each, level: STRENGTH[level] < STRENGTH[most] ? level : most, why: `${because}; ${why}` };
  };

/** The same where the texts leave it open, or ask for something else by a SHOULD. */
export const permitted = atMost('permitted');

/** The same where it is a SHOULD that asks for it. */
export const recommended = atMost('recommended');

/** The connection in another state; only SYN-RECEIVED remembers where it came from. */
export const enter = (tcb: Tcb, state: State, origin?: Origin): Tcb => {
  const { origin: _, ...rest } = tcb;
  return origin === undefined ? { ...rest, state } : { ...rest, state, origin };
};

import { STRENGTH } from '../profile.ts';
import { type Adoption, ALL_CHECKS, NO_CHECKS } from '../adoption.ts';
import type { Level, Profile } from '../profile.ts';
import type { Origin, State } from '../state.ts';
import type { Segment, Tcb } from '../tcb.ts';

/** One thing that a TCP may do with a segment. */
export interface Arrival {
  readonly reply: Segment | 'silence';
  readonly tcb: Tcb;
  readonly level: Level;
  /** The rule: document, section, step, and what it says there in our own words. */
  readonly why: string;
  /** The SEQ of the reply is an ISS that the TCP selects anew: it is written as the TCB's and not to be compared. */
  readonly freeSeq?: true;
}

export type Arrivals = Generator<Arrival, void, undefined>;

/** Any of these replies, and the TCB after it. */
const answer = (level: Level) =>
  function* (why: string, tcb: Tcb, ...replies: readonly Arrival['reply'][]): Arrivals {
    for (const reply of replies) yield { reply, tcb, level, why };
  };

export const must = answer('required');
export const should = answer('recommended');
export const may = answer('permitted');

/** What is listed with how strongly it is asked for, and why. */
export type Judged = Pick<Arrival, 'level' | 'why'>;

const atMost = (most: Level) =>
  function* <T extends Judged>(because: string, all: Iterable<T>): Generator<T, void, undefined> {
    for (const each of all) {
      const level = STRENGTH[each.level] < STRENGTH[most] ? each.level : most;
      yield { ...each, level, why: `${because}; ${each.why}` };
    }
  };

/** The same where the texts leave it open or ask for something else by a SHOULD, and where a SHOULD asks for it. */
export const permitted = atMost('permitted');
export const recommended = atMost('recommended');

/** What follows from several rules counts as what the strongest of them makes it. */
export const strongestOf = <T extends Judged>(
  all: Iterable<T>,
  sameness: (each: T) => unknown,
): Map<string, T> => {
  const byKey = new Map<string, T>();
  const sorted = (_: string, value: unknown): unknown => (value instanceof Set ? [...value].sort() : value);
  for (const each of all) {
    const key = JSON.stringify(sameness(each), sorted);
    const known = byKey.get(key);
    if (!known || STRENGTH[each.level] > STRENGTH[known.level]) byKey.set(key, each);
  }
  return byKey;
};

export const distinct = (arrivals: Iterable<Arrival>): Map<string, Arrival> =>
  strongestOf(arrivals, ({ reply, tcb, freeSeq }) => [reply, tcb, freeSeq]);

/** The connection in another state; only SYN-RECEIVED remembers where it came from. */
export const enter = ({ origin: _, ...tcb }: Tcb, state: State, origin?: Origin): Tcb =>
  origin === undefined ? { ...tcb, state } : { ...tcb, state, origin };

export type Rules = ReturnType<typeof rulesOf>;

/** Which documents are in force, and where the steps of SEGMENT ARRIVES are written. */
export const rulesOf = (profile: Profile, adoption: Adoption) => {
  const rfc9293 = profile === 'rfc9293';
  const steps =
    (section: string, heading: string) =>
    (step: string, what: string): string =>
      `${rfc9293 ? `RFC 9293 ${section} ` : `RFC 793 3.9 SEGMENT ARRIVES, ${heading}`}${step}: ${what}`;
  return {
    rfc1122: profile !== 'rfc793',
    /** The checks of RFC 5961 that are in force. In `rfc9293` that depends on the target. */
    checks: rfc9293 ? adoption : profile === 'rfc5961' ? ALL_CHECKS : NO_CHECKS,
    rfc9293,
    ignoresPrecedence: profile === 'rfc5961' || rfc9293, // RFC 2873.
    listen: steps('3.10.7.2', 'LISTEN, '),
    synSent: steps('3.10.7.3', 'SYN-SENT, '),
    other: steps('3.10.7.4', ''),
  };
};

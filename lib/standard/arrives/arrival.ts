import { type Adoption, ALL_CHECKS, NO_CHECKS } from '../adoption.ts';
import type { Told } from '../calls/call.ts';
import type { Level, Profile } from '../profile.ts';
import { STRENGTH } from '../profile.ts';
import type { Origin, State } from '../state.ts';
import type { Segment, Tcb } from '../tcb.ts';

/** One thing that a TCP may do with a segment. */
export interface Arrival {
  readonly reply: Segment | 'silence';
  readonly tcb: Tcb;
  readonly level: Level;
  /** The rule: document, section, step, and what it says, in our own words. */
  readonly why: string;
  /** The SEQ of the reply is a new ISS, which the TCP is free to choose. Do not compare it with the TCB's. */
  readonly freeSeq?: true;
  /** What the user is told of it; nothing when absent. */
  readonly told?: readonly Told[];
}

export type Arrivals = Generator<Arrival, void, undefined>;

/** One outcome for each reply, all with the same TCB after it. */
const answer = (level: Level) =>
  function* (why: string, tcb: Tcb, ...replies: readonly Arrival['reply'][]): Arrivals {
    for (const reply of replies) yield { reply, tcb, level, why };
  };

export const must = answer('required');
export const should = answer('recommended');
export const may = answer('permitted');

/** An item with the level at which the RFCs ask for it, and why. */
export type Judged = Pick<Arrival, 'level' | 'why'>;

const atMost = (most: Level) =>
  function* <T extends Judged>(because: string, all: Iterable<T>): Generator<T, void, undefined> {
    for (const each of all) {
      const level = STRENGTH[each.level] < STRENGTH[most] ? each.level : most;
      yield { ...each, level, why: `${because}; ${each.why}` };
    }
  };

/** The same outcomes, but at most permitted: the RFCs leave them open, or a SHOULD asks for something else. */
export const permitted = atMost('permitted');
/** The same outcomes, but at most recommended: only a SHOULD asks for them. */
export const recommended = atMost('recommended');

/** Whether two values of plain data say the same, whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (one instanceof Set)
    return other instanceof Set && one.size === other.size && [...one].every((each) => other.has(each));
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((each, index) => isSame(each, other[index]))
    );
  return isSameBut(one, other, []);
}

/** The same of two objects, without what these names stand for. */
export function isSameBut<T extends object>(one: T, other: T, names: readonly (keyof T)[]): boolean {
  // This is asked for each segment many times.
  let unmatched = 0;
  for (const name in one) {
    if (names.includes(name)) continue;
    if (!(name in other && isSame(one[name], other[name]))) return false;
    unmatched += 1;
  }
  for (const name in other) if (!names.includes(name)) unmatched -= 1;
  return unmatched === 0;
}

/** Each item once. One that follows from several rules has the level of the strongest of them. */
export function strongestOf<T extends Judged>(all: Iterable<T>): T[] {
  const kept: T[] = [];
  for (const each of all) {
    const at = kept.findIndex((known) => isSameBut(known, each, ['level', 'why']));
    if (at === -1) kept.push(each);
    else if (STRENGTH[each.level] > STRENGTH[(kept[at] as T).level]) kept[at] = each;
  }
  return kept;
}

/** The connection in another state. Only SYN-RECEIVED remembers where it came from. */
export function enter(before: Tcb, state: State, origin?: Origin): Tcb {
  const tcb = 'origin' in before || 'former' in before ? withoutOrigin(before) : before;
  return origin === undefined ? { ...tcb, state } : { ...tcb, state, origin };
}

const withoutOrigin = ({ origin: _, former: __, ...tcb }: Tcb): Tcb => tcb;

/** The TCB is deleted, with all that waits in its queues. */
export const deleted = ({ urgent: _, ...tcb }: Tcb): Tcb => ({ ...enter(tcb, 'CLOSED'), ...NOTHING_WAITS });

/** The queues of a connection that has just begun, or is over. */
export const NOTHING_WAITS = {
  ...{ sends: [], sent: [], closing: false, ahead: [], receives: [], unread: 0, pushed: 0 },
} as const;

export type Rules = ReturnType<typeof rulesOf>;

/** The documents in force, and the citations of the steps of SEGMENT ARRIVES. */
export const rulesOf = (profile: Profile, adoption: Adoption) => {
  const rfc9293 = profile === 'rfc9293';
  const steps =
    (section: string, heading: string) =>
    (step: string, what: string): string =>
      `${rfc9293 ? `RFC 9293 ${section} ` : `RFC 793 3.9 SEGMENT ARRIVES, ${heading}`}${step}: ${what}`;
  return {
    rfc1122: profile !== 'rfc793',
    /** RFC 793 page 72 updates the window where SND.UNA < SEG.ACK; RFC 1122 section 4.2.2.20(g) where they are equal, too. */
    updatesAtUna: true,
    /** The checks of RFC 5961 that are in force. In `rfc9293` that depends on the target. */
    checks: rfc9293 ? adoption : profile === 'rfc5961' ? ALL_CHECKS : NO_CHECKS,
    rfc9293,
    ignoresPrecedence: profile === 'rfc5961' || rfc9293, // RFC 2873.
    listen: steps('3.10.7.2', 'LISTEN, '),
    synSent: steps('3.10.7.3', 'SYN-SENT, '),
    other: steps('3.10.7.4', ''),
  };
};

import { strongestOf } from '../arrives/arrival.ts';
import type { Level, Profile } from '../profile.ts';
import { sendsOutstanding } from '../queues.ts';
import type { Segment, Tcb } from '../tcb.ts';
import type { CallError, Told } from './call.ts';

/** The text that one RECEIVE gives to the user. */
export interface Delivery {
  /** The sequence number of its first octet. With the number of octets it says which part of the peer's text this is. */
  readonly seq: number;
  readonly octets: number;
  /** Whether its last octet came with PSH. Passing PSH on is optional since RFC 1122 (section 4.2.2.2). */
  readonly push: boolean;
  /** Whether more urgent text is to come. */
  readonly urgent: boolean;
}

/** One thing that a TCP may do when its user calls or a timer runs out. */
export interface Reaction {
  /** In the order in which it is sent; empty for silence. */
  readonly sent: readonly Segment[];
  /** In state CLOSED: the TCB is deleted, and only its numbers are left. */
  readonly tcb: Tcb;
  readonly delivered: readonly Delivery[];
  /**
   * In the order of the RFC. A call without an entry has returned without an error. RFC 9293 section 3.9.1.2 leaves open
   * whether its "ok" comes at once or later.
   */
  readonly told: readonly Told[];
  readonly level: Level;
  /** The rule: document, section, state, and what it says, in our own words. */
  readonly why: string;
  /** The SEQ of the segment is a new ISS, which the TCP is free to choose. Do not compare it with the TCB's. */
  readonly freeSeq?: true;
}

export type Reactions = Generator<Reaction, void, undefined>;

type Effects = Partial<Pick<Reaction, 'sent' | 'delivered' | 'told' | 'freeSeq'>>;

const react = (level: Level) =>
  function* (why: string, tcb: Tcb, effects: Effects = {}): Reactions {
    yield { sent: [], delivered: [], told: [], ...effects, tcb, level, why };
  };

export const must = react('required');
export const should = react('recommended');
export const may = react('permitted');

/** A reaction that follows from several rules has the level of the strongest of them. */
export const distinctReactions = (reactions: Iterable<Reaction>): Reaction[] => strongestOf(reactions);

/** The caller gets a response at once, and nothing else happens. */
export const refusal = (says: CallError): Effects => ({ told: [{ to: 'caller', says }] });

/** Outstanding SENDs and RECEIVEs get the error. */
export const outstanding = (tcb: Tcb, says: CallError): readonly Told[] => [
  ...(sendsOutstanding(tcb) ? ([{ to: 'SENDs', says }] as const) : []),
  ...(tcb.receives.length > 0 ? ([{ to: 'RECEIVEs', says }] as const) : []),
];

export type CallRules = ReturnType<typeof callRules>;

/** The documents in force, and the citations of calls and timeouts. */
export const callRules = (profile: Profile, event: string, section: string) => {
  const rfc9293 = profile === 'rfc9293';
  const place = rfc9293 ? `RFC 9293 ${section} ${event}` : `RFC 793 3.9 ${event}`;
  return {
    rfc1122: profile !== 'rfc793',
    rfc9293,
    /** A section of RFC 9293, or the same rule in RFC 1122 or RFC 793. */
    by: (now: string, then: string, first?: string): string =>
      rfc9293 ? `RFC 9293 ${now}` : profile === 'rfc793' && first ? `RFC 793 ${first}` : `RFC 1122 ${then}`,
    /** The paragraph of the state. */
    step: ({ state }: Tcb, what: string): string => `${place}, ${state}: ${what}`,
  };
};

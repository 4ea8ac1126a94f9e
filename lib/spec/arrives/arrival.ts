import { add } from '../../wire/seq.ts';
import type { Adoption, Level } from '../profile.ts';
import type { Origin, State } from '../state.ts';
import { type Control, type Segment, segLen, type Tcb } from '../tcb.ts';

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

const arrival =
  (level: Level) =>
  (reply: Arrival['reply'], tcb: Tcb, why: string): Arrival => ({ reply, tcb, level, why });

export const must = arrival('required');
export const should = arrival('recommended');
export const may = arrival('permitted');

const atMost = (most: Level) =>
  function* (arrivals: Iterable<Arrival>, because: string): Arrivals {
    for (const { level, why, ...each } of arrivals)
      yield { ...each, level: STRENGTH[level] < STRENGTH[most] ? level : most, why: `${because}; ${why}` };
  };

/** The same arrivals where the texts leave them open, or ask for something else by a SHOULD. */
export const permitted = atMost('permitted');

/** The same arrivals where it is a SHOULD that asks for them. */
export const recommended = atMost('recommended');

/** The connection in another state; only SYN-RECEIVED remembers where it came from. */
export const enter = (tcb: Tcb, state: State, origin?: Origin): Tcb => {
  const { origin: _, ...rest } = tcb;
  return origin === undefined ? { ...rest, state } : { ...rest, state, origin };
};

const reply = ({ rcvWnd, security, precedence }: Tcb, ctl: Control[], seq: number, ack = 0): Segment => {
  const fixed = { data: 0, urg: 0, checksumValid: true, unicast: true };
  return { seq, ack, ctl: new Set(ctl), wnd: rcvWnd, security, precedence, ...fixed };
};

/** `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>` */
export const emptyAck = (tcb: Tcb): Segment => reply(tcb, ['ACK'], tcb.sndNxt, tcb.rcvNxt);

/** `<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>` */
export const synAck = (tcb: Tcb): Segment => reply(tcb, ['SYN', 'ACK'], tcb.iss, tcb.rcvNxt);

/** `<SEQ=SEG.ACK><CTL=RST>` */
export const resetAtAck = (tcb: Tcb, segment: Segment): Segment => reply(tcb, ['RST'], segment.ack);

/** `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>` */
export const resetFromZero = (tcb: Tcb, segment: Segment): Segment =>
  reply(tcb, ['RST', 'ACK'], 0, add(segment.seq, segLen(segment)));

/** The reset that the sender of the segment finds acceptable: its form is chosen by the ACK bit. */
export const resetFor = (tcb: Tcb, segment: Segment): Segment =>
  segment.ctl.has('ACK') ? resetAtAck(tcb, segment) : resetFromZero(tcb, segment);

/** Where no form is given: the one above, what ABORT sends, and the same with an ACK. */
export const resetsOfAnyForm = (tcb: Tcb, segment: Segment): readonly Segment[] => [
  resetFor(tcb, segment),
  reply(tcb, ['RST'], tcb.sndNxt),
  reply(tcb, ['RST', 'ACK'], tcb.sndNxt, tcb.rcvNxt),
];

import { emptyAck } from '../../lib/standard/segments.ts';
import { enter } from '../../lib/standard/arrives/arrival.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { add, gt, lt, within } from '../../lib/wire/seq.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import type { Arrival } from '../../lib/standard/segment-arrives.ts';
import type { State } from '../../lib/standard/state.ts';
import { type Control, type Segment, segLen, type Tcb } from '../../lib/standard/tcb.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';

export type Fault = NonNullable<Behaviour['arrive']>;
export type Test = (tcb: Tcb, segment: Segment) => boolean;

/** The reference with one fault. */
export interface Mutant {
  /** In kebab-case. */
  readonly name: string;
  /** One line: what it does wrong. */
  readonly what: string;
  /** The profile that it otherwise follows, and that judges it. */
  readonly base: Profile;
  readonly behaviour: Behaviour;
  /** The only family that shows it. */
  readonly family?: 4 | 6;
  /** The case of the broken rule, which must deviate. */
  readonly caughtBy?: string;
  /** Why no case fails: the wire does not show the fault, or a document allows it. */
  readonly equivalent?: string;
}

/** A mutant with this fault where the test holds. The base is RFC 9293 unless the fault is about another document. */
export const faulty = (
  name: string,
  what: string,
  where: Test,
  fault: Fault,
  base: Profile = 'rfc9293',
): Mutant => ({ name, what, base, behaviour: { arrive: when(where, fault) } });

/** A mutant that no case can catch. */
export const unseen = (mutant: Mutant, equivalent: string): Mutant => ({ ...mutant, equivalent });

/** A mutant that this case must catch. */
export const caughtBy = (id: string, mutant: Mutant): Mutant => ({ ...mutant, caughtBy: id });

// Tests of the TCB and the segment.

export const always: Test = () => true;

export const has =
  (...controls: readonly Control[]): Test =>
  (_tcb, { ctl }) =>
    controls.every((control) => ctl.has(control));

export const lacks =
  (...controls: readonly Control[]): Test =>
  (_tcb, { ctl }) =>
    !controls.some((control) => ctl.has(control));

export const inState =
  (...states: readonly State[]): Test =>
  ({ state }) =>
    states.includes(state);

export const synchronized: Test = ({ state }) =>
  !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);

/** The states with the eight steps. */
export const connected: Test = ({ state }) => !['CLOSED', 'LISTEN', 'SYN-SENT'].includes(state);

export const all =
  (...tests: readonly Test[]): Test =>
  (tcb, segment) =>
    tests.every((test) => test(tcb, segment));

export const not =
  (test: Test): Test =>
  (tcb, segment) =>
    !test(tcb, segment);

export const passive: Test = ({ origin }) => origin === 'passive';
export const active: Test = ({ origin }) => origin === 'active';

export const noFlags: Test = (_tcb, { ctl }) => ctl.size === 0;
export const hasText: Test = (_tcb, { data }) => data > 0;
export const hasNoText: Test = (_tcb, { data }) => data === 0;
export const hasNoTextNorFin: Test = (_tcb, { data, ctl }) => data === 0 && !ctl.has('FIN');
export const emptySegment: Test = (_tcb, segment) => segLen(segment) === 0;
export const bareSyn: Test = all(has('SYN'), lacks('ACK', 'RST'));

export const atRcvNxt: Test = ({ rcvNxt }, { seq }) => seq === rcvNxt;
export const beforeRcvNxt: Test = ({ rcvNxt }, { seq }) => lt(seq, rcvNxt);
export const afterRcvNxt: Test = ({ rcvNxt }, { seq }) => gt(seq, rcvNxt);
export const outsideWindow = not(acceptable);
export const beyondWindow: Test = ({ rcvNxt, rcvWnd }, { seq }) =>
  rcvWnd > 0 && lt(rcvNxt, seq) && !within(seq, rcvNxt, rcvWnd);
export const zeroWindow: Test = ({ rcvWnd }) => rcvWnd === 0;

export const inReceivingState = inState('ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2');
export const inStateAfterFin = inState('CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT');
/** The segment passes the checks before the fifth step (ACK). */
export const reachesAckCheck: Test = all(
  (_tcb, { checksumValid }) => checksumValid,
  acceptable,
  lacks('RST', 'SYN'),
);
export const synchronizedAck: Test = all(synchronized, reachesAckCheck, has('ACK'));
export const synchronizedFin: Test = all(synchronizedAck, has('FIN'));
/** The ACK acknowledges some of what is in flight, but not all. */
export const acksPart: Test = ({ sndUna, sndNxt }, { ack }) => gt(ack, sndUna) && lt(ack, sndNxt);
export const otherSecurity: Test = ({ security }, segment) => segment.security !== security;

// Faults.

export { enter };

export const outcome = (reply: Arrival['reply'], tcb: Tcb): Arrival => ({
  reply,
  tcb,
  level: 'required',
  why: 'a fault',
});

/** The fault where the test holds. */
export const when =
  (test: Test, fault: Fault): Fault =>
  (tcb, segment, next) =>
    test(tcb, segment) ? fault(tcb, segment, next) : next(tcb, segment);

/** Answers by itself, and leaves the TCB as `then` says. */
export const answer =
  (make: (tcb: Tcb, segment: Segment) => Arrival['reply'], then: (tcb: Tcb) => Tcb = (tcb) => tcb): Fault =>
  (tcb, segment) =>
    outcome(make(tcb, segment), then(tcb));

export const ignore: Fault = answer(() => 'silence');

/** Takes the segment for another one. */
export const taken =
  (as: (segment: Segment, tcb: Tcb) => Segment): Fault =>
  (tcb, segment, next) =>
    next(tcb, as(segment, tcb));

/** Changes the reply, unless it is silence. */
export const replying =
  (make: (reply: Segment, tcb: Tcb, segment: Segment) => Arrival['reply']): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    return arrival.reply === 'silence' ? arrival : { ...arrival, reply: make(arrival.reply, tcb, segment) };
  };

/** Changes the TCB afterwards. */
export const leaving =
  (make: (after: Tcb, before: Tcb, segment: Segment) => Tcb): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    return { ...arrival, tcb: make(arrival.tcb, tcb, segment) };
  };

export const without = (segment: Segment, ...controls: readonly Control[]): Segment => ({
  ...segment,
  ctl: new Set([...segment.ctl].filter((control) => !controls.includes(control))),
});

export const withBits = (segment: Segment, ...controls: readonly Control[]): Segment => ({
  ...segment,
  ctl: new Set([...segment.ctl, ...controls]),
});

export const isReset = ({ ctl }: Segment): boolean => ctl.has('RST');
export const isSynAck = ({ ctl }: Segment): boolean => ctl.has('SYN') && ctl.has('ACK');
export const isEmptyAck = ({ ctl, data }: Segment): boolean => ctl.size === 1 && ctl.has('ACK') && data === 0;

/** Where a reset is sent, changes the TCB afterwards. */
export const afterReset =
  (make: (after: Tcb, before: Tcb) => Tcb): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    const resets = arrival.reply !== 'silence' && isReset(arrival.reply);
    return resets ? { ...arrival, tcb: make(arrival.tcb, tcb) } : arrival;
  };

/** A reset that is sent ends the connection. */
export const resetEnds: Fault = afterReset((after) => toClosed(after));
/** A reset that is sent does not change the connection. */
export const resetButKept: Fault = afterReset((_after, before) => before);

export const toClosed = (tcb: Tcb): Tcb => enter(tcb, 'CLOSED');
/** The connection ends without a reply. */
export const vanish: Fault = answer(() => 'silence', toClosed);
export const leavingClosed: Fault = leaving(toClosed);
export const withoutReply: Fault = (tcb, segment, next) => ({ ...next(tcb, segment), reply: 'silence' });
export const withoutResets: Fault = replying((reply) => (isReset(reply) ? 'silence' : reply));
export const replyingFromSndUna: Fault = replying((reply, { sndUna }) => ({ ...reply, seq: sndUna }));
export const ackingOneMore: Fault = replying((reply) => ({ ...reply, ack: add(reply.ack, 1) }));
export const ackingOneLess: Fault = replying((reply) => ({ ...reply, ack: add(reply.ack, -1) }));
export const takenWithout = (...controls: readonly Control[]): Fault =>
  taken((segment) => without(segment, ...controls));
export const withoutChecksumTest: Fault = taken((segment) => ({ ...segment, checksumValid: true }));
export const takenWithAck: Fault = taken((segment, { sndUna }) => ({
  ...withBits(segment, 'ACK'),
  ack: sndUna,
}));
export const takenAtRcvNxt: Fault = taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt }));
export const takenAsAckOfSndNxt: Fault = taken((segment, { sndNxt }) => ({ ...segment, ack: sndNxt }));
export const takenAsAckOfSndUna: Fault = taken((segment, { sndUna }) => ({ ...segment, ack: sndUna }));
export const takenAsSameSecurity: Fault = taken((segment, { security }) => ({ ...segment, security }));

/** Acknowledges the whole segment, and moves RCV.NXT behind it. */
export const acknowledgingAll: Fault = (tcb, segment, next) => {
  const { reply, tcb: after, ...rest } = next(tcb, segment);
  const ack = add(segment.seq, segLen(segment));
  return { ...rest, tcb: { ...after, rcvNxt: ack }, reply: reply === 'silence' ? reply : { ...reply, ack } };
};

/** Moves RCV.NXT by so many octets, by default those of the segment, and acknowledges them. */
export const advancingBy =
  (octets: (length: number) => number): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    const after = { ...arrival.tcb, rcvNxt: add(tcb.rcvNxt, octets(segLen(segment))) };
    return { ...arrival, tcb: after, reply: emptyAck(after) };
  };
export const advancing: Fault = advancingBy((length) => length);

/** Sends an empty ACK where there is no other reply. */
export const replyingAlways: Fault = (tcb, segment, next) => {
  const arrival = next(tcb, segment);
  return arrival.reply === 'silence' || isEmptyAck(arrival.reply)
    ? { ...arrival, reply: emptyAck(arrival.tcb) }
    : arrival;
};

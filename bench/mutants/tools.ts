import { emptyAck } from '../../lib/standard/arrives/replies.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { add, gt, lt, within } from '../../lib/wire/seq.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import type { Arrival } from '../../lib/standard/segment-arrives.ts';
import type { Origin, State } from '../../lib/standard/state.ts';
import { type Control, type Segment, segLen, type Tcb } from '../../lib/standard/tcb.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import type { Mutant } from './mutant.ts';

export type Fault = NonNullable<Behaviour['arrive']>;
export type Test = (tcb: Tcb, segment: Segment) => boolean;

/** A mutant of what arrives; RFC 9293 is the base unless another document is what the fault is about. */
export const faulty = (name: string, what: string, arrive: Fault, base: Profile = 'rfc9293'): Mutant => ({
  name,
  what,
  base,
  behaviour: { arrive },
});

/** One that the wire does not show. */
export const unseen = (mutant: Mutant, equivalent: string): Mutant => ({ ...mutant, equivalent });

// What a segment meets.

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

/** The states of the eight steps. */
export const connected: Test = ({ state }) => !['CLOSED', 'LISTEN', 'SYN-SENT'].includes(state);

export const all =
  (...tests: readonly Test[]): Test =>
  (tcb, segment) =>
    tests.every((test) => test(tcb, segment));

export const not =
  (test: Test): Test =>
  (tcb, segment) =>
    !test(tcb, segment);

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
/** The segment passes the checks before the fifth step, which checks its ACK. */
export const reachesAckCheck: Test = all(acceptable, lacks('RST', 'SYN'));
export const synchronizedAck: Test = all(synchronized, reachesAckCheck, has('ACK'));
export const synchronizedFin: Test = all(synchronizedAck, has('FIN'));
export const otherSecurity: Test = ({ security }, segment) => segment.security !== security;

// What becomes of it.

/** The connection in another state; SYN-RECEIVED remembers where it came from. */
export const enter = ({ origin: _, ...tcb }: Tcb, state: State, origin?: Origin): Tcb =>
  origin === undefined ? { ...tcb, state } : { ...tcb, state, origin };

export const outcome = (reply: Arrival['reply'], tcb: Tcb): Arrival => ({
  reply,
  tcb,
  level: 'required',
  why: 'a fault',
});

/** The fault, where the test holds; elsewhere all is as it should be. */
export const when =
  (test: Test, fault: Fault): Fault =>
  (tcb, segment, next) =>
    test(tcb, segment) ? fault(tcb, segment, next) : next(tcb, segment);

/** A state of its own makes of the segment. */
export const answer =
  (make: (tcb: Tcb, segment: Segment) => Arrival['reply'], then: (tcb: Tcb) => Tcb = (tcb) => tcb): Fault =>
  (tcb, segment) =>
    outcome(make(tcb, segment), then(tcb));

export const ignore: Fault = answer(() => 'silence');

/** The segment is taken for another. */
export const taken =
  (as: (segment: Segment, tcb: Tcb) => Segment): Fault =>
  (tcb, segment, next) =>
    next(tcb, as(segment, tcb));

/** The reply is another one; silence stays. */
export const replying =
  (make: (reply: Segment, tcb: Tcb, segment: Segment) => Arrival['reply']): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    return arrival.reply === 'silence' ? arrival : { ...arrival, reply: make(arrival.reply, tcb, segment) };
  };

/** The TCB is left otherwise. */
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

/** Whoever is reset is forgotten as well. */
export const resetEnds: Fault = (tcb, segment, next) => {
  const arrival = next(tcb, segment);
  return arrival.reply !== 'silence' && isReset(arrival.reply)
    ? { ...arrival, tcb: enter(arrival.tcb, 'CLOSED') }
    : arrival;
};

export const toClosed = (tcb: Tcb): Tcb => enter(tcb, 'CLOSED');
export const leavingClosed: Fault = leaving(toClosed);
export const withoutReply: Fault = (tcb, segment, next) => ({ ...next(tcb, segment), reply: 'silence' });
export const withoutResets: Fault = replying((reply) => (isReset(reply) ? 'silence' : reply));
export const takenAtRcvNxt: Fault = taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt }));
export const takenAsAckOfSndNxt: Fault = taken((segment, { sndNxt }) => ({ ...segment, ack: sndNxt }));
export const takenAsAckOfSndUna: Fault = taken((segment, { sndUna }) => ({ ...segment, ack: sndUna }));
export const takenAsSameSecurity: Fault = taken((segment, { security }) => ({ ...segment, security }));

/** The SYN,ACK or ACK acknowledges all of the segment. */
export const acknowledgingAll: Fault = (tcb, segment, next) => {
  const { reply, tcb: after, ...rest } = next(tcb, segment);
  const ack = add(segment.seq, segLen(segment));
  return { ...rest, tcb: { ...after, rcvNxt: ack }, reply: reply === 'silence' ? reply : { ...reply, ack } };
};

/** Whatever comes of it, an empty ACK goes out. */
export function replyingAlways(): Fault {
  return (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    return arrival.reply === 'silence' || isEmptyAck(arrival.reply)
      ? { ...arrival, reply: emptyAck(arrival.tcb) }
      : arrival;
  };
}

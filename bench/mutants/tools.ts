import type { Profile } from '../../lib/standard/profile.ts';
import type { Arrival } from '../../lib/standard/segment-arrives.ts';
import type { Origin, State } from '../../lib/standard/state.ts';
import type { Control, Segment, Tcb } from '../../lib/standard/tcb.ts';
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
export const isEmptyAck = ({ ctl, data }: Segment): boolean => ctl.size === 1 && ctl.has('ACK') && data === 0;

/** Whoever is reset is forgotten as well. */
export const resetEnds: Fault = (tcb, segment, next) => {
  const arrival = next(tcb, segment);
  return arrival.reply !== 'silence' && isReset(arrival.reply)
    ? { ...arrival, tcb: enter(arrival.tcb, 'CLOSED') }
    : arrival;
};

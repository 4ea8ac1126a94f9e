import { add } from '../../wire/seq.ts';
import { type Control, type Segment, segLen, type Tcb } from '../tcb.ts';

const reply = ({ rcvWnd, security, precedence }: Tcb, ctl: Control[], seq: number, ack = 0): Segment => {
  const fixed = { data: 0, urg: 0, checksumValid: true, unicast: true };
  return { seq, ack, ctl: new Set(ctl), wnd: rcvWnd, security, precedence, ...fixed };
};

export const emptyAck = (tcb: Tcb): Segment => reply(tcb, ['ACK'], tcb.sndNxt, tcb.rcvNxt);
export const synAck = (tcb: Tcb): Segment => reply(tcb, ['SYN', 'ACK'], tcb.iss, tcb.rcvNxt);
/** The two forms of section 3.4: for a segment with ACK, and for one without. */
export const resetAtAck = (tcb: Tcb, segment: Segment): Segment => reply(tcb, ['RST'], segment.ack);
export const resetFromZero = (tcb: Tcb, segment: Segment): Segment =>
  reply(tcb, ['RST', 'ACK'], 0, add(segment.seq, segLen(segment)));
export const resetFor = (tcb: Tcb, segment: Segment): Segment =>
  segment.ctl.has('ACK') ? resetAtAck(tcb, segment) : resetFromZero(tcb, segment);

/** For a reset whose form no RFC gives: the form of section 3.4, the reset that ABORT sends, and that one with an ACK. */
export const resetsOfAnyForm = (tcb: Tcb, segment: Segment): readonly Segment[] => [
  resetFor(tcb, segment),
  reply(tcb, ['RST'], tcb.sndNxt),
  reply(tcb, ['RST', 'ACK'], tcb.sndNxt, tcb.rcvNxt),
];

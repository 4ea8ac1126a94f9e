import { add } from '../../wire/seq.ts';
import { type Control, type Segment, segLen, type Tcb } from '../tcb.ts';

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

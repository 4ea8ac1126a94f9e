import { add, lt, sub } from '../wire/seq.ts';
import { type Control, type Segment, segLen, type Tcb } from './tcb.ts';

const LARGEST_URGENT_FIELD = 2 ** 16 - 1;

/** A segment of the TCB's, at SND.NXT unless it says otherwise. */
export const ownSegment = (
  { sndNxt, rcvNxt, rcvWnd, security, precedence }: Tcb,
  ctl: readonly Control[],
  { seq = sndNxt, ack = ctl.includes('ACK') ? rcvNxt : 0, data = 0, urg = 0 } = {},
): Segment => ({
  seq,
  ack,
  ctl: new Set(ctl),
  data,
  urg,
  wnd: rcvWnd,
  security,
  precedence,
  checksumValid: true,
  unicast: true,
});

export const emptyAck = (tcb: Tcb): Segment => ownSegment(tcb, ['ACK']);
export const syn = (tcb: Tcb): Segment => ownSegment(tcb, ['SYN'], { seq: tcb.iss });
export const synAck = (tcb: Tcb): Segment => ownSegment(tcb, ['SYN', 'ACK'], { seq: tcb.iss });

/** Text or a FIN, with the current acknowledgment. Text before the end of urgent text has URG. */
export function formed(
  tcb: Tcb,
  { seq = tcb.sndNxt, data = 0, controls = [] }: { seq?: number; data?: number; controls?: Control[] },
): Segment {
  const { urgent } = tcb;
  if (urgent === undefined || data === 0 || !lt(seq, urgent.end))
    return ownSegment(tcb, [...controls, 'ACK'], { seq, data });
  const urg = Math.min(sub(urgent.pointer, seq), LARGEST_URGENT_FIELD);
  return ownSegment(tcb, [...controls, 'ACK', 'URG'], { seq, data, urg });
}

/** The two forms of section 3.4: for a segment with ACK, and for one without. */
export const resetAtAck = (tcb: Tcb, { ack }: Segment): Segment => ownSegment(tcb, ['RST'], { seq: ack });
export const resetFromZero = (tcb: Tcb, segment: Segment): Segment =>
  ownSegment(tcb, ['RST', 'ACK'], { seq: 0, ack: add(segment.seq, segLen(segment)) });
export const resetFor = (tcb: Tcb, segment: Segment): Segment =>
  segment.ctl.has('ACK') ? resetAtAck(tcb, segment) : resetFromZero(tcb, segment);

/** <SEQ=SND.NXT><CTL=RST>, the reset of an ABORT, and the same with an ACK. */
export const resets = (tcb: Tcb): readonly [plain: Segment, withAck: Segment] => [
  ownSegment(tcb, ['RST']),
  ownSegment(tcb, ['RST', 'ACK']),
];

/** For a reset whose form no RFC gives: the form of section 3.4, the reset that ABORT sends, and that one with an ACK. */
export const resetsOfAnyForm = (tcb: Tcb, segment: Segment): readonly Segment[] => [
  resetFor(tcb, segment),
  ...resets(tcb),
];

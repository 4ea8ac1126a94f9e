import { acceptable } from '../standard/arrives/window.ts';
import { CONTROLS, type Segment, type Tcb } from '../standard/tcb.ts';
import { add, gt, leq, lt, sub, within } from '../wire/seq.ts';

/** The step of SEGMENT ARRIVES that decides about a segment, in the order of the RFC; by their names in RFC 9293 section 3.10.7. */
export type StepOfArrives =
  | 'header'
  | 'first'
  | 'second'
  | 'third'
  | 'fourth'
  | 'fifth'
  | 'sixth'
  | 'seventh'
  | 'eighth';

/** Where SEGMENT ARRIVES comes to an end with this segment, as far as one can tell without going through it. */
export function stepOf(tcb: Tcb, segment: Segment): StepOfArrives {
  const { ctl, ack, data, security } = segment;
  if (!segment.checksumValid || segment.malformed || !segment.unicast) return 'header';
  switch (tcb.state) {
    case 'CLOSED':
      return 'first';
    case 'LISTEN':
      return ctl.has('RST') ? 'first' : ctl.has('ACK') ? 'second' : ctl.has('SYN') ? 'third' : 'fourth';
    case 'SYN-SENT':
      if (ctl.has('ACK') && (leq(ack, tcb.iss) || gt(ack, tcb.sndNxt))) return 'first';
      return ctl.has('RST')
        ? 'second'
        : security !== tcb.security
          ? 'third'
          : ctl.has('SYN')
            ? 'fourth'
            : 'fifth';
  }
  if (!acceptable(tcb, segment)) return 'first';
  if (ctl.has('RST')) return 'second';
  if (security !== tcb.security) return 'third';
  if (ctl.has('SYN')) return 'fourth';
  if (!ctl.has('ACK') || lt(ack, sub(tcb.sndUna, tcb.maxSndWnd)) || gt(ack, tcb.sndNxt)) return 'fifth';
  if (ctl.has('FIN')) return 'eighth';
  if (data > 0) return 'seventh';
  return ctl.has('URG') ? 'sixth' : 'fifth';
}

/** Where a number lies in a window, or beside it. */
const placeOf = (seq: number, left: number, size: number): string =>
  seq === left
    ? 'left edge'
    : within(seq, left, size)
      ? 'inside'
      : lt(seq, left)
        ? 'before'
        : seq === add(left, size)
          ? 'right edge'
          : 'beyond';

/** What a segment is to a TCB: its controls, and where its numbers and its text lie. */
export function kindOf(tcb: Tcb, { ctl, seq, ack, data, wnd }: Segment): string {
  const controls = CONTROLS.filter((bit) => bit !== 'PSH' && ctl.has(bit)).join(',') || 'no flags';
  const acks = !ctl.has('ACK')
    ? ''
    : ack === tcb.sndNxt
      ? ' all'
      : ack === tcb.sndUna
        ? ' nothing new'
        : gt(ack, tcb.sndNxt)
          ? ' never sent'
          : gt(ack, tcb.sndUna)
            ? ' a part'
            : ' old';
  const text = data === 0 ? '' : data === 1 ? ' octet' : ' text';
  // Where there is no connection, no number lies anywhere; and where the peer's SYN has not come, none of the peer's.
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN') return `${controls}${text}`;
  if (tcb.state === 'SYN-SENT') return `${controls}${acks}${text}${wnd === 0 ? ' closed' : ''}`;
  return `${controls} ${placeOf(seq, tcb.rcvNxt, tcb.rcvWnd)}${acks}${text}${wnd === 0 ? ' closed' : ''}`;
}

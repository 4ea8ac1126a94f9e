import { add, geq, lt, sub, within } from '../../wire/seq.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';

/** The four cases of the acceptability test: an end of the segment lies in the window (RFC 793 page 69). */
export const acceptable = (tcb: Tcb, segment: Segment): boolean => {
  const { rcvNxt, rcvWnd } = tcb;
  const length = segLen(segment);
  if (rcvWnd === 0) return length === 0 && segment.seq === rcvNxt;
  if (within(segment.seq, rcvNxt, rcvWnd)) return true;
  return length > 0 && within(add(segment.seq, length - 1), rcvNxt, rcvWnd);
};

/** It begins before the window and ends behind it: text for all of the window, and yet not acceptable. */
export const spansTheWindow = (tcb: Tcb, segment: Segment): boolean =>
  tcb.rcvWnd > 0 &&
  segLen(segment) > 0 &&
  lt(segment.seq, tcb.rcvNxt) &&
  geq(add(segment.seq, segLen(segment) - 1), add(tcb.rcvNxt, tcb.rcvWnd));

/** The segment without what lies outside the window: a SYN or text on its left, text or a FIN on its right. */
export const trimmed = (tcb: Tcb, segment: Segment): Segment => {
  const ctl = new Set(segment.ctl);
  const start = ctl.delete('SYN') ? add(segment.seq, 1) : segment.seq;
  const old = lt(start, tcb.rcvNxt) ? Math.min(sub(tcb.rcvNxt, start), segment.data) : 0;
  const seq = add(start, old);
  const room = sub(add(tcb.rcvNxt, tcb.rcvWnd), seq);
  const data = Math.min(segment.data - old, room);
  if (segment.data - old >= room) ctl.delete('FIN');
  return { ...segment, ctl, seq, data };
};

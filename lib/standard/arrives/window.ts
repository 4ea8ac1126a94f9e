import { add, lt, sub, within } from '../../wire/seq.ts';
import { type Segment, segLen, type Tcb, type Text } from '../tcb.ts';

/** The four cases of the acceptability test: the first or last octet is in the window (RFC 793 page 69). */
export const acceptable = ({ rcvNxt, rcvWnd }: Tcb, segment: Segment): boolean => {
  const length = segLen(segment);
  if (rcvWnd === 0) return length === 0 && segment.seq === rcvNxt;
  if (within(segment.seq, rcvNxt, rcvWnd)) return true;
  return length > 0 && within(add(segment.seq, length - 1), rcvNxt, rcvWnd);
};

/** The segment without the parts outside the window: a SYN or text on the left, text or a FIN on the right. */
export const trimmed = <S extends Text>({ rcvNxt, rcvWnd }: Tcb, segment: S): S => {
  const ctl = new Set(segment.ctl);
  const start = ctl.delete('SYN') ? add(segment.seq, 1) : segment.seq;
  const old = lt(start, rcvNxt) ? Math.min(sub(rcvNxt, start), segment.data) : 0;
  const seq = add(start, old);
  const room = sub(add(rcvNxt, rcvWnd), seq);
  if (segment.data - old >= room) ctl.delete('FIN');
  // The urgent pointer stays where it is.
  const urg = ctl.has('URG') ? segment.urg - sub(seq, segment.seq) : segment.urg;
  return { ...segment, ctl, seq, data: Math.min(segment.data - old, room), urg };
};

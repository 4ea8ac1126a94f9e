import { acceptable } from '../../standard/arrives/window.ts';
import { type Segment, segLen, type Tcb } from '../../standard/tcb.ts';
import { SYNCHRONIZED } from '../../standard/state.ts';
import { add, gt, lt, sub } from '../../wire/seq.ts';
import { segmentComes } from './events.ts';
import { segmentSeen, silenceSeen } from './sightings.ts';
import type { Terms, World } from './world.ts';

/**
 * The worlds in which a target takes a segment that it should drop, as if it had the number or the acknowledgment that it lacks; as far as
 * they explain what came of it.
 */
export function takenAsValid(
  world: World,
  segment: Segment,
  seen: Segment | undefined,
  at: number,
  terms: Terms,
): readonly World[] {
  const { tcb } = world;
  const [wide, valid] = asValid(tcb, segment);
  if (wide === tcb && valid === segment) return [];
  const taken = segmentComes([{ ...world, tcb: wide }], valid, terms, at);
  const left = seen ? segmentSeen(taken, seen, terms) : taken;
  const now = { now: at, isThrottled: false };
  return silenceSeen(left, now, terms).map((one) =>
    one.tcb.rcvNxt === tcb.rcvNxt ? { ...one, tcb: { ...one.tcb, rcvWnd: tcb.rcvWnd } } : one,
  );
}

/** The window and the segment with which the step that drops it would not. What lies before the window is old, and not taken. */
function asValid(tcb: Tcb, segment: Segment): readonly [Tcb, Segment] {
  const { seq, ctl, ack } = segment;
  if (!SYNCHRONIZED.includes(tcb.state) && tcb.state !== 'SYN-RECEIVED') return [tcb, segment];
  if (!acceptable(tcb, segment)) {
    if (lt(seq, tcb.rcvNxt)) return [tcb, segment];
    return [{ ...tcb, rcvWnd: sub(add(seq, Math.max(1, segLen(segment))), tcb.rcvNxt) }, segment];
  }
  if (ctl.has('RST') || ctl.has('SYN')) return [tcb, segment];
  if (!ctl.has('ACK')) return [tcb, { ...segment, ctl: new Set([...ctl, 'ACK'] as const), ack: tcb.sndUna }];
  if (gt(ack, tcb.sndNxt)) return [tcb, { ...segment, ack: tcb.sndNxt }];
  return lt(ack, sub(tcb.sndUna, tcb.maxSndWnd)) ? [tcb, { ...segment, ack: tcb.sndUna }] : [tcb, segment];
}

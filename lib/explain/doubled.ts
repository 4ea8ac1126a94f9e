import { RST, SYN } from '../wire/tcp.ts';
import type { End } from './end.ts';
import type { Segments } from './segment-log.ts';

/**
 * Two equal segments within this time, in seconds, are one frame that was captured twice: the first value with an equal IPv4
 * identification, the second without.
 */
const DOUBLE_BY_ID = 0.5;
const DOUBLE_BY_TIME = 0.001;
/** How many segments back to look for the same frame. */
const DOUBLE_WITHIN = 6;

interface Captured {
  readonly segments: Segments;
  readonly ends: readonly [End, End];
  /** How many frames came twice so far. */
  readonly doubled: number;
}

/** Whether the same frame was captured shortly before. */
export function isDoubled({ segments, ends, doubled }: Captured, at: number): boolean {
  const from = segments.from(at);
  const end = ends[from];
  const id = segments.ipId(at);
  const time = segments.time(at);
  let answered = false;
  for (let before = at - 1; before >= 0 && before >= at - DOUBLE_WITHIN; before -= 1) {
    if (time - segments.time(before) > DOUBLE_BY_ID) return false;
    if (segments.from(before) !== from) answered = true;
    if (
      segments.from(before) !== from ||
      segments.seq(before) !== segments.seq(at) ||
      segments.ack(before) !== segments.ack(at) ||
      segments.flags(before) !== segments.flags(at) ||
      segments.data(before) !== segments.data(at) ||
      segments.window(before) !== segments.window(at) ||
      segments.tsval(before) !== segments.tsval(at) ||
      segments.ipId(before) !== id
    )
      continue;
    const soon = time - segments.time(before) <= DOUBLE_BY_TIME;
    // An identification that changes from packet to packet shows that two equal segments are one packet.
    if (id !== 0 && (end.ipIdSteps + end.ipIdJumps > 0 || soon)) return true;
    // Without one, only a SYN or text counts, which no host sends twice so soon. Other segments count when frames came twice
    // before.
    const never = (segments.flags(at) & (SYN | RST)) === SYN || segments.data(at) > 0;
    if (soon && !answered && (never || doubled > 0)) return true;
  }
  return false;
}

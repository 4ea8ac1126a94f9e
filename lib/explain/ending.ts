import type { CapturePoint, Ending, Explanation } from './account.ts';
import { ahead, type End } from './end.ts';
import type { Following } from './following.ts';
import { causeOf, REFUSALS } from './icmp.ts';

/** An answer that comes so soon, in seconds, comes from the machine or the link where the capture was taken. */
const HERE = 0.001;
/** The other end is so many times as far away. */
const FARTHER = 5;

/** Whether the capture was taken at an end. */
export const isAtEnd = (end: End, peer: End): boolean =>
  end.roundTrip < HERE && peer.roundTrip >= FARTHER * end.roundTrip;

/** Where a capture was taken, by how soon each end answers what came by. */
export function capturePoint([a, b]: readonly [End, End]): CapturePoint {
  // A card that was to complete the checksums of what an end sends is in the machine of that end.
  for (const [index, end] of [a, b].entries())
    if (end.checksumsPartial > 0 && end.checksumsPartial > end.checksumsRight)
      return { at: 'end', end: index as 0 | 1, roundTrips: [a.roundTrip, b.roundTrip] };
  if (!Number.isFinite(a.roundTrip) || !Number.isFinite(b.roundTrip)) return { at: 'unknown' };
  const roundTrips = [a.roundTrip, b.roundTrip] as const;
  if (isAtEnd(a, b)) return { at: 'end', end: 0, roundTrips };
  if (isAtEnd(b, a)) return { at: 'end', end: 1, roundTrips };
  if (Math.max(a.roundTrip, b.roundTrip) < HERE) return { at: 'both', roundTrips };
  return { at: 'between', roundTrips };
}

/** A SYN, and nothing else, has come by, and nothing from the other end. */
export const isUnanswered = ({ ends: [a, b] }: Following): boolean => {
  const [one, other] = a.first > 0 ? [a, b] : [b, a];
  return other.first === 0 && one.syn > 0 && !one.synAck && one.fin === 0 && one.reset === 0;
};

/** How a connection ended, by the segments that ended it. */
export function endingOf(following: Following): Ending {
  const { ends, explanations, segments } = following;
  const [a, b] = ends;
  const reset = explanations.find(({ kind, cause }) => kind === 'reset' && ENDS(cause));
  const bothClosed = a.fin > 0 && b.fin > 0;
  const settled = bothClosed && a.finAcked > 0 && b.finAcked > 0;
  if (reset && !(settled && reset.segment.frame > Math.max(a.finAcked, b.finAcked))) {
    const { frame } = reset.segment;
    const never = ends[reset.by]?.syn === 0 && reset.cause === 'refused port';
    return never ? { kind: 'refused', by: reset.by, frame } : { kind: 'reset', by: reset.by, frame };
  }
  if (bothClosed) {
    const crossed = ahead(a.finAck, b.finSeq) <= 0 && ahead(b.finAck, a.finSeq) <= 0;
    return { kind: 'closed', first: crossed ? undefined : a.fin < b.fin ? 0 : 1, acknowledged: settled };
  }
  if (a.fin > 0 || b.fin > 0) return { kind: 'half closed', by: a.fin > 0 ? 0 : 1 };
  if (a.first === 0 || b.first === 0) {
    const only = a.first > 0 ? a : b;
    if (isUnanswered(following)) {
      const error = following.errorAbout(only === a ? 0 : 1, only.iss);
      if (!error || !REFUSALS.has(causeOf(error))) return { kind: 'unanswered' };
      return { kind: 'refused', by: only === a ? 1 : 0, frame: error.frame };
    }
    return segments.count > 0 && only.syn > 0 ? { kind: 'never opened' } : { kind: 'open' };
  }
  if ((a.syn > 0 && a.synAcked === 0) || (b.syn > 0 && b.synAcked === 0)) return { kind: 'never opened' };
  return { kind: 'open' };
}

const ENDS = (cause: Explanation['cause']): boolean =>
  cause !== 'third party' && cause !== 'unacceptable ACK in SYN-RECEIVED' && cause !== 'ACK in LISTEN';

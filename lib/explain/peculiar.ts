import { ACK } from '../wire/tcp.ts';
import { MARK } from './capture/packet.ts';
import { ahead, type End } from './end.ts';
import type { Segments } from './segment-log.ts';

/** Reordering alone puts a timestamp at most so far behind the newest one, in units of its clock (usually milliseconds). */
const OVERTAKEN = 1000;

/** Whether a segment is unusual for an established connection. */
export function isPeculiar(segments: Segments, at: number, end: End, peer: End): boolean {
  const flags = segments.flags(at);
  if (peer.first === 0 || peer.reset > 0 || (flags & ACK) === 0) return true;
  if (!peer.known) return false;
  const seq = segments.seq(at);
  const ack = segments.ack(at);
  if (peer.syn > 0 && peer.synAcked === 0 && ack !== ((peer.iss + 1) | 0)) return true;
  if (ahead(ack, peer.next) > 0) return true;
  if (end.acked && ahead(end.ack, ack) > Math.max(65535, peer.largest, end.largest)) return true;
  if (segments.security(at) !== end.security || segments.marks(at) & MARK.malformed) return true;
  if (end.timestamps && peer.timestamps) {
    if ((segments.marks(at) & MARK.timestamps) === 0) return true;
    // Segments that overtake each other have timestamps that lie close together.
    if (ahead(segments.tsval(at), end.tsval) < -OVERTAKEN) return true;
  }
  if (!peer.acked) return false;
  const length = segments.length(at);
  const beyond = ahead(seq, peer.ack);
  const window = peer.window < 0 ? 65535 << 7 : peer.window;
  if (window === 0 && length > 0) return true;
  if (end.fin > 0 && ahead((seq + length) | 0, end.next) > 0) return true;
  if (beyond === 0) return false;
  // Retransmitted text, and text beyond a gap, are ordinary on a path that loses segments. A TCP sends empty segments at
  // SND.NXT.
  if (beyond < 0) return ahead((seq + length) | 0, peer.ack) > 0 || (length === 0 && seq !== end.next);
  if (beyond >= window) return true;
  return end.known && ahead(seq, end.next) > 0 && length === 0;
}

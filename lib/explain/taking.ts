import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import { MARK } from './capture/packet.ts';
import { ahead, type End, inSynSent } from './end.ts';
import type { Segments } from './segment-log.ts';

/* What a segment tells of the end that has sent it, and of the other one. */

/** The connection, as far as one segment tells something of it. */
interface Taken {
  readonly segments: Segments;
  readonly begunInTheMiddle: boolean;
  /** Text that was sent again. */
  repeated: number;
  /** Acknowledgments of what is not in the capture. */
  missed: number;
}

/** How many round trips are measured in each direction. */
const ROUND_TRIPS = 40;
const SEARCHED = 24;

/** Takes the text of a segment, and its FIN. */
export function takeText(following: Taken, at: number, end: End, peer: End): void {
  const { segments } = following;
  const flags = segments.flags(at);
  const data = segments.data(at);
  const seq = segments.seq(at);
  const fin = (flags & FIN) !== 0;
  const after = segments.after(at);
  const frame = segments.number(at);
  if (!end.known) {
    end.known = true;
    end.next = seq;
  }
  // A synchronized TCP drops a segment without ACK; SYN-SENT drops one without SYN.
  if ((flags & ACK) === 0 || inSynSent(peer)) return;
  const news = ahead(after, end.next);
  const inWindow = !peer.acked || ahead(seq, peer.ack) < Math.max(peer.largest, 65535);
  if (data <= 1 && !fin && end.acked && seq === ((end.next - 1) | 0) && news <= 0) {
    end.probes = peer.last > end.last && end.probes > 0 ? 1 : end.probes + 1;
    if (peer.last > end.last) end.probes = 1;
    if (end.probes === 1 && end.probesInARow === 0) end.repeatSince = frame;
    if (end.probesInARow > 0) end.probeInterval = segments.time(at) - end.probeTime;
    end.probesInARow += 1;
    end.probeTime = segments.time(at);
  } else if (news <= 0 && (data > 0 || fin)) {
    if (peer.last > end.last && end.repeats > 0) end.repeats = 0;
    if (data > 0) following.repeated += 1;
    end.repeats += 1;
    if (end.repeats === 1) end.repeatSince = frame;
  } else if (news > 0 && inWindow) {
    end.repeats = 0;
    end.probes = 0;
    end.probesInARow = 0;
    end.next = after;
  }
  if (data > 0 && inWindow && news > 0) {
    end.text = frame;
    end.textTime = segments.time(at);
    end.textSeq = seq;
    end.textEnd = (seq + data) | 0;
    if (peer.acked) peer.edgeBeforeText = peer.edge;
  }
  if (fin && end.fin === 0 && inWindow && (!peer.acked || ahead(after, peer.ack) > 0)) {
    end.fin = frame;
    end.finSeq = (seq + data) | 0;
    end.finAck = flags & ACK ? segments.ack(at) : end.ack;
    end.finTime = segments.time(at);
  }
}

/** Takes what a segment acknowledges, and its window. */
export function takeAck(following: Taken, at: number, end: End, peer: End): void {
  const { segments } = following;
  const ack = segments.ack(at);
  const seq = segments.seq(at);
  const frame = segments.number(at);
  if (inSynSent(peer) && (segments.flags(at) & SYN) === 0) return;
  const beyond = peer.known && ahead(ack, peer.next) > 0;
  if (beyond && peer.syn > 0 && following.begunInTheMiddle === false) return;
  // When SEQ is far outside the window, the ACK field counts for nothing either.
  if (end.known && peer.acked && Math.abs(ahead(seq, peer.ack)) > Math.max(peer.largest, 65535) + 65535)
    return;
  const advance = end.acked ? ahead(ack, end.ack) : 1;
  if (advance < 0) return;
  const window = segments.window(at);
  const scaled =
    segments.flags(at) & SYN ? window : end.shift < 0 || peer.shift < 0 ? -1 : window << shiftOf(end, peer);
  if (advance > 0) {
    const isOpening = !end.acked || (segments.flags(at) & SYN) !== 0;
    if (isOpening || end.roundTrips < ROUND_TRIPS) takeRoundTrip(segments, at, end, peer);
    end.ack = ack;
    end.acked = true;
  }
  end.rawWindow = window;
  end.window = scaled;
  if (scaled > end.largest) end.largest = scaled;
  end.edge = (ack + (scaled < 0 ? window : scaled)) | 0;
  if (peer.syn > 0 && peer.synAcked === 0 && ahead(ack, peer.iss) > 0) peer.synAcked = frame;
  if (peer.fin > 0 && peer.finAcked === 0 && ahead(ack, peer.finSeq) > 0) peer.finAcked = frame;
  if (beyond) following.missed += 1;
  peer.repeats = advance > 0 ? 0 : peer.repeats;
}

/** A scale counts only where both SYNs have one (RFC 7323 section 2.2). */
function shiftOf(end: End, peer: End): number {
  return end.shift > 0 && peer.shift >= 0 ? end.shift : 0;
}

/** The time from a segment to the acknowledgment of exactly that segment. */
function takeRoundTrip(segments: Segments, at: number, end: End, peer: End): void {
  const ack = segments.ack(at);
  const from = segments.from(at);
  let found = -1;
  for (let before = at - 1; before >= 0 && before >= at - SEARCHED; before -= 1) {
    if (segments.from(before) === from) continue;
    const flags = segments.flags(before);
    if (flags & RST) continue;
    if (segments.after(before) !== ack) continue;
    // A retransmitted segment: nobody knows which copy was acknowledged.
    if (found >= 0 && segments.data(before) > 0) return;
    if (found < 0 && (segments.data(before) > 0 || flags & (SYN | FIN))) found = before;
  }
  if (found < 0) return;
  end.roundTrips += 1;
  const time = segments.time(at) - segments.time(found);
  if (time < end.roundTrip) end.roundTrip = time;
  if (peer.drawn.length > 0) peer.drawn = peer.drawn.slice(-16);
}

/** Takes what every segment has: its place, its distance, its identification and its timestamp. */
export function takeSegment(segments: Segments, at: number, end: End): void {
  const frame = segments.number(at);
  if (end.first === 0) end.first = frame;
  end.last = frame;
  end.lastTime = segments.time(at);
  if (segments.marks(at) & MARK.timestamps) {
    if (ahead(segments.tsval(at), end.tsval) > 0 || end.tsval === 0) end.tsval = segments.tsval(at);
  }
  if ((segments.flags(at) & SYN) === 0 || end.ttl < 0) end.ttl = segments.ttl(at);
  const id = segments.ipId(at);
  if (end.ipId >= 0 && id !== end.ipId) {
    if (((id - end.ipId) & 0xffff) <= 64) end.ipIdSteps += 1;
    else end.ipIdJumps += 1;
  }
  end.ipId = id;
  // Timestamps of a connection whose SYNs are not in the capture.
  if (end.syn === 0 && segments.marks(at) & MARK.timestamps) end.timestamps = true;
}

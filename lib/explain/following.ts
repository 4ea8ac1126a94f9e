import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import type { Explanation, Rung, Told } from './account.ts';
import { MARK } from './capture/packet.ts';
import { type Cause, LEAVES_ITS_SENDER } from './cause.ts';
import { ahead, End, statesOf } from './end.ts';
import type { IcmpError } from './icmp.ts';
import type { Segments } from './segment-log.ts';

/**
 * Two equal segments within this time, in seconds, are one frame that was captured twice: the first value with an equal IPv4
 * identification, the second without.
 */
const DOUBLE_BY_ID = 0.5;
const DOUBLE_BY_TIME = 0.001;
/** How many segments back to look for the same frame. */
const DOUBLE_WITHIN = 6;
/** Reordering alone puts a timestamp at most so far behind the newest one, in units of its clock (usually milliseconds). */
const OVERTAKEN = 1000;
/** How many round trips are measured in each direction. */
const ROUND_TRIPS = 40;
const SEARCHED = 24;

/** A segment that may cause an empty ACK which acknowledges nothing new, and has not done so yet. */
export interface Unanswered {
  readonly frame: number;
  readonly time: number;
  readonly from: 0 | 1;
  readonly cause: Cause;
}

/** Explains unusual segments. It sees a segment before the segment changes what is known of the two ends. */
export interface Explainer {
  /** Any segment that arrives. */
  arrives(following: Following, at: number): void;
  reset(following: Following, at: number): void;
  emptyAck(following: Following, at: number): void;
  /** Any other segment: it may be the answer to a peculiar one. */
  reply(following: Following, at: number): void;
  /** A segment that may need another answer than an ordinary acknowledgment. */
  peculiar(following: Following, at: number): void;
}

/** Goes through the segments of one connection, and keeps what they tell of its ends. */
export class Following {
  readonly ends: readonly [End, End] = [new End(), new End()];
  readonly explanations: Explanation[] = [];
  readonly ladder: Rung[] = [];
  readonly unanswered: Unanswered[] = [];
  /** ICMP errors about its segments. */
  errors: readonly IcmpError[] = [];
  opener: 0 | 1 | undefined;
  doubled = 0;
  damaged = 0;
  fragments = 0;
  cutHeaders = 0;
  missed = 0;
  /** Text that was sent again: something is lost on the way. */
  repeated = 0;
  /** The capture begins after its handshake. */
  begunInTheMiddle = false;
  /** The number of the first segment that was not read yet. */
  done = 0;
  /** How often the connection has begun anew on the same ports. */
  incarnations = 1;
  segments!: Segments;

  /**
   * Reads on in the segments that are kept, up to one.
   *
   * @param from the first segment that was not read yet
   */
  read(segments: Segments, from: number, to: number, explainer: Explainer, withLadder: boolean): void {
    this.segments = segments;
    for (let at = from; at < to; at += 1) {
      const doubled = this.#doubled(at);
      if (doubled) this.doubled += 1;
      else this.#one(at, explainer);
      if (withLadder) this.ladder.push(this.#rung(at, doubled));
    }
  }

  /** So many of the oldest segments are not kept any more. */
  drop(count: number): void {
    this.done -= count;
    const newSyn = this.#newSyn;
    this.#newSyn = newSyn && newSyn.at >= count ? { ...newSyn, at: newSyn.at - count } : undefined;
  }

  told(at: number): Told {
    const { segments } = this;
    const flags = segments.flags(at);
    return {
      frame: segments.number(at),
      time: segments.time(at),
      from: segments.from(at),
      seq: segments.seq(at) >>> 0,
      ...(flags & ACK ? { ack: segments.ack(at) >>> 0 } : {}),
      flags,
      data: segments.data(at),
      window: segments.window(at),
    };
  }

  /** The newest ICMP error about what an end has sent from a sequence number on. */
  errorAbout(end: 0 | 1, from: number): IcmpError | undefined {
    return this.errors.findLast(({ to, seq }) => to === end && ahead(seq, from) >= 0);
  }

  #rung(at: number, doubled: boolean): Rung {
    const [a, b] = this.ends;
    return { ...this.told(at), states: [statesOf(a, b), statesOf(b, a)], doubled };
  }

  /** Whether the same frame was captured shortly before. */
  #doubled(at: number): boolean {
    const { segments } = this;
    const from = segments.from(at);
    const end = this.ends[from];
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
      if (soon && !answered && (never || this.doubled > 0)) return true;
    }
    return false;
  }

  #one(at: number, explainer: Explainer): void {
    const { segments } = this;
    const marks = segments.marks(at);
    const from = segments.from(at);
    const end = this.ends[from];
    const peer = this.ends[1 - from] as End;
    if (marks & MARK.fragment) this.fragments += 1;
    if (marks & MARK.cutHeader) this.cutHeaders += 1;
    if (marks & MARK.badOffset || (marks & MARK.badChecksum && this.#isDamaged(at, end))) {
      // Its receiver drops it, or can make nothing of it.
      if (marks & MARK.badOffset) explainer.peculiar(this, at);
      this.damaged += 1;
      return;
    }
    if (marks & MARK.partialChecksum) end.checksumsPartial += 1;
    else if (marks & MARK.goodChecksum) end.checksumsRight += 1;
    const flags = segments.flags(at);
    if (end.first === 0 && peer.first === 0 && (flags & (SYN | ACK)) !== SYN) this.begunInTheMiddle = true;
    explainer.arrives(this, at);
    if (flags & RST) {
      explainer.reset(this, at);
      this.#tookReset(at, end, peer);
      return;
    }
    if (flags & SYN) {
      this.#syn(at, end, peer, explainer);
      this.#always(at, end);
      return;
    }
    if (this.#isPeculiar(at, end, peer)) explainer.peculiar(this, at);
    const text = segments.data(at);
    if (flags & ACK && text === 0 && (flags & FIN) === 0) this.#acknowledgment(at, end, peer, explainer);
    explainer.reply(this, at);
    this.#text(at, end, peer);
    if (flags & ACK) this.#acknowledges(at, end, peer);
    this.#always(at, end);
  }

  /** Whether the end sends right checksums too: in some captures all are wrong, because addresses were changed afterwards. */
  #isDamaged(at: number, end: End): boolean {
    const { segments } = this;
    if (segments.marks(at) & MARK.partialChecksum) return false;
    if (end.checksumsRight > 0) return true;
    for (let next = at + 1; next < segments.count && next < at + 16; next += 1)
      if (segments.from(next) === segments.from(at) && segments.marks(next) & MARK.goodChecksum) return true;
    return false;
  }

  /** The reset ends the connection at its sender, unless it only refuses a segment, and at the other end, if it is valid there. */
  #tookReset(at: number, end: End, peer: End): void {
    const { segments } = this;
    const explanation = this.explanations.at(-1);
    const frame = segments.number(at);
    const own = explanation?.segment.frame === frame ? explanation.cause : undefined;
    const staysAsItWas =
      own !== undefined &&
      (LEAVES_ITS_SENDER.has(own) || own === 'third party' || (own === 'security' && end.synAcked === 0));
    if (!staysAsItWas && end.reset === 0) {
      end.reset = frame;
      end.resetTime = segments.time(at);
      end.resetSeq = segments.seq(at);
    }
    if (staysAsItWas && inSynSent(end)) {
      // It refused the SYN,ACK, so nothing was opened.
      end.synAcked = 0;
      Object.assign(peer, { syn: 0, synAck: false, known: false, acked: false });
    }
    if (end.first === 0) end.first = frame;
    const valid =
      !peer.acked ||
      (ahead(segments.seq(at), peer.ack) >= 0 &&
        ahead(segments.seq(at), peer.ack) <= Math.max(1, peer.largest));
    if (valid && peer.wasReset === 0) {
      peer.wasReset = frame;
      peer.wasResetTime = segments.time(at);
    }
  }

  #syn(at: number, end: End, peer: End, explainer: Explainer): void {
    const { segments } = this;
    const seq = segments.seq(at);
    const flags = segments.flags(at);
    const frame = segments.number(at);
    const isAck = (flags & ACK) !== 0;
    const again = end.syn > 0 && seq === end.iss;
    const fresh = end.syn > 0 || end.known;
    // A new SYN on ports that were in use: it is one more connection as soon as it is the first, was answered, or nothing is left.
    if (!again && fresh && !isAck && this.#over(end, peer)) {
      this.#anew();
      const [a, b] = this.ends;
      this.#syn(at, end === a ? a : b, end === a ? b : a, explainer);
      return;
    }
    if (!again && fresh && !isAck) {
      explainer.peculiar(this, at);
      this.#newSyn = { at, from: segments.from(at) };
      return;
    }
    if (!again && fresh && isAck && this.#newSyn?.from !== segments.from(at) && this.#newSyn) {
      const asked = this.#newSyn.at;
      if (segments.ack(at) === ((segments.seq(asked) + 1) | 0)) {
        this.#anew();
        const opener = this.ends[segments.from(asked)];
        const other = this.ends[1 - segments.from(asked)] as End;
        this.#syn(asked, opener, other, explainer);
        this.#always(asked, opener);
        this.#syn(at, other, opener, explainer);
        return;
      }
    }
    if (!again && fresh) {
      // It opens nothing: what is known of the connection stays.
      explainer.peculiar(this, at);
      return;
    }
    const usual = isAck && peer.syn > 0 && segments.ack(at) === ((peer.iss + 1) | 0);
    if (again || (isAck && peer.first > 0 && !usual)) explainer.peculiar(this, at);
    end.syns += 1;
    if (this.opener === undefined && !isAck) this.opener = segments.from(at);
    if (!again) {
      end.syn = frame;
      end.iss = seq;
      end.synTime = segments.time(at);
      end.next = segments.after(at);
      end.known = true;
      end.shift = segments.scale(at) >= 0 ? segments.scale(at) : 0;
      end.timestamps = (segments.marks(at) & MARK.timestamps) !== 0;
      end.synBare =
        (segments.marks(at) & (MARK.timestamps | MARK.sackPermitted)) === 0 && segments.scale(at) < 0;
      end.security = segments.security(at);
    }
    if (isAck) {
      end.synAck = true;
      // A SYN,ACK that does not acknowledge the SYN says nothing about it.
      if (peer.syn === 0 || segments.ack(at) === ((peer.iss + 1) | 0)) this.#acknowledges(at, end, peer);
    }
  }

  #newSyn: { readonly at: number; readonly from: 0 | 1 } | undefined;

  /** Nothing is left of the connection. */
  #over(end: End, peer: End): boolean {
    return (
      (end.reset > 0 || end.wasReset > 0 || end.first === 0) &&
      (peer.reset > 0 || peer.wasReset > 0 || peer.first === 0)
    );
  }

  #anew(): void {
    const [a, b] = this.ends;
    this.incarnations += 1;
    this.#newSyn = undefined;
    this.opener = undefined;
    for (const end of [a, b]) {
      const { ttl, ipId, ipIdSteps, ipIdJumps, roundTrip, roundTrips, checksumsRight, checksumsPartial } =
        end;
      Object.assign(end, new End(), {
        ttl,
        ipId,
        ipIdSteps,
        ipIdJumps,
        roundTrip,
        roundTrips,
        checksumsRight,
        checksumsPartial,
      });
    }
  }

  /** Whether a segment is unusual for an established connection. */
  #isPeculiar(at: number, end: End, peer: End): boolean {
    const { segments } = this;
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

  #acknowledgment(at: number, end: End, peer: End, explainer: Explainer): void {
    const { segments } = this;
    if (!end.acked) return;
    const advance = ahead(segments.ack(at), end.ack);
    if (advance > 0) return;
    // A window that opens is an ordinary acknowledgment, unless something asked for it.
    if (advance === 0 && segments.window(at) > end.rawWindow && peer.last < end.last) return;
    explainer.emptyAck(this, at);
  }

  #text(at: number, end: End, peer: End): void {
    const { segments } = this;
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
      if (data > 0) this.repeated += 1;
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

  #acknowledges(at: number, end: End, peer: End): void {
    const { segments } = this;
    const ack = segments.ack(at);
    const seq = segments.seq(at);
    const frame = segments.number(at);
    if (inSynSent(peer) && (segments.flags(at) & SYN) === 0) return;
    const beyond = peer.known && ahead(ack, peer.next) > 0;
    if (beyond && peer.syn > 0 && this.begunInTheMiddle === false) return;
    // When SEQ is far outside the window, the ACK field counts for nothing either.
    if (end.known && peer.acked && Math.abs(ahead(seq, peer.ack)) > Math.max(peer.largest, 65535) + 65535)
      return;
    const advance = end.acked ? ahead(ack, end.ack) : 1;
    if (advance < 0) return;
    const window = segments.window(at);
    const scaled =
      segments.flags(at) & SYN
        ? window
        : end.shift < 0 || peer.shift < 0
          ? -1
          : window << this.#shift(end, peer);
    if (advance > 0) {
      const isOpening = !end.acked || (segments.flags(at) & SYN) !== 0;
      if (isOpening || end.roundTrips < ROUND_TRIPS) this.#roundTrip(at, end, peer);
      end.ack = ack;
      end.acked = true;
    }
    end.rawWindow = window;
    end.window = scaled;
    if (scaled > end.largest) end.largest = scaled;
    end.edge = (ack + (scaled < 0 ? window : scaled)) | 0;
    if (peer.syn > 0 && peer.synAcked === 0 && ahead(ack, peer.iss) > 0) peer.synAcked = frame;
    if (peer.fin > 0 && peer.finAcked === 0 && ahead(ack, peer.finSeq) > 0) peer.finAcked = frame;
    if (beyond) this.missed += 1;
    peer.repeats = advance > 0 ? 0 : peer.repeats;
  }

  /** A scale counts only where both SYNs have one (RFC 7323 section 2.2). */
  #shift(end: End, peer: End): number {
    return end.shift > 0 && peer.shift >= 0 ? end.shift : 0;
  }

  /** How long after the segment that it acknowledges exactly an acknowledgment came by. */
  #roundTrip(at: number, end: End, peer: End): void {
    const { segments } = this;
    const ack = segments.ack(at);
    const from = segments.from(at);
    let found = -1;
    for (let before = at - 1; before >= 0 && before >= at - SEARCHED; before -= 1) {
      if (segments.from(before) === from) continue;
      const flags = segments.flags(before);
      if (flags & RST) continue;
      if (segments.after(before) !== ack) continue;
      // The same number twice: nobody knows which of them was acknowledged.
      if (found >= 0 && segments.data(before) > 0) return;
      if (found < 0 && (segments.data(before) > 0 || flags & (SYN | FIN))) found = before;
    }
    if (found < 0) return;
    end.roundTrips += 1;
    const time = segments.time(at) - segments.time(found);
    if (time < end.roundTrip) end.roundTrip = time;
    if (peer.drawn.length > 0) peer.drawn = peer.drawn.slice(-16);
  }

  #always(at: number, end: End): void {
    const { segments } = this;
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
}

/** It has sent a SYN, and has acknowledged none yet. */
const inSynSent = ({ syn, synAck, acked }: End): boolean => syn > 0 && !synAck && !acked;

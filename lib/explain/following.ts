import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import type { Explanation, Rung, Told } from './account.ts';
import { MARK } from './capture/packet.ts';
import { type Cause, LEAVES_ITS_SENDER } from './cause.ts';
import { isDoubled } from './doubled.ts';
import { ahead, End, inSynSent, statesOf } from './end.ts';
import type { IcmpError } from './icmp.ts';
import { isPeculiar } from './peculiar.ts';
import type { Segments } from './segment-log.ts';
import { takeAck, takeSegment, takeText } from './taking.ts';

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
  /** How often the connection has begun anew on the same ports, and the initial sequence numbers of both ends before that. */
  incarnations = 1;
  readonly earlierIsses: readonly [number[], number[]] = [[], []];
  segments!: Segments;

  /**
   * Reads on in the segments that are kept, up to one.
   *
   * @param from the first segment that was not read yet
   */
  read(segments: Segments, from: number, to: number, explainer: Explainer, withLadder: boolean): void {
    this.segments = segments;
    for (let at = from; at < to; at += 1) {
      const doubled = isDoubled(this, at);
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
      takeSegment(segments, at, end);
      return;
    }
    if (isPeculiar(segments, at, end, peer)) explainer.peculiar(this, at);
    const text = segments.data(at);
    if (flags & ACK && text === 0 && (flags & FIN) === 0) this.#acknowledgment(at, end, peer, explainer);
    explainer.reply(this, at);
    takeText(this, at, end, peer);
    if (flags & ACK) takeAck(this, at, end, peer);
    takeSegment(segments, at, end);
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
        takeSegment(segments, asked, opener);
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
      if (peer.syn === 0 || segments.ack(at) === ((peer.iss + 1) | 0)) takeAck(this, at, end, peer);
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
    for (const [index, end] of [a, b].entries()) {
      if (end.syn > 0) this.earlierIsses[index as 0 | 1].push(end.iss >>> 0);
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

  #acknowledgment(at: number, end: End, peer: End, explainer: Explainer): void {
    const { segments } = this;
    if (!end.acked) return;
    const advance = ahead(segments.ack(at), end.ack);
    if (advance > 0) return;
    // A window that opens is an ordinary acknowledgment, unless something asked for it.
    if (advance === 0 && segments.window(at) > end.rawWindow && peer.last < end.last) return;
    explainer.emptyAck(this, at);
  }
}

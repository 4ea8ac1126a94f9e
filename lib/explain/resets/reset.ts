import type { State } from '../../standard/state.ts';
import { ACK, RST, SYN } from '../../wire/tcp.ts';
import { MARK } from '../capture/packet.ts';
import type { Cause, Decider, Form, Sign, Sureness } from '../cause.ts';
import { ahead, type End, hasHeardFin, soonestAnswer, statesOf, unsigned } from '../end.ts';
import type { Following } from '../following.ts';
import { isAtEnd } from '../ending.ts';
import type { Segments } from '../segment-log.ts';

/** What other connections of the capture tell about the host of an end. */
export interface Neighbourhood {
  /** The frame by which the end was seen to listen on its port, or 0. */
  listens(end: 0 | 1): number;
  /** The time to live of the host's segments on other connections, or -1. */
  usualTtl(end: 0 | 1): number;
}

/** A segment that a reset answers in a form of RFC 9293 3.5.2. */
export interface Answer {
  /** The place of the segment that drew the reset, and its frame. */
  readonly at: number;
  readonly frame: number;
  readonly form: Form;
}

/** The likely cause of a reset by the state of its connection. Whether the host sent it at all is checked afterwards. */
export interface Found {
  readonly cause: Cause;
  /** The likeliest first. */
  readonly candidates?: readonly Cause[];
  readonly states: readonly State[];
  readonly answers?: Answer | undefined;
  /** Only where it is another frame than that of `answers`. */
  readonly drawnBy?: number;
  /** Only where it is another form than that of `answers`. */
  readonly form?: Form | undefined;
  /** `likely`, unless it says otherwise. */
  readonly sure?: Sureness;
  readonly decides: readonly Decider[];
  readonly signs?: readonly Sign[];
}

/** A reset follows its cause within so many seconds when the round trip is unknown; otherwise within 4 round trips, or a second. */
const LONGEST_REPLY = 3;
/** How many segments back to look for the cause of a reset, and for a SYN. */
const SEARCHED = 400;
const SEARCHED_FOR_SYN = 8;

/** A reset, and what both ends had done before it. Places are those of the segments at hand; -1 is none. */
export class Reset {
  readonly following: Following;
  readonly near: Neighbourhood;
  readonly segments: Segments;
  readonly at: number;
  readonly by: 0 | 1;
  /** Its sender, and the other end. */
  readonly end: End;
  readonly peer: End;
  readonly time: number;
  readonly seq: number;
  readonly ack: number;
  readonly hasAck: boolean;
  /** Seconds from the capture to its sender and back; 0 where that is not known. */
  readonly trip: number;
  /** A segment that was captured longer before, in seconds, did not cause it. */
  readonly patience: number;

  constructor(following: Following, at: number, near: Neighbourhood) {
    const { segments, ends } = following;
    this.following = following;
    this.near = near;
    this.segments = segments;
    this.at = at;
    this.by = segments.from(at);
    this.end = ends[this.by];
    this.peer = ends[1 - this.by] as End;
    this.time = segments.time(at);
    this.seq = segments.seq(at);
    this.ack = segments.ack(at);
    this.hasAck = (segments.flags(at) & ACK) !== 0;
    this.trip = Number.isFinite(this.end.roundTrip) ? this.end.roundTrip : 0;
    this.patience = Math.max(1, 4 * this.trip);
  }

  /** The states of its sender that have a TCB. */
  get openStates(): State[] {
    return statesOf(this.end, this.peer).filter((state) => state !== 'CLOSED');
  }

  /** The segments of the other end that came by before, the newest first, resets left out. */
  *arrivals(longest: number, back: number): Generator<number> {
    const { segments } = this;
    for (let at = this.at - 1; at >= 0 && at >= this.at - back; at -= 1) {
      if (this.time - segments.time(at) > longest) return;
      if (segments.from(at) !== this.by && (segments.flags(at) & RST) === 0) yield at;
    }
  }

  /** Whether another reply was explained by a segment. */
  isAnswered = (at: number): boolean => this.peer.drawn.includes(this.segments.number(at));

  /**
   * What it answers by the forms of RFC 9293 3.5.2. Some TCPs put an ACK into the reset that answers an ACK: that form is not right.
   *
   * @param since when its sender closed or reset, in seconds: only what arrived after that draws a reset by it
   */
  answer(since?: number): Answer | undefined {
    const at = this.#drawer(since);
    return at < 0 ? undefined : { at, frame: this.segments.number(at), form: this.formOf(at) };
  }

  /** The oldest text that fits, since the first text causes the first reset; otherwise an empty segment. */
  #drawer(since: number | undefined): number {
    const { segments, end, peer } = this;
    const longest = Number.isFinite(end.roundTrip) ? this.patience : LONGEST_REPLY;
    const soonest = soonestAnswer(end);
    const isSynchronized = end.acked && (end.syn === 0 || end.synAcked > 0);
    let oldestText = -1;
    let oldestEmpty = -1;
    let newest = -1;
    let acknowledgedFin = -1;
    let acknowledged: number | undefined;
    let seen = this.at - 1;
    for (const at of this.arrivals(longest, SEARCHED)) {
      for (; seen > at; seen -= 1)
        if (segments.from(seen) === this.by && segments.flags(seen) & ACK)
          acknowledged = later(acknowledged, segments.ack(seen));
      const time = segments.time(at);
      if (this.time - time < soonest || !this.fits(at) || this.isAnswered(at)) continue;
      const isEmpty = segments.length(at) === 0;
      // Its sender has gone on by the acknowledgment of its FIN, if it was still there.
      if (isEmpty && segments.number(at) === end.finAcked) {
        acknowledgedFin = at;
        continue;
      }
      if (segments.security(at) !== peer.security) return at;
      const isEarly = since !== undefined && time < since;
      const after = segments.after(at);
      // A segment that its sender acknowledged, or after which it went on, did not cause a reset.
      const wasHeeded = isEmpty
        ? since === undefined && end.lastTime - time > 1.5 * this.trip + 0.001
        : isSynchronized &&
          (((since === undefined || isEarly) && ahead(after, end.ack) <= 0) ||
            (acknowledged !== undefined && ahead(after, acknowledged) <= 0));
      if (wasHeeded) continue;
      if (newest < 0) newest = at;
      if (isEarly) continue;
      if (!isEmpty) oldestText = at;
      else if (since !== undefined) oldestEmpty = at;
    }
    return [oldestText, oldestEmpty, newest, acknowledgedFin].find((at) => at >= 0) ?? -1;
  }

  /** Whether a segment has the numbers that it would answer. */
  fits(at: number): boolean {
    const { segments } = this;
    if (this.hasAck && segments.after(at) !== this.ack) return false;
    const drewAck = (segments.flags(at) & ACK) !== 0;
    return drewAck ? segments.ack(at) === this.seq : this.hasAck && this.seq === 0;
  }

  /** Its form as the answer to a segment. */
  formOf(at: number): Form {
    const { segments } = this;
    const drewAck = (segments.flags(at) & ACK) !== 0;
    if (this.fits(at) && this.hasAck !== drewAck)
      return { kind: drewAck ? 'SEQ is the ACK field' : 'ACK is SEQ plus length', right: true };
    const expected = drewAck
      ? { seq: unsigned(segments.ack(at)), flags: RST }
      : { seq: 0, ack: unsigned(segments.after(at)), flags: RST | ACK };
    return { kind: 'other', right: false, expected: [expected] };
  }

  /** The form of ABORT, a reset at SND.NXT; undefined where it has another, and where ABORT sends none (RFC 9293 3.10.5). */
  abortForm(): Form | undefined {
    const { end, peer, following } = this;
    if (end.fin > 0 && hasHeardFin(end, peer)) return undefined;
    const { begunInTheMiddle, missed } = following;
    if (!end.known) return begunInTheMiddle ? { kind: 'SEQ is SND.NXT', right: true } : undefined;
    // Text that the capture has not seen may lie before it; a FIN that has not left, behind it.
    const off = ahead(this.seq, end.next);
    const isAtSndNxt =
      off === 0 ||
      (off === -1 && end.fin > 0) ||
      (off > 0 && (begunInTheMiddle || missed > 0)) ||
      this.followsLostFin;
    // Text that is not acknowledged may not count any more.
    const isBehind =
      off < 0 && (end.synAcked > 0 || end.syn === 0) && peer.acked && ahead(this.seq, peer.ack) >= 0;
    if (!isAtSndNxt && !isBehind) return undefined;
    if (!this.hasAck) return { kind: 'SEQ is SND.NXT', right: true };
    const isRcvNxt =
      (!end.acked || ahead(this.ack, end.ack) >= 0) &&
      (!peer.known || ahead(this.ack, (peer.next + 1) | 0) <= 0);
    return isRcvNxt ? { kind: 'SEQ is SND.NXT, ACK is RCV.NXT', right: true } : undefined;
  }

  /** It is one beyond all that came by from its sender: a FIN was lost before the capture. */
  get followsLostFin(): boolean {
    const { end, peer, seq } = this;
    return end.fin === 0 && !isAtEnd(end, peer) && ahead(seq, end.next) === 1;
  }

  /** A SYN of the other end, shortly before, that is not the one which opened the connection. */
  syn(answer: Answer | undefined): number {
    const { segments } = this;
    for (const at of this.arrivals(this.patience, SEARCHED_FOR_SYN)) {
      // What came after the SYN and fits as well is the better explanation.
      if (answer && at < answer.at) return -1;
      // The one that opened it may have come again.
      const hasOpened = this.peer.syn > 0 && segments.seq(at) === this.peer.iss;
      if (segments.flags(at) & SYN && !hasOpened && !this.isAnswered(at)) return at;
    }
    return -1;
  }

  /** The cause of the empty ACK that it answers, where that was a challenge. */
  challenge({ frame }: Answer): 'challenge to a SYN' | 'challenge to a reset' | undefined {
    for (const { segment, cause } of this.following.explanations)
      if (segment.frame === frame && (cause === 'challenge to a SYN' || cause === 'challenge to a reset'))
        return cause;
    return undefined;
  }

  /** What it lacks, and the other segments of its sender have. */
  lacks(): ('window' | 'timestamps' | 'identification')[] {
    const { segments, at, end, peer } = this;
    const hasTimestamps = (segments.marks(at) & MARK.timestamps) !== 0;
    return [
      ...(segments.window(at) === 0 && end.rawWindow > 0 ? ['window' as const] : []),
      ...(end.timestamps && peer.timestamps && !hasTimestamps ? ['timestamps' as const] : []),
      ...(segments.ipId(at) === 0 && end.ipId > 0 ? ['identification' as const] : []),
    ];
  }

  /** A segment in a security level that is not the connection's (RFC 9293 3.10.7, third check). */
  security(answers: Answer): Found {
    return {
      cause: 'security',
      candidates: ['third party'],
      states: statesOf(this.end, this.peer),
      answers,
      decides: ['log of the host'],
    };
  }
}

const later = (one: number | undefined, other: number): number =>
  one === undefined || ahead(other, one) > 0 ? other : one;

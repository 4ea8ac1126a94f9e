import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import { MARK } from './capture/packet.ts';
import type { Explanation } from './account.ts';
import { CAUSES, type Cause, type Expected as Wanted } from './cause.ts';
import { ahead, type End, hasHeardFin, soonestAnswer, statesOf, unsigned } from './end.ts';
import type { Following, Unanswered } from './following.ts';
import { type Allowed, allowedBy, answers, onTheWire } from './specified.ts';

/** After so long, in seconds, what comes next is no reply any more: no acknowledgment may be delayed as long (RFC 9293 MUST-40). */
const SILENCE = 0.5;
/** A reply is looked for in so many segments. */
const AHEAD = 64;
/** At most so many questions to the executable specification for each connection: it is slow, and a few oddities say enough. */
const ASKED = 100;
/** So many segments without an answer are remembered. */
const UNANSWERED = 64;

/** Causes that are told without being asked for. */
const NOTABLE: ReadonlySet<Cause> = new Set<Cause>([
  'challenge to a SYN',
  'challenge to a reset',
  'ACK of octets never sent',
  'ACK too old',
  'outside the window',
  'old timestamp',
  'after the FIN',
  'no ACK in it',
]);

interface Expected {
  readonly at: number;
  readonly allowed: Allowed;
}

/** Explains empty ACKs and silences: asks the executable specification how an end may answer an unusual segment. */
export class ReplyExplainer {
  /** The replies that were found ahead, by their places. */
  #expected = new Map<number, Expected>();
  #of: Following | undefined;
  #asked = 0;

  /** The list of segments has changed, so remembered places are invalid. */
  forget(following: Following): void {
    if (this.#of !== following) this.#asked = 0;
    this.#of = following;
    this.#expected.clear();
  }

  /** Remembers a segment that may cause an empty ACK which acknowledges nothing new. */
  arrives(following: Following, at: number): void {
    const cause = this.#kindOf(following, at);
    if (!cause) return;
    const { segments, unanswered } = following;
    if (unanswered.length >= UNANSWERED) unanswered.shift();
    unanswered.push({ frame: segments.number(at), time: segments.time(at), from: segments.from(at), cause });
  }

  /** Looks for the answer to an unusual segment. Reports a silence that no profile allows. */
  peculiar(following: Following, at: number): void {
    const { segments, ends } = following;
    const from = segments.from(at);
    const end = ends[1 - from] as End;
    if (this.#asked >= ASKED || end.first === 0) return;
    const reply = this.#replyTo(following, at);
    if (reply === undefined) return;
    // A filter may hide the answers of a host without a connection.
    if (reply < 0 && (end.reset > 0 || end.wasReset > 0)) return;
    this.#asked += 1;
    const allowed = allowedBy(following, at);
    if (!allowed) return;
    // A repeated SYN shows by itself that something was lost.
    const isAgain = (segments.flags(at) & SYN) !== 0 && segments.seq(at) === ends[from].iss;
    if (reply >= 0) this.#expected.set(reply, { at, allowed });
    else if (!isAgain && !allowed.silence && allowed.replies.length > 0 && this.#trusted(following))
      following.explanations.push(this.#silence(following, at, allowed));
  }

  /** The reply to a segment: its place, -1 for silence, undefined where nobody can tell. */
  #replyTo(following: Following, at: number): number | undefined {
    const { segments, ends } = following;
    const from = segments.from(at);
    const end = ends[1 - from] as End;
    const soonest = segments.time(at) + soonestAnswer(end);
    const patience = Math.max(SILENCE, Number.isFinite(end.roundTrip) ? 2 * end.roundTrip : 0);
    let fence = false;
    let sent = end.next;
    for (let next = at + 1; next < segments.count && next < at + AHEAD; next += 1) {
      const late = segments.time(next) - segments.time(at) > patience;
      if (segments.from(next) === from) {
        if (!late) {
          // Another segment follows at once: what comes back may be the reply to either.
          return undefined;
        }
        fence = true;
        continue;
      }
      const flags = segments.flags(next);
      const after = segments.after(next);
      const again = segments.length(next) > 0 && end.known && ahead(after, sent) <= 0 && !(flags & RST);
      if (again && !fence) {
        // Retransmissions come from timers. A repeated SYN,ACK may also be the answer.
        if (flags & SYN && segments.time(next) - segments.time(at) < 0.1) return next;
        continue;
      }
      if (fence) return -1;
      if (late) return undefined;
      if (segments.time(next) >= soonest) return next;
      if (ahead(after, sent) > 0) sent = after;
    }
    return undefined;
  }

  /**
   * Whether the capture is good enough to call a silence a deviation: no sign that path or capture lose segments, and no segments
   * of an older connection.
   */
  #trusted({ ends, missed, damaged, repeated, begunInTheMiddle, incarnations }: Following): boolean {
    return (
      missed === 0 &&
      damaged === 0 &&
      repeated === 0 &&
      !begunInTheMiddle &&
      incarnations === 1 &&
      ends.every(({ syns }) => syns <= 2)
    );
  }

  #silence(following: Following, at: number, allowed: Allowed): Explanation {
    return {
      kind: 'silence',
      segment: following.told(at),
      by: following.segments.from(at) === 0 ? 1 : 0,
      cause: 'no reply',
      candidates: [],
      states: allowed.states,
      rules: CAUSES[this.#kindOf(following, at) ?? 'no reply'],
      form: { kind: 'other', right: false, expected: allowed.replies.slice(0, 3).map(onTheWire) },
      sure: 'likely',
      decides: ['loss on the way', 'capture at the sender'],
      signs: [],
      verdict: 'deviates',
      notable: true,
    };
  }

  /** An empty ACK that acknowledges nothing new. */
  emptyAck(following: Following, at: number): void {
    const { segments, ends } = following;
    const from = segments.from(at);
    const peer = ends[1 - from] as End;
    const expected = this.#expected.get(at);
    const drew = expected
      ? following.unanswered.find((one) => one.frame === segments.number(expected.at))
      : this.#drawer(following, at);
    if (!drew) return;
    const { frame, cause } = drew;
    if (peer.drawn.includes(frame)) return;
    this.#expected.delete(at);
    following.unanswered.splice(0, following.unanswered.indexOf(drew) + 1);
    peer.drawn.push(frame);
    const right = !expected || answers(expected.allowed, segments, at) || !this.#trusted(following);
    const told = this.#told(following, at, right, expected);
    following.explanations.push({
      ...told,
      kind: 'empty ACK',
      cause,
      drawnBy: frame,
      rules: CAUSES[cause],
      notable: NOTABLE.has(cause) || !right,
    });
  }

  /** What is said of every answer. @param right whether the specification allows it */
  #told(following: Following, at: number, right: boolean, expected: Expected | undefined) {
    const { segments, ends } = following;
    const by = segments.from(at);
    const end = ends[by];
    const { allowed } = expected ?? {};
    const wanted: readonly Wanted[] = allowed
      ? [...(allowed.silence ? (['silence'] as const) : []), ...allowed.replies.slice(0, 3).map(onTheWire)]
      : [{ seq: unsigned(end.next), ack: unsigned(end.ack), flags: ACK }];
    return {
      segment: following.told(at),
      by,
      candidates: [],
      states: allowed?.states ?? statesOf(end, ends[1 - by] as End),
      form: { kind: 'SND.NXT and RCV.NXT', right, ...(right ? {} : { expected: wanted }) },
      sure: 'likely',
      decides: ['capture at the sender'],
      signs: [],
      verdict: right ? 'conformant' : 'deviates',
    } satisfies Partial<Explanation>;
  }

  /** A reply that is neither a reset nor an empty ACK, where the specification expects something else. */
  reply(following: Following, at: number): void {
    const expected = this.#expected.get(at);
    if (!expected) return;
    const { segments } = following;
    if (answers(expected.allowed, segments, at) || expected.allowed.silence || !this.#trusted(following))
      return;
    const drawnBy = segments.number(expected.at);
    following.explanations.push({
      ...this.#told(following, at, false, expected),
      kind: 'reply',
      cause: following.unanswered.find(({ frame }) => frame === drawnBy)?.cause ?? 'no reply',
      drawnBy,
      rules: [],
      notable: true,
    });
  }

  /** The segment that an empty ACK answers: the first that no other has answered. */
  #drawer(following: Following, at: number): Unanswered | undefined {
    const { segments, ends } = following;
    const from = segments.from(at);
    const { roundTrip } = ends[from];
    const known = Number.isFinite(roundTrip);
    const longest = known ? Math.max(SILENCE, 2 * roundTrip) : 1;
    const soonest = soonestAnswer(ends[from]);
    const now = segments.time(at);
    return following.unanswered.find(
      (one) => one.from !== from && now - one.time <= longest && now - one.time >= soonest,
    );
  }

  /** Why a segment is answered by an empty ACK that acknowledges nothing; undefined for one that is not. */
  #kindOf(following: Following, at: number): Cause | undefined {
    const { segments, ends } = following;
    const from = segments.from(at);
    const peer = ends[from];
    const end = ends[1 - from] as End;
    const flags = segments.flags(at);
    const data = segments.data(at);
    if (flags & RST) return 'challenge to a reset';
    if (flags & SYN) return peer.syn > 0 && end.first > 0 ? 'challenge to a SYN' : undefined;
    if (!end.acked) return undefined;
    const seq = segments.seq(at);
    const beyond = ahead(seq, end.ack);
    const length = segments.length(at);
    const after = segments.after(at);
    const window = end.window < 0 ? 65535 << 7 : end.window;
    if (
      end.timestamps &&
      peer.timestamps &&
      segments.marks(at) & MARK.timestamps &&
      ahead(segments.tsval(at), peer.tsval) < 0
    )
      return 'old timestamp';
    if (length <= 1 && beyond === -1 && !(flags & FIN)) return 'keep-alive';
    if (flags & FIN && ahead(after, end.ack) <= 0) return 'FIN again';
    if (length > 0 && hasHeardFin(end, peer)) return 'after the FIN';
    if (data > 0 && ahead(after, end.ack) <= 0) return 'old text';
    if (window === 0 && length > 0 && beyond === 0) return 'closed window';
    if (beyond < 0 || beyond >= Math.max(window, 1)) return 'outside the window';
    if ((flags & ACK) === 0) return 'no ACK in it';
    if (end.known && ahead(segments.ack(at), end.next) > 0) return 'ACK of octets never sent';
    if (peer.acked && ahead(peer.ack, segments.ack(at)) > Math.max(peer.largest, 1)) return 'ACK too old';
    if (beyond > 0) return 'beyond a gap';
    return undefined;
  }
}

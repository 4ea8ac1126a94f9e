import type { State } from '../standard/state.ts';
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';
import type { Explanation } from './account.ts';
import { MARK } from './capture/packet.ts';
import { CAUSES, type Cause, type Decider, type Form, type Sign, type Sureness } from './cause.ts';
import { ahead, type End, soonestAnswer, statesOf } from './end.ts';
import { FARTHER, HERE } from './ending.ts';
import type { Following } from './following.ts';

/** What other connections of the capture tell about a host. */
export interface Neighbourhood {
  /** The frame by which the end was seen to listen on its port, or 0. */
  listens(following: Following, end: 0 | 1): number;
  /** The time to live of the host's segments on other connections, or -1. */
  usualTtl(following: Following, end: 0 | 1): number;
}

/** No reply takes longer, in seconds, where the round trip is not known. */
const LONGEST_REPLY = 3;
/** Text that arrived so shortly before, in seconds, may not have been read. */
const JUST_ARRIVED = 1;
const SEARCHED = 400;
/** A host that sends on so long after its reset, in seconds, has not sent it. */
const GOES_ON = 0.05;

/** What a reset was found to be, before its signs are weighed. */
interface Found {
  readonly cause: Cause;
  readonly candidates?: readonly Cause[];
  readonly states: readonly State[];
  readonly drawnBy?: number;
  readonly form: Form;
  readonly sure?: Sureness;
  readonly decides?: readonly Decider[];
  readonly signs?: readonly Sign[];
  /** Contradicts every reading. */
  readonly deviates?: boolean;
}

/** The cause of a reset. */
export class ResetExplainer {
  readonly #near: Neighbourhood;
  #f!: Following;
  #at = 0;
  #end!: End;
  #peer!: End;

  constructor(near: Neighbourhood) {
    this.#near = near;
  }

  /** @param at the reset, in the segments at hand */
  explain(following: Following, at: number): Explanation {
    const { segments } = following;
    this.#f = following;
    this.#at = at;
    const by = segments.from(at);
    this.#end = following.ends[by];
    this.#peer = following.ends[1 - by] as End;
    const found = this.#found();
    if (found.drawnBy !== undefined) this.#peer.drawn.push(found.drawnBy);
    return this.#weighed(found, by);
  }

  #found(): Found {
    const end = this.#end;
    if (end.reset > 0 && this.#sameAsBefore()) return this.#again();
    if (end.reset > 0 || end.wasReset > 0) return this.#afterReset();
    if (end.first === 0) return this.#fromNobody();
    if (end.syn > 0 && !end.synAck && !end.acked) return this.#inSynSent();
    if (end.syn > 0 && end.synAcked === 0) return this.#inSynReceived();
    return this.#synchronized();
  }

  // What drew it.

  /** The segment that drew it, by the form of its answer; -1 for none. */
  #drawer(form: 'SEQ is the ACK field' | 'ACK is SEQ plus length', since = Number.NEGATIVE_INFINITY): number {
    const { segments } = this.#f;
    const end = this.#end;
    const seq = segments.seq(this.#at);
    const ack = segments.ack(this.#at);
    const now = segments.time(this.#at);
    const from = segments.from(this.#at);
    const known = Number.isFinite(end.roundTrip);
    const longest = known ? Math.max(1, 4 * end.roundTrip) : LONGEST_REPLY;
    const soonest = soonestAnswer(end);
    let earliest = -1;
    let earliestEmpty = -1;
    let latest = -1;
    let last = -1;
    for (let at = this.#at - 1; at >= 0 && at >= this.#at - SEARCHED; at -= 1) {
      if (now - segments.time(at) > longest) break;
      if (segments.from(at) === from) continue;
      const flags = segments.flags(at);
      if (flags & RST || now - segments.time(at) < soonest) continue;
      const length = this.#length(at);
      const matches =
        form === 'SEQ is the ACK field'
          ? (flags & ACK) !== 0 && segments.ack(at) === seq
          : (flags & ACK) === 0 && ((segments.seq(at) + length) | 0) === ack;
      if (!matches || this.#peer.drawn.includes(segments.number(at))) continue;
      // The acknowledgment of its FIN is what the connection went on by, if there still was one.
      if (length === 0 && segments.number(at) === end.finAcked) {
        last = at;
        continue;
      }
      const before = segments.time(at) < since;
      // What was acknowledged had arrived before. After an empty segment that was heeded, its receiver has gone on.
      const accepted =
        length > 0 && this.#isSynchronized() && ahead((segments.seq(at) + length) | 0, end.ack) <= 0;
      if (segments.security(at) !== this.#peer.security) return at;
      const heeded =
        length === 0 &&
        since === Number.NEGATIVE_INFINITY &&
        end.lastTime - segments.time(at) > 1.5 * this.#trip() + 0.001;
      if (heeded || (accepted && (before || since === Number.NEGATIVE_INFINITY))) continue;
      if (latest < 0) latest = at;
      if (before) continue;
      if (length > 0) earliest = at;
      else if (since > Number.NEGATIVE_INFINITY) earliestEmpty = at;
    }
    return earliest >= 0 ? earliest : earliestEmpty >= 0 ? earliestEmpty : latest >= 0 ? latest : last;
  }

  #isSynchronized = (): boolean => this.#end.acked && (this.#end.syn === 0 || this.#end.synAcked > 0);

  #length(at: number): number {
    const { segments } = this.#f;
    const flags = segments.flags(at);
    return segments.data(at) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  }

  #hasAck = (): boolean => (this.#f.segments.flags(this.#at) & ACK) !== 0;

  /** The answer of 3.5.2, and what drew it; undefined where no segment did. */
  #answer(since?: number): { readonly at: number; readonly form: Form } | undefined {
    const kind = this.#hasAck() ? 'ACK is SEQ plus length' : 'SEQ is the ACK field';
    const at = this.#drawer(kind, since);
    if (at < 0) return undefined;
    if (kind === 'ACK is SEQ plus length' && this.#f.segments.seq(this.#at) !== 0) return undefined;
    return { at, form: { kind, right: true } };
  }

  /** A reset at SND.NXT, as ABORT sends it. */
  #atSndNxt(): Form | undefined {
    const { segments } = this.#f;
    const end = this.#end;
    const peer = this.#peer;
    if (!end.known) return this.#f.begunInTheMiddle ? { kind: 'SEQ is SND.NXT', right: true } : undefined;
    const seq = segments.seq(this.#at);
    // Text that the capture has not seen may lie before it; a FIN that is not counted yet, behind it.
    const off = ahead(seq, end.next);
    const counted =
      off === 0 ||
      (end.fin > 0 && off === -1) ||
      (off > 0 && (this.#f.begunInTheMiddle || this.#f.missed > 0));
    const synced = end.synAcked > 0 || end.syn === 0;
    const unsent = synced && off < 0 && peer.acked && ahead(seq, peer.ack) >= 0;
    if (!counted && !unsent) return undefined;
    if (!this.#hasAck()) return { kind: 'SEQ is SND.NXT', right: true };
    const ack = segments.ack(this.#at);
    const low = end.acked ? ahead(ack, end.ack) >= 0 : true;
    const high = !peer.known || ahead(ack, (peer.next + 1) | 0) <= 0;
    return low && high ? { kind: 'SEQ is SND.NXT, ACK is RCV.NXT', right: true } : undefined;
  }

  #number = (at: number): number => this.#f.segments.number(at);

  // Who sends it.

  #sameAsBefore(): boolean {
    const { segments } = this.#f;
    const end = this.#end;
    const answer = this.#answer(end.resetTime - this.#trip());
    return answer === undefined && segments.seq(this.#at) === end.resetSeq;
  }

  #trip = (): number => (Number.isFinite(this.#end.roundTrip) ? this.#end.roundTrip : 0);

  /** Whether the capture was taken at the sender of the reset. */
  #isHere = (): boolean =>
    this.#end.roundTrip < HERE && this.#peer.roundTrip >= FARTHER * this.#end.roundTrip;

  #again(): Found {
    return {
      cause: 'sent again',
      states: ['CLOSED'],
      form: { kind: 'other', right: true },
      sure: 'likely',
      decides: ['capture at the sender'],
      signs: [{ kind: 'reset before', frame: this.#end.reset }],
    };
  }

  #afterReset(): Found {
    const end = this.#end;
    const peer = this.#peer;
    const own = end.reset > 0;
    const frame = own ? end.reset : end.wasReset;
    const answer = this.#answer((own ? end.resetTime : end.wasResetTime) - this.#trip());
    const challenged = answer && this.#challenge(answer.at);
    const bothClosed = end.fin > 0 && peer.fin > 0 && end.finAcked > 0;
    if (answer)
      return {
        cause: challenged
          ? 'answer to a challenge ACK'
          : own
            ? 'closed by its own reset'
            : "closed by the peer's reset",
        states: ['CLOSED'],
        drawnBy: this.#number(answer.at),
        form: answer.form,
        ...(bothClosed ? { candidates: ['closed by FINs'] as const } : {}),
        // At its sender nobody else can have sent the first one.
        sure: own && !bothClosed && this.#isHere() ? 'certain' : 'likely',
        decides: ['capture at the sender'],
        signs: [{ kind: 'reset before', frame }],
      };
    const form = this.#atSndNxt();
    if (!own && form)
      return {
        cause: 'abort',
        candidates: ["closed by the peer's reset", 'third party'],
        states: statesOf(end, peer),
        form,
        sure: 'cannot tell',
        decides: ['call of the user'],
        signs: [{ kind: 'reset before', frame }],
      };
    return this.#looseAnswer() ?? this.#unexplained(['closed by its own reset', 'third party']);
  }

  /** Its sender has sent nothing else in this capture. */
  #fromNobody(): Found {
    const { segments } = this.#f;
    const by = segments.from(this.#at);
    const answer = this.#answer();
    if (!answer) {
      const loose = this.#looseAnswer();
      if (loose) return loose;
      return this.#f.begunInTheMiddle || this.#peer.first === 0
        ? {
            cause: 'abort',
            candidates: ['third party', 'never was'],
            states: ['ESTABLISHED'],
            form: { kind: 'other', right: true },
            sure: 'cannot tell',
            decides: ['earlier capture'],
            signs: [{ kind: 'capture begins' }],
          }
        : this.#unexplained(['third party']);
    }
    const flags = segments.flags(answer.at);
    const drawnBy = this.#number(answer.at);
    const listens = this.#near.listens(this.#f, by);
    const signs: Sign[] = listens > 0 ? [{ kind: 'listens', frame: listens }] : [];
    if ((flags & (SYN | ACK)) === SYN) {
      return {
        cause: listens > 0 ? 'full queue' : 'refused port',
        candidates: listens > 0 ? ['listener gone', 'refused port', 'third party'] : ['third party'],
        states: listens > 0 ? ['CLOSED', 'LISTEN'] : ['CLOSED'],
        drawnBy,
        form: answer.form,
        sure: listens > 0 ? 'cannot tell' : 'likely',
        decides: listens > 0 ? ['listeners of the host'] : ['packet filters on the way'],
        signs,
      };
    }
    if (flags & SYN)
      return {
        cause: 'never was',
        candidates: ['unknown to the kernel'],
        states: ['CLOSED', 'LISTEN'],
        drawnBy,
        form: answer.form,
        sure: this.#f.begunInTheMiddle ? 'likely' : 'certain',
        decides: ['earlier capture'],
        signs,
      };
    if (listens > 0)
      return {
        cause: 'ACK in LISTEN',
        candidates: ['forgotten', 'never was'],
        states: ['LISTEN'],
        drawnBy,
        form: answer.form,
        sure: 'likely',
        decides: ['earlier capture', 'listeners of the host'],
        signs,
      };
    const text = segments.data(answer.at) > 0;
    return {
      cause: text ? 'forgotten' : 'never was',
      candidates: [text ? 'never was' : 'forgotten', 'ACK in LISTEN', 'closed by FINs'],
      states: ['CLOSED', 'LISTEN'],
      drawnBy,
      form: answer.form,
      sure: 'cannot tell',
      decides: ['earlier capture'],
      signs: [{ kind: 'capture begins' }],
    };
  }

  #inSynSent(): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const answer = this.#answer();
    if (answer && segments.security(answer.at) !== end.security)
      return this.#security(answer.at, answer.form);
    if (answer && segments.flags(answer.at) & ACK) {
      const drawnBy = this.#number(answer.at);
      const acceptable =
        ahead(segments.ack(answer.at), end.iss) > 0 && ahead(segments.ack(answer.at), end.next) <= 0;
      if (!acceptable) {
        const isSyn = (segments.flags(answer.at) & SYN) !== 0;
        return {
          cause: isSyn ? 'unacceptable ACK in SYN-SENT' : 'half-open peer',
          candidates: [isSyn ? 'half-open peer' : 'unacceptable ACK in SYN-SENT', 'given up in SYN-SENT'],
          states: ['SYN-SENT'],
          drawnBy,
          form: answer.form,
          sure: 'likely',
          decides: isSyn ? ['capture at the sender'] : ['earlier capture'],
          signs: isSyn ? [] : [{ kind: 'connection of the peer', frame: drawnBy }],
        };
      }
      const late = segments.time(answer.at) - end.synTime;
      // A SYN with the options of a whole TCP was sent by the kernel.
      const gaveUp = end.syns > 1 || late > 0.9 || !end.synBare;
      return {
        cause: gaveUp ? 'given up in SYN-SENT' : 'unknown to the kernel',
        candidates: [gaveUp ? 'unknown to the kernel' : 'given up in SYN-SENT'],
        states: ['CLOSED'],
        drawnBy,
        form: answer.form,
        sure: 'likely',
        decides: ['call of the user'],
        signs: end.synBare ? [{ kind: 'SYN like a scan' }] : [],
      };
    }
    if (answer && end.syn > 0)
      return {
        cause: 'given up in SYN-SENT',
        candidates: ['third party'],
        states: ['CLOSED'],
        drawnBy: this.#number(answer.at),
        form: answer.form,
        sure: 'likely',
        decides: ['call of the user'],
      };
    const form = this.#atSndNxt();
    if (form)
      return {
        cause: 'abort',
        candidates: ['third party', 'given up in SYN-SENT'],
        states: ['SYN-SENT'],
        form,
        sure: 'likely',
        decides: ['call of the user'],
      };
    return this.#looseAnswer() ?? this.#unexplained(['third party', 'abort']);
  }

  #inSynReceived(): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const answer = this.#answer();
    if (answer && segments.security(answer.at) !== this.#peer.security)
      return this.#security(answer.at, answer.form);
    if (answer && segments.flags(answer.at) & ACK) {
      const ack = segments.ack(answer.at);
      const acceptable = ahead(ack, end.iss) > 0 && ahead(ack, end.next) <= 0;
      if (!acceptable)
        return {
          cause: 'unacceptable ACK in SYN-RECEIVED',
          candidates: ['ACK in LISTEN', 'listener gone'],
          states: ['SYN-RECEIVED'],
          drawnBy: this.#number(answer.at),
          form: answer.form,
          sure: 'likely',
          decides: ['listeners of the host'],
        };
    }
    const syn = this.#syn(answer?.at);
    if (syn >= 0)
      return {
        cause: 'SYN in the window',
        candidates: ['third party'],
        states: ['SYN-RECEIVED'],
        drawnBy: this.#number(syn),
        form: answer?.form ?? { kind: 'other', right: true },
        sure: 'likely',
        decides: ['capture at the sender'],
      };
    if (end.syns > 2 && !answer)
      return {
        cause: 'end of retransmissions',
        candidates: ['abort'],
        states: ['SYN-RECEIVED'],
        form: this.#atSndNxt() ?? { kind: 'other', right: true },
        sure: 'likely',
        decides: ['call of the user'],
        signs: [{ kind: 'repeats', times: end.syns - 1, since: end.syn }],
      };
    const form = this.#atSndNxt();
    if (form || answer)
      return {
        cause: answer ? 'listener gone' : 'abort',
        candidates: answer ? ['full queue', 'abort'] : ['listener gone', 'third party'],
        states: ['SYN-RECEIVED', 'CLOSED'],
        ...(answer ? { drawnBy: this.#number(answer.at) } : {}),
        form: answer?.form ?? (form as Form),
        sure: 'likely',
        decides: ['call of the user'],
      };
    return this.#looseAnswer() ?? this.#unexplained(['third party', 'abort']);
  }

  #synchronized(): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const peer = this.#peer;
    const states = statesOf(end, peer).filter((state) => state !== 'CLOSED');
    const since = end.fin > 0 ? end.finTime - this.#trip() : undefined;
    const answer = this.#answer(since);
    const form = this.#atSndNxt();
    if (answer && segments.security(answer.at) !== peer.security)
      return this.#security(answer.at, answer.form);
    const challenged = answer ? this.#challenge(answer.at) : undefined;
    if (answer && challenged)
      return {
        // It has begun anew on the same ports, or has closed by a reset that was not exact.
        cause: challenged.cause === 'challenge to a SYN' ? 'half-open peer' : 'answer to a challenge ACK',
        candidates: ['forgotten'],
        states: challenged.cause === 'challenge to a SYN' ? ['SYN-SENT'] : ['CLOSED'],
        drawnBy: this.#number(answer.at),
        form: answer.form,
        sure: 'likely',
        decides: ['call of the user'],
      };
    const timeout = this.#timeout(states, form);
    if (timeout) return timeout;
    const syn = this.#syn(answer?.at);
    if (syn >= 0 && (answer?.at === syn || form || this.#hasAck()))
      return {
        cause: 'SYN in the window',
        candidates: ['third party'],
        states,
        drawnBy: this.#number(syn),
        form: answer?.form ?? form ?? { kind: 'other', right: true },
        sure: 'likely',
        decides: ['capture at the sender'],
      };
    if (end.fin > 0) return this.#afterItsFin(states, answer, form);
    if (answer && (!form || this.#bare().length > 0)) return this.#forgotten(answer);
    if (form) return this.#aborted(states, form, answer?.at);
    return this.#looseAnswer() ?? this.#unexplained(['third party', 'abort']);
  }

  #afterItsFin(
    states: State[],
    answer: { at: number; form: Form } | undefined,
    form: Form | undefined,
  ): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const peer = this.#peer;
    const finHeard = peer.fin > 0 && end.acked && ahead(end.ack, peer.finSeq) > 0;
    const signs: Sign[] = [{ kind: 'FIN', frame: end.fin }];
    // New text that came after its user had closed.
    const text = this.#newText(answer?.at);
    const closedByFins =
      finHeard && end.finAcked > 0 && answer !== undefined && this.#isAfter(answer.at, end.finAcked);
    if (text >= 0 && !closedByFins && !finHeard && (answer || form))
      return {
        cause: 'text for a closed user',
        candidates: ['abort', 'forgotten'],
        states: statesOf(end, peer, this.#number(text)).filter((state) => state !== 'CLOSED'),
        drawnBy: this.#number(text),
        form: answer?.form ?? (form as Form),
        sure: 'likely',
        decides: ['call of the user'],
        signs,
      };
    if (answer) {
      const both = peer.fin > 0;
      return {
        cause:
          both && (finHeard || segments.number(answer.at) > peer.fin) && end.finAcked > 0
            ? 'closed by FINs'
            : both
              ? 'closed by FINs'
              : 'forgotten',
        candidates: both ? ['forgotten', 'third party'] : ['text for a closed user', 'abort'],
        states: ['CLOSED'],
        drawnBy: this.#number(answer.at),
        form: answer.form,
        sure: 'likely',
        decides: ['log of the host'],
        signs: both ? [{ kind: 'both FINs', own: end.fin, peer: peer.fin }] : signs,
      };
    }
    // ABORT sends nothing where the FIN of the other end has arrived too.
    if (form && !finHeard)
      return {
        cause: 'abort',
        candidates: ['text for a closed user', 'close with unread text'],
        states,
        form,
        sure: 'likely',
        decides: ['call of the user'],
        signs,
      };
    return this.#looseAnswer() ?? this.#unexplained(['third party', 'closed by FINs']);
  }

  /** Whether a segment came by after a frame. */
  #isAfter = (at: number, frame: number): boolean => this.#f.segments.number(at) >= frame;

  /** The first segment with text that its sender had not acknowledged, since its FIN may have left. */
  #newText(answer: number | undefined): number {
    const { segments } = this.#f;
    const end = this.#end;
    const isNew = (at: number) =>
      segments.data(at) > 0 && (!end.acked || ahead((segments.seq(at) + segments.data(at)) | 0, end.ack) > 0);
    if (answer !== undefined) return isNew(answer) ? answer : -1;
    const now = segments.time(this.#at);
    for (let at = this.#at - 1; at >= 0 && at >= this.#at - SEARCHED; at -= 1) {
      if (now - segments.time(at) > Math.max(1, 4 * this.#trip())) return -1;
      if (segments.from(at) === segments.from(this.#at)) continue;
      if (segments.flags(at) & RST || this.#peer.drawn.includes(segments.number(at))) continue;
      if (isNew(at) && segments.time(at) >= end.finTime - this.#trip()) return at;
    }
    return -1;
  }

  /** No TCB is left, though the connection was neither closed nor reset. */
  #forgotten(answer: { at: number; form: Form }): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const drawnBy = this.#number(answer.at);
    const idle = segments.time(this.#at) - Math.max(end.lastTime, 0);
    // Nothing but the SYN,ACK has come from it: the handshake was never completed there.
    const onlySyn =
      end.synAck && end.last <= Math.max(end.syn, end.synAcked) && end.text === 0 && end.fin === 0;
    const neverAccepted = onlySyn && !(end.acked && ahead(end.ack, (this.#peer.iss + 1) | 0) > 0);
    const signs: Sign[] = [];
    const bare = this.#bare();
    if (bare.length > 0) signs.push({ kind: 'bare', lacks: bare });
    if (idle > 1) signs.push({ kind: 'idle', seconds: idle });
    if (neverAccepted)
      return {
        cause: 'full queue',
        candidates: ['listener gone', 'forgotten'],
        states: ['CLOSED', 'LISTEN'],
        drawnBy,
        form: answer.form,
        sure: 'cannot tell',
        decides: ['log of the host'],
        signs,
      };
    // A host restarts less often than a FIN is lost.
    const finLost = segments.data(answer.at) > 0 && idle < JUST_ARRIVED;
    return {
      cause: finLost ? 'text for a closed user' : 'forgotten',
      candidates: [finLost ? 'forgotten' : 'text for a closed user', 'abort', 'third party'],
      states: finLost ? ['FIN-WAIT-1', 'CLOSED'] : ['CLOSED'],
      drawnBy,
      form: answer.form,
      sure: 'likely',
      decides: ['log of the host'],
      signs,
    };
  }

  #aborted(states: readonly State[], form: Form, answer: number | undefined): Found {
    const { segments } = this.#f;
    const end = this.#end;
    const peer = this.#peer;
    const now = segments.time(this.#at);
    const signs: Sign[] = [];
    if (segments.data(this.#at) > 0) signs.push({ kind: 'carries text', octets: segments.data(this.#at) });
    if (answer !== undefined) signs.push({ kind: 'answers before' });
    let unread = false;
    if (peer.text > 0) {
      // What was read makes room: the window's right edge moves. Some move it before, so only one that stands says anything.
      const arrived = end.acked && ahead(end.ack, peer.textEnd) >= 0;
      const moved = ahead(end.edge, end.edgeBeforeText);
      const stood = arrived && end.rawWindow > 0 && moved <= ahead(peer.textEnd, peer.textSeq) / 2;
      if (stood) signs.push({ kind: 'window not moved', text: peer.text });
      const eof = peer.fin > 0 && end.acked && ahead(end.ack, peer.finSeq) > 0;
      const soon = now - peer.textTime < JUST_ARRIVED;
      // Who has answered has read. No TCP puts text into the reset of a close; a user's ABORT may.
      const answered = end.text > peer.text;
      unread = soon && !eof && segments.data(this.#at) === 0 && (stood || !answered);
    }
    const couldBeUnread = peer.text > 0;
    return {
      cause: unread ? 'close with unread text' : 'abort',
      candidates: unread ? ['abort'] : couldBeUnread ? ['close with unread text'] : ['third party'],
      states,
      form,
      sure: couldBeUnread ? 'cannot tell' : 'likely',
      decides: ['call of the user'],
      signs,
    };
  }

  /** It had asked, or sent again, and nothing came back. */
  #timeout(states: readonly State[], form: Form | undefined): Found | undefined {
    const { segments } = this.#f;
    const end = this.#end;
    const peer = this.#peer;
    const fit = form ?? { kind: 'other', right: true };
    const quiet = peer.last < end.repeatSince || peer.first === 0;
    // Answers that came by here may not have arrived: then the reset comes when the next probe would have.
    const due =
      end.probesInARow >= 3 &&
      Math.abs(segments.time(this.#at) - end.probeTime - end.probeInterval) < 0.25 * end.probeInterval;
    if ((end.probes >= 2 && quiet) || due)
      return {
        cause: 'end of keep-alives',
        candidates: ['user timeout', 'abort'],
        states,
        form: fit,
        sure: 'likely',
        decides: ['call of the user'],
        signs: [{ kind: 'probes', times: Math.max(end.probes, end.probesInARow), since: end.repeatSince }],
      };
    if (end.repeats >= 1 && quiet && segments.time(this.#at) - peer.lastTime > 0.5)
      return {
        cause: end.repeats >= 3 ? 'end of retransmissions' : 'user timeout',
        candidates: end.repeats >= 3 ? ['user timeout', 'abort'] : ['end of retransmissions', 'abort'],
        states,
        form: fit,
        sure: 'likely',
        decides: ['call of the user'],
        signs: [{ kind: 'repeats', times: end.repeats, since: end.repeatSince }],
      };
    return undefined;
  }

  #security(at: number, form: Form): Found {
    return {
      cause: 'security',
      candidates: ['third party'],
      states: statesOf(this.#end, this.#peer),
      drawnBy: this.#number(at),
      form,
      sure: 'likely',
      decides: ['log of the host'],
    };
  }

  /** A SYN of the peer shortly before that is not the one that opened the connection; -1 for none. */
  #syn(answer: number | undefined): number {
    const { segments } = this.#f;
    const now = segments.time(this.#at);
    const from = segments.from(this.#at);
    // What came after the SYN and fits as well is the better explanation.
    for (let at = this.#at - 1; at >= (answer ?? 0) && at >= this.#at - 8; at -= 1) {
      if (segments.from(at) === from) continue;
      if (now - segments.time(at) > Math.max(1, 4 * this.#trip())) return -1;
      const flags = segments.flags(at);
      if (!(flags & SYN) || flags & RST) continue;
      if (segments.number(at) === this.#peer.syn || this.#peer.drawn.includes(segments.number(at))) continue;
      return at;
    }
    return -1;
  }

  /** The empty ACK at a place, if it was found to be a challenge. */
  #challenge(at: number): Explanation | undefined {
    const frame = this.#number(at);
    return this.#f.explanations.find(
      ({ segment, cause }) =>
        segment.frame === frame && (cause === 'challenge to a SYN' || cause === 'challenge to a reset'),
    );
  }

  /** An answer whose form is none of the standard's, but whose numbers are those of a segment. */
  #looseAnswer(): Found | undefined {
    const { segments } = this.#f;
    const seq = segments.seq(this.#at);
    const ack = segments.ack(this.#at);
    const now = segments.time(this.#at);
    for (let at = this.#at - 1; at >= 0 && at >= this.#at - 16; at -= 1) {
      if (segments.from(at) === segments.from(this.#at) || segments.flags(at) & RST) continue;
      if (now - segments.time(at) > Math.max(1, 4 * this.#trip())) return undefined;
      if (this.#peer.drawn.includes(segments.number(at))) continue;
      const after = (segments.seq(at) + this.#length(at)) | 0;
      const hasAck = (segments.flags(at) & ACK) !== 0;
      const expected = hasAck
        ? `<SEQ=${segments.ack(at) >>> 0}><CTL=RST>`
        : `<SEQ=0><ACK=${after >>> 0}><CTL=RST,ACK>`;
      const near =
        (hasAck && segments.ack(at) === seq) ||
        (this.#hasAck() && (ack === after || ack === segments.seq(at))) ||
        (!hasAck && (seq === 0 || seq === segments.ack(at)));
      if (!near) continue;
      const right = hasAck
        ? !this.#hasAck() && segments.ack(at) === seq
        : this.#hasAck() && seq === 0 && ack === after;
      const nobody = this.#end.first === 0;
      const isSyn = (segments.flags(at) & (SYN | ACK)) === SYN;
      return {
        cause: nobody
          ? isSyn
            ? 'refused port'
            : 'never was'
          : this.#end.fin > 0
            ? 'closed by FINs'
            : 'forgotten',
        candidates: ['third party'],
        states: ['CLOSED'],
        drawnBy: this.#number(at),
        form: right
          ? { kind: hasAck ? 'SEQ is the ACK field' : 'ACK is SEQ plus length', right }
          : { kind: 'other', right, expected: [expected] },
        sure: 'likely',
        decides: ['capture at the sender'],
        deviates: !right,
      };
    }
    return undefined;
  }

  #unexplained(candidates: readonly Cause[]): Found {
    // What nothing drew is no reply, and anybody may have sent it: nobody is accused of it.
    return {
      cause: 'unexplained',
      candidates,
      states: statesOf(this.#end, this.#peer),
      form: { kind: 'other', right: true },
      sure: 'cannot tell',
      decides: ['capture at the sender'],
    };
  }

  // Whether it comes from the host at all.

  /** What the reset lacks, and the other segments of its sender have. */
  #bare(): ('window' | 'timestamps' | 'identification')[] {
    const { segments } = this.#f;
    const end = this.#end;
    const lacks: ('window' | 'timestamps' | 'identification')[] = [];
    if (segments.window(this.#at) === 0 && end.rawWindow > 0) lacks.push('window');
    if (end.timestamps && this.#peer.timestamps && (segments.marks(this.#at) & MARK.timestamps) === 0)
      lacks.push('timestamps');
    if (this.#f.segments.ipId(this.#at) === 0 && end.ipId > 0) lacks.push('identification');
    return lacks;
  }

  #weighed(found: Found, by: 0 | 1): Explanation {
    const { segments } = this.#f;
    const end = this.#end;
    const signs: Sign[] = [...(found.signs ?? [])];
    const ttl = segments.ttl(this.#at);
    const usual = end.ttl >= 0 ? end.ttl : this.#near.usualTtl(this.#f, by);
    let foreign = false;
    if (usual >= 0 && ttl !== usual) {
      const same = Math.abs(hops(ttl) - hops(usual)) <= 1;
      signs.push({ kind: same ? 'other TTL, same distance' : 'other distance', ttl, usual });
      foreign = !same;
    }
    const onwards = this.#goesOn();
    if (onwards > 0) signs.push({ kind: 'goes on', frame: onwards });
    const other = this.#otherWay();
    if (other > 0 && foreign) signs.push({ kind: 'both ways', frame: other });
    if (found.drawnBy !== undefined && end.roundTrips >= 2) {
      const drew = this.#place(found.drawnBy);
      const seconds = drew < 0 ? Number.POSITIVE_INFINITY : segments.time(this.#at) - segments.time(drew);
      if (seconds < 0.9 * end.roundTrip && end.roundTrip > 0.002)
        signs.push({ kind: 'too soon', seconds, roundTrip: end.roundTrip });
    }
    const staysAlive =
      found.cause === 'unacceptable ACK in SYN-SENT' ||
      found.cause === 'half-open peer' ||
      found.cause === 'unacceptable ACK in SYN-RECEIVED' ||
      found.cause === 'ACK in LISTEN' ||
      end.first === 0;
    const drawn = found.drawnBy !== undefined && !found.deviates;
    const weak =
      found.cause === 'forgotten' || found.cause === 'full queue' || found.cause === 'listener gone';
    const isThird =
      (onwards > 0 && !staysAlive) || (foreign && (!drawn || weak || end.first === 0 || other > 0));
    if (!isThird) {
      const candidates = [...(found.candidates ?? [])];
      if (foreign && !candidates.includes('third party')) candidates.push('third party');
      return this.#told(found, by, signs, {
        candidates,
        sure: foreign && found.sure === 'certain' ? 'likely' : (found.sure ?? 'likely'),
      });
    }
    const candidates = [found.cause, ...(found.candidates ?? [])].filter(
      (cause) => cause !== 'third party' && cause !== 'unexplained',
    );
    return this.#told(
      { ...found, cause: 'third party', deviates: false, decides: ['capture at the sender'] },
      by,
      signs,
      { candidates, sure: onwards > 0 && foreign ? 'certain' : 'likely' },
    );
  }

  #told(
    found: Found,
    by: 0 | 1,
    signs: readonly Sign[],
    { candidates, sure }: { readonly candidates: readonly Cause[]; readonly sure: Sureness },
  ): Explanation {
    return {
      kind: 'reset',
      segment: this.#f.told(this.#at),
      by,
      cause: found.cause,
      candidates: candidates.filter((cause) => cause !== found.cause),
      ...(found.drawnBy === undefined ? {} : { drawnBy: found.drawnBy }),
      states: found.states,
      rules: CAUSES[found.cause],
      form: found.form,
      sure,
      decides: sure === 'certain' ? [] : (found.decides ?? []),
      signs,
      verdict: found.deviates ? 'deviates' : 'conformant',
      notable: true,
    };
  }

  #place(frame: number): number {
    const { segments } = this.#f;
    for (let at = this.#at - 1; at >= 0; at -= 1) if (segments.number(at) === frame) return at;
    return -1;
  }

  /** The frame by which the host goes on, long after its reset; 0 for none. */
  #goesOn(): number {
    const { segments } = this.#f;
    const from = segments.from(this.#at);
    const now = segments.time(this.#at);
    const after = Math.max(GOES_ON, 2 * this.#trip());
    for (let at = this.#at + 1; at < segments.count && at < this.#at + SEARCHED; at += 1) {
      const flags = segments.flags(at);
      if (flags & SYN) return 0;
      if (segments.from(at) !== from || flags & RST) continue;
      if (
        segments.time(at) - now > after &&
        this.#end.known &&
        Math.abs(ahead(segments.seq(at), this.#end.next)) < 1 << 24
      )
        return segments.number(at);
    }
    return 0;
  }

  /** A reset of the other end at about the same time that answers nothing; 0 for none. */
  #otherWay(): number {
    const { segments } = this.#f;
    const from = segments.from(this.#at);
    const now = segments.time(this.#at);
    for (let at = this.#at + 1; at < segments.count && segments.time(at) - now < 0.02; at += 1) {
      if (segments.from(at) === from) continue;
      if (segments.flags(at) & RST) return segments.number(at);
    }
    for (let at = this.#at - 1; at >= 0 && now - segments.time(at) < 0.02; at -= 1) {
      if (segments.from(at) === from) continue;
      if (segments.flags(at) & RST) return segments.number(at);
    }
    return 0;
  }
}

/** How many routers a packet has passed, by the usual first values of its time to live. */
function hops(ttl: number): number {
  for (const first of [64, 128, 255]) if (ttl <= first) return first - ttl;
  return 0;
}

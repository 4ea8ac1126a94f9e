import { ACK, SYN } from '../wire/tcp.ts';
import type { Account, EndAccount, Explanation } from './account.ts';
import { octetsOf } from './capture/octets-of.ts';
import { Packet, type Unread } from './capture/packet.ts';
import { type Damage, RecordReader } from './capture/records.ts';
import { capturePoint, endingOf, isUnanswered } from './ending.ts';
import type { Flow } from './flow.ts';
import { addressOf, Flows, type Reader } from './flows.ts';
import { Following } from './following.ts';
import { Listeners } from './listeners.ts';
import { ReplyExplainer } from './replies.ts';
import { explainReset } from './resets/explain-reset.ts';
import type { Neighbourhood } from './resets/reset.ts';
import type { Segments } from './segment-log.ts';
import { unacknowledged, unansweredSyn } from './unanswered.ts';

/** What was read of a capture. */
export interface CaptureFacts {
  readonly frames: number;
  readonly segments: number;
  readonly connections: number;
  /** Seconds from the earliest frame to the latest. */
  readonly seconds: number;
  /** Seconds since 1970 of the first frame. */
  readonly began: number;
  /** Frames that hold no segment, by why. */
  readonly unread: Readonly<Record<Unread, number>>;
  /** Link types that are not known, each once. */
  readonly unknownLinks: readonly number[];
  readonly damage?: Damage;
}

export interface ExplainOptions {
  /** Keep the segments of each connection, with the states after each. */
  readonly ladders?: boolean;
  /** Reports a connection as soon as it is over, not only when nothing can follow any more. */
  readonly live?: boolean;
}

/** In a growing capture, how long to wait for more segments of a connection that is over, in seconds. */
const LIVE_LINGER = 2;
/** Comments are remembered for so many of the newest frames that have one. */
const COMMENTS = 20_000;
/** A ladder shows at most so many segments: the first and the last ones. */
const RUNGS = 400;

const NONE: Readonly<Record<Unread, number>> = {
  'no TCP': 0,
  fragment: 0,
  'too short': 0,
  'unknown link': 0,
};

/** Follows the connections of a capture, and tells each as it ends. */
export class CaptureExplainer implements Reader, Neighbourhood {
  readonly #tell: (account: Account) => void;
  readonly #options: ExplainOptions;
  readonly #records: RecordReader;
  readonly #packet = new Packet();
  readonly #flows: Flows;
  readonly #replies = new ReplyExplainer();
  readonly #listeners = new Listeners();
  readonly #comments = new Map<number, string>();
  readonly #unread: Record<Unread, number> = { ...NONE };
  readonly #unknownLinks = new Set<number>();
  #began = -1;
  #beganNanoseconds = 0;
  #segments = 0;
  /** Frames need not be in the order of their times. */
  #earliest = 0;
  #latest = 0;
  #flow!: Flow;

  constructor(tell: (account: Account) => void, options: ExplainOptions = {}) {
    this.#tell = tell;
    this.#options = options;
    this.#flows = new Flows(this);
    this.#records = new RecordReader((frame) => {
      const { seconds, nanoseconds } = frame;
      if (this.#began < 0) {
        this.#began = seconds;
        this.#beganNanoseconds = nanoseconds;
      }
      const packet = this.#packet;
      const unread = packet.read(frame);
      packet.time = seconds - this.#began + (nanoseconds - this.#beganNanoseconds) / 1e9;
      if (unread === 'ICMP') {
        if (!this.#flows.addError(packet)) this.#unread['no TCP'] += 1;
        return;
      }
      if (unread) {
        this.#unread[unread] += 1;
        if (unread === 'unknown link') this.#unknownLinks.add(frame.linkType);
        return;
      }
      this.#segments += 1;
      this.#latest = Math.max(this.#latest, packet.time);
      this.#earliest = Math.min(this.#earliest, packet.time);
      if (frame.comment) this.#comment(frame.number, frame.comment);
      if ((packet.flags & (SYN | ACK)) === (SYN | ACK)) this.#listeners.add(packet);
      this.#flows.add(packet);
    });
  }

  /** Takes the next octets of the capture. @throws NoCapture when it is none */
  push(octets: Uint8Array): void {
    this.#records.push(octets);
    if (this.#options.live) this.#flows.settle(this.#packet.time, LIVE_LINGER);
  }

  /** Nothing came for a while: reports the connections that are over. */
  settle(): void {
    this.#flows.settle(Number.POSITIVE_INFINITY, 0);
  }

  /** The capture has ended. @throws NoCapture when it was none */
  end(): CaptureFacts {
    this.#records.end();
    this.#flows.end();
    const { damage, frame } = this.#records;
    return {
      frames: frame.number,
      segments: this.#segments,
      connections: this.#flows.count,
      seconds: this.#latest - this.#earliest,
      began: Math.max(0, this.#began) + this.#beganNanoseconds / 1e9,
      unread: this.#unread,
      unknownLinks: [...this.#unknownLinks],
      ...(damage ? { damage } : {}),
    };
  }

  #comment(frame: number, comment: string): void {
    const [oldest] = this.#comments.keys();
    if (oldest !== undefined && this.#comments.size >= COMMENTS) this.#comments.delete(oldest);
    this.#comments.set(frame, comment);
  }

  listens = (end: 0 | 1): number => this.#listeners.find(this.#flow, end)?.frame ?? 0;
  usualTtl = (end: 0 | 1): number => this.#listeners.find(this.#flow, end)?.ttl ?? -1;

  reset = (following: Following, at: number): void => {
    // Ask what the reset does to the other end before it counts as the end of this one.
    this.#replies.peculiar(following, at);
    following.explanations.push(explainReset(following, at, this));
  };
  arrives = (following: Following, at: number): void => this.#replies.arrives(following, at);
  emptyAck = (following: Following, at: number): void => this.#replies.emptyAck(following, at);
  reply = (following: Following, at: number): void => this.#replies.reply(following, at);
  peculiar = (following: Following, at: number): void => this.#replies.peculiar(following, at);

  /** Reads all but the newest segments; half of what was read stays, to be looked back at. */
  more(flow: Flow, segments: Segments): number {
    const following = this.#resume(flow);
    const to = Math.floor((3 * segments.count) / 4);
    this.#read(following, segments, to);
    flow.past = following;
    const dropped = Math.min(following.done, Math.floor(segments.count / 2));
    following.drop(dropped);
    return dropped;
  }

  ended(flow: Flow, segments: Segments): void {
    const following = this.#resume(flow);
    this.#read(following, segments, segments.count);
    this.#tell(this.#account(flow, following));
  }

  #resume(flow: Flow): Following {
    this.#flow = flow;
    const following = (flow.past as Following | undefined) ?? new Following();
    following.errors = flow.errors;
    return following;
  }

  #read(following: Following, segments: Segments, to: number): void {
    this.#replies.forget(following);
    following.read(segments, following.done, to, this, this.#options.ladders === true);
    following.done = Math.max(to, following.done);
    if (following.ladder.length > RUNGS) following.ladder.splice(RUNGS / 2, following.ladder.length - RUNGS);
  }

  #account(flow: Flow, following: Following): Account {
    const ending = endingOf(following);
    const silences = this.#silences(following);
    const told = silences.length > 0 ? [...following.explanations, ...silences] : following.explanations;
    const explanations = this.#comments.size > 0 ? told.map((one) => this.#commented(one)) : told;
    const account: Account = {
      index: flow.index,
      family: flow.family,
      ends: [endOf(flow, 0), endOf(flow, 1)],
      opener: following.opener,
      isses: [issesOf(following, 0), issesOf(following, 1)],
      begunInTheMiddle: following.begunInTheMiddle,
      incarnations: following.incarnations,
      segments: flow.total,
      began: flow.began,
      lasted: flow.time - flow.began,
      ending,
      point: capturePoint(following.ends),
      oddities: {
        doubled: following.doubled,
        damaged: following.damaged,
        fragments: following.fragments,
        cutHeaders: following.cutHeaders,
        missed: following.missed,
      },
      explanations,
      errors: flow.errors,
    };
    return this.#options.ladders ? { ...account, ladder: following.ladder } : account;
  }

  #commented(one: Explanation): Explanation {
    const comment = this.#comments.get(one.segment.frame);
    return comment === undefined ? one : { ...one, comment };
  }

  /** What got no answer. */
  #silences(following: Following): Explanation[] {
    const [a, b] = following.ends;
    const from = a.first > 0 ? 0 : 1;
    if (isUnanswered(following)) return [unansweredSyn(following, from, this.listens(from === 0 ? 1 : 0))];
    if (a.repeats === 0 && b.repeats === 0 && following.errors.length === 0) return [];
    return ([0, 1] as const).flatMap((end) => unacknowledged(following, end) ?? []);
  }
}

const issesOf = ({ ends, earlierIsses }: Following, end: 0 | 1): number[] => {
  const { syn, iss } = ends[end];
  return syn > 0 ? [...earlierIsses[end], iss >>> 0] : earlierIsses[end];
};

function endOf({ key, family }: Flow, end: 0 | 1): EndAccount {
  const ports = key[8] as number;
  return {
    address: addressOf(key, family, 4 * end),
    port: end === 0 ? ports >>> 16 : ports & 0xffff,
  };
}

/**
 * Explains a capture: a file, or standard input when the name is `-`.
 *
 * @throws NoCapture when it is neither pcap nor pcapng; the errors of the file system
 */
export async function explainCapture(
  file: string,
  tell: (account: Account) => void,
  options: ExplainOptions = {},
): Promise<CaptureFacts> {
  const explainer = new CaptureExplainer(tell, options);
  let damage: Damage | undefined;
  let heard = performance.now();
  const timer = options.live
    ? setInterval(() => {
        if (performance.now() - heard > 1000 * LIVE_LINGER) explainer.settle();
      }, 500)
    : undefined;
  try {
    for await (const octets of octetsOf(file)) {
      heard = performance.now();
      explainer.push(octets);
    }
  } catch (error) {
    const { code, message, name } = error as NodeJS.ErrnoException;
    if (name === 'NoCapture' || !code?.startsWith('Z_')) throw error;
    // What was unpacked before the damage is good.
    damage = { kind: 'gzip', told: message };
  } finally {
    clearInterval(timer);
  }
  const facts = explainer.end();
  return damage ? { ...facts, damage } : facts;
}

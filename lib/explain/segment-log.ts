import { FIN, SYN } from '../wire/tcp.ts';
import type { Packet } from './capture/packet.ts';

/** The words that a segment takes in a log, and what each holds. All are 32-bit integers. */
export const WORD = {
  number: 0,
  seq: 1,
  ack: 2,
  /** The control bits, {@link FROM_B}, and the marks of a packet from bit 9 on. */
  bits: 3,
  /** Octets of text. */
  data: 4,
  /** As it is in the header, and the window scale option plus 1 above it: 0 for none. */
  window: 5,
  tsval: 6,
  /** The time to live, or the hop limit, and the IPv4 identification above it. */
  ip: 7,
  security: 8,
} as const;

export const WORDS = 9;

/** The bit that says who has sent a segment: set for the end of the larger address. */
export const FROM_B = 256;
export const MARKS_AT = 9;

const NONE = -1;

/** The log grows by parts: what is there is never copied. */
const PART_BITS = 14;
const PART = 1 << PART_BITS;

/**
 * The segments that are kept, of all connections. They lie in two arrays that all share, each linked to the next of its connection:
 * an object for each segment, or an array for each connection, would take several times the memory.
 */
export class SegmentLog {
  readonly #words: Int32Array[] = [];
  readonly #times: Float64Array[] = [];
  readonly #next: Int32Array[] = [];
  #free: number = NONE;
  #used = 0;
  /** How many are kept. */
  size = 0;

  /** Keeps a segment. Returns its place. */
  add(packet: Packet, fromB: boolean): number {
    let at = this.#free;
    if (at === NONE) {
      at = this.#used;
      if ((at & (PART - 1)) === 0) this.#grow();
      this.#used += 1;
    } else this.#free = this.#after(at);
    this.size += 1;
    const part = at >>> PART_BITS;
    const place = at & (PART - 1);
    (this.#next[part] as Int32Array)[place] = NONE;
    (this.#times[part] as Float64Array)[place] = packet.time;
    const words = this.#words[part] as Int32Array;
    const base = place * WORDS;
    words[base] = packet.number;
    words[base + 1] = packet.seq;
    words[base + 2] = packet.ack;
    words[base + 3] = packet.flags | (fromB ? FROM_B : 0) | (packet.marks << MARKS_AT);
    words[base + 4] = packet.data;
    words[base + 5] = packet.window | ((packet.scale + 1) << 16);
    words[base + 6] = packet.tsval;
    words[base + 7] = packet.ttl | (packet.ipId << 8);
    words[base + 8] = packet.security;
    return at;
  }

  link(before: number, after: number): void {
    (this.#next[before >>> PART_BITS] as Int32Array)[before & (PART - 1)] = after;
  }

  /** Copies up to `count` segments from a place on, gives their places back, and returns the place of the one that follows. */
  take(from: number, count: number, into: Segments): number {
    let at = from;
    into.reserve(count);
    for (let index = 0; index < count && at !== NONE; index += 1) {
      this.#copy(at, into);
      const next = this.#after(at);
      this.link(at, this.#free);
      this.#free = at;
      this.size -= 1;
      at = next;
    }
    return at;
  }

  /** Copies the segments from a place on, and leaves them. */
  look(from: number, into: Segments): void {
    for (let at = from; at !== NONE; at = this.#after(at)) this.#copy(at, into);
  }

  #after = (at: number): number => (this.#next[at >>> PART_BITS] as Int32Array)[at & (PART - 1)] as number;

  #copy(at: number, into: Segments): void {
    const part = at >>> PART_BITS;
    const place = at & (PART - 1);
    into.push(
      this.#words[part] as Int32Array,
      place * WORDS,
      (this.#times[part] as Float64Array)[place] as number,
    );
  }

  #grow(): void {
    this.#words.push(new Int32Array(PART * WORDS));
    this.#times.push(new Float64Array(PART));
    this.#next.push(new Int32Array(PART));
  }
}

/** The segments of one connection in the order of the capture. Used again for each connection. */
export class Segments {
  count = 0;
  words = new Int32Array(64 * WORDS);
  times = new Float64Array(64);

  clear(): void {
    this.count = 0;
  }

  reserve(more: number): void {
    if (this.count + more <= this.times.length) return;
    const size = Math.max(this.count + more, 2 * this.times.length);
    const words = new Int32Array(size * WORDS);
    words.set(this.words);
    this.words = words;
    const times = new Float64Array(size);
    times.set(this.times);
    this.times = times;
  }

  push(words: Int32Array, base: number, time: number): void {
    this.reserve(1);
    const to = this.count * WORDS;
    for (let word = 0; word < WORDS; word += 1) this.words[to + word] = words[base + word] as number;
    this.times[this.count] = time;
    this.count += 1;
  }

  number = (at: number): number => this.words[at * WORDS] as number;
  seq = (at: number): number => this.words[at * WORDS + WORD.seq] as number;
  ack = (at: number): number => this.words[at * WORDS + WORD.ack] as number;
  /** FIN...CWR. */
  flags = (at: number): number => (this.words[at * WORDS + WORD.bits] as number) & 255;
  /** 0 or 1. */
  from = (at: number): 0 | 1 => ((this.words[at * WORDS + WORD.bits] as number) & FROM_B ? 1 : 0);
  marks = (at: number): number => (this.words[at * WORDS + WORD.bits] as number) >>> MARKS_AT;
  data = (at: number): number => this.words[at * WORDS + WORD.data] as number;
  window = (at: number): number => (this.words[at * WORDS + WORD.window] as number) & 0xffff;
  /** -1 for none. */
  scale = (at: number): number => ((this.words[at * WORDS + WORD.window] as number) >>> 16) - 1;
  tsval = (at: number): number => this.words[at * WORDS + WORD.tsval] as number;
  ttl = (at: number): number => (this.words[at * WORDS + WORD.ip] as number) & 255;
  ipId = (at: number): number => ((this.words[at * WORDS + WORD.ip] as number) >>> 8) & 0xffff;
  security = (at: number): number => this.words[at * WORDS + WORD.security] as number;
  /** SEG.LEN: text, and one each for SYN and FIN. */
  length = (at: number): number => {
    const flags = this.flags(at);
    return this.data(at) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  };
  /** SEG.SEQ+SEG.LEN. */
  after = (at: number): number => (this.seq(at) + this.length(at)) | 0;
  time = (at: number): number => this.times[at] as number;
}

import { MARK, type Packet } from './capture/packet.ts';
import { formatAddress } from '../wire/address.ts';
import type { IcmpError } from './icmp.ts';
import { SegmentLog, Segments } from './segment-log.ts';

/**
 * A connection of the capture: only where its segments are. The reader works out what happened when the connection has ended, or
 * when it has more segments than are kept. End A is that of the lower address, or of the lower port.
 */
export class Flow {
  /** In the order of their first segments, from 1. */
  readonly index: number;
  readonly family: 4 | 6;
  /** The address of A, the address of B, and both ports: A's in the upper half. */
  readonly key: readonly number[];
  readonly hash: number;
  first = -1;
  last = -1;
  /** Segments that are kept, and all. */
  kept = 0;
  total = 0;
  readonly began: number;
  time = 0;
  /** The control bits that each end has sent: those of B eight bits higher. */
  seen = 0;
  /** The list that it is in, and its neighbours there, by the time of their last segments. */
  list: List | undefined;
  older: Flow | undefined;
  newer: Flow | undefined;
  /** The newest ICMP errors about its segments. */
  errors: IcmpError[] = NO_ERRORS;
  /** What is known from segments that are not kept any more; it belongs to the reader. */
  past: unknown = undefined;

  constructor(index: number, packet: Packet, key: readonly number[], hash: number) {
    this.index = index;
    this.family = packet.marks & MARK.ipv6 ? 6 : 4;
    this.key = key;
    this.hash = hash;
    this.began = packet.time;
  }

  /** Both ends have sent a FIN, or one a reset. */
  get over(): boolean {
    return (this.seen & 0x404) !== 0 || (this.seen & 0x101) === 0x101;
  }
}

/** Most connections have none. */
const NO_ERRORS: IcmpError[] = [];
/** So many ICMP errors are kept of each connection. */
const ERRORS = 8;

/** Connections in the order of their last segments. */
class List {
  oldest: Flow | undefined;
  newest: Flow | undefined;

  push(flow: Flow): void {
    flow.list = this;
    flow.older = this.newest;
    if (this.newest) this.newest.newer = flow;
    else this.oldest = flow;
    this.newest = flow;
  }

  remove(flow: Flow): void {
    if (flow.older) flow.older.newer = flow.newer;
    else this.oldest = flow.newer;
    if (flow.newer) flow.newer.older = flow.older;
    else this.newest = flow.older;
    flow.older = undefined;
    flow.newer = undefined;
  }

  *all(): Generator<Flow> {
    for (let flow = this.oldest; flow; flow = flow.newer) yield flow;
  }
}

/** The address that four words are; of an IPv4 address, the fourth. */
export function addressOf(words: ArrayLike<number>, family: 4 | 6): string {
  const octets = Buffer.alloc(16);
  for (let word = 0; word < 4; word += 1) octets.writeInt32BE((words[word] as number) | 0, 4 * word);
  return formatAddress(family === 4 ? octets.subarray(12) : octets);
}

/** What is made of the segments of a connection. */
export interface Reader {
  /**
   * The segments so far are about to be dropped, all but the newest ones.
   *
   * @returns how many of the oldest may be dropped
   */
  more(flow: Flow, segments: Segments): number;
  /** The connection has ended, or the capture. */
  ended(flow: Flow, segments: Segments): void;
}

/** How many segments are kept in all, and of each connection at least and at most. */
const KEPT = 1_500_000;
const KEPT_LEAST = 20;
const KEPT_MOST = 4096;
/** How long a connection that is over is kept, in seconds: what still arrives for it is explained by what it was. */
const LINGER = 60;
const LINGER_WHEN_MANY = 5;
const MANY = 50_000;
/** More than these at once, and the one that was silent for longest goes. */
const MOST_FLOWS = 400_000;

/** The connections that are open at one moment of the capture. */
export class Flows {
  readonly log = new SegmentLog();
  readonly #reader: Reader;
  #table: (Flow | undefined)[] = new Array(1 << 14).fill(undefined);
  #mask = (1 << 14) - 1;
  #size = 0;
  #count = 0;
  readonly #open = new List();
  readonly #over = new List();
  /** The key of the segment at hand, A's part first. */
  readonly #key = new Int32Array(9);
  readonly #segments = new Segments();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes a segment. */
  add(packet: Packet): void {
    const fromB = this.#sort(packet);
    const hash = this.#hash();
    const flow = this.#find(hash) ?? this.#begin(packet, hash);
    const place = this.log.add(packet, fromB);
    if (flow.last < 0) flow.first = place;
    else this.log.link(flow.last, place);
    flow.last = place;
    flow.kept += 1;
    flow.total += 1;
    flow.time = packet.time;
    flow.seen |= packet.flags << (fromB ? 8 : 0);
    this.#touch(flow);
    if (flow.kept >= KEPT_LEAST && flow.kept >= Math.min(KEPT_MOST, KEPT / this.#size)) this.#shorten(flow);
    this.#expire(packet.time);
  }

  /** Takes an ICMP error about a segment. Whether its connection is in the capture. */
  addError(packet: Packet): boolean {
    const fromB = this.#sort(packet);
    const flow = this.#find(this.#hash());
    if (!flow) return false;
    const { number, seq, icmp } = packet;
    const { type, code, mtu } = icmp;
    const from = addressOf(icmp.from, flow.family);
    const error = {
      frame: number,
      to: fromB ? 1 : 0,
      seq,
      family: flow.family,
      type,
      code,
      mtu,
      from,
    } as const;
    flow.errors = [...flow.errors.slice(1 - ERRORS), error];
    return true;
  }

  /** Ends all connections that are over for so long, in seconds, before a time. */
  settle(time: number, linger: number): void {
    for (let flow = this.#over.oldest; flow && flow.time + linger < time; flow = this.#over.oldest)
      this.#close(flow);
  }

  /** The capture has ended. */
  end(): void {
    const rest = [...this.#open.all(), ...this.#over.all()].sort((one, other) => one.index - other.index);
    for (const flow of rest) this.#close(flow);
  }

  /** Puts the key of a packet in order. Whether B has sent it. */
  #sort(packet: Packet): boolean {
    const key = this.#key;
    const { addresses, srcPort, dstPort } = packet;
    let order = 0;
    for (let word = 0; word < 4 && order === 0; word += 1)
      order = ((addresses[word] as number) >>> 0) - ((addresses[word + 4] as number) >>> 0);
    if (order === 0) order = srcPort - dstPort;
    const fromB = order > 0;
    const first = fromB ? 4 : 0;
    for (let word = 0; word < 4; word += 1) {
      key[word] = addresses[first + word] as number;
      key[word + 4] = addresses[4 - first + word] as number;
    }
    key[8] = fromB ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    return fromB;
  }

  #hash(): number {
    const key = this.#key;
    let hash = 0x9e3779b9 | 0;
    for (let word = 0; word < 9; word += 1) {
      hash = Math.imul(hash ^ (key[word] as number), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #find(hash: number): Flow | undefined {
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const flow = this.#table[at];
      if (!flow) return undefined;
      if (flow.hash === hash && this.#same(flow.key)) return flow;
    }
  }

  #same(key: readonly number[]): boolean {
    for (let word = 8; word >= 0; word -= 1) if (key[word] !== this.#key[word]) return false;
    return true;
  }

  #begin(packet: Packet, hash: number): Flow {
    const longestSilent = this.#over.oldest ?? this.#open.oldest;
    if (this.#size >= MOST_FLOWS && longestSilent) this.#close(longestSilent);
    if (2 * (this.#size + 1) > this.#table.length) this.#rehash();
    this.#count += 1;
    const flow = new Flow(this.#count, packet, Array.from(this.#key), hash);
    this.#insert(flow);
    this.#size += 1;
    this.#open.push(flow);
    return flow;
  }

  #insert(flow: Flow): void {
    let at = flow.hash & this.#mask;
    while (this.#table[at]) at = (at + 1) & this.#mask;
    this.#table[at] = flow;
  }

  #rehash(): void {
    const size = 2 * this.#table.length;
    this.#table = new Array(size).fill(undefined);
    this.#mask = size - 1;
    for (const flow of this.#open.all()) this.#insert(flow);
    for (const flow of this.#over.all()) this.#insert(flow);
  }

  /** Takes a connection out of the table; those behind it that it had pushed on move up. */
  #remove(flow: Flow): void {
    let hole = flow.hash & this.#mask;
    while (this.#table[hole] !== flow) hole = (hole + 1) & this.#mask;
    for (let at = (hole + 1) & this.#mask; ; at = (at + 1) & this.#mask) {
      const other = this.#table[at];
      if (!other) break;
      const home = other.hash & this.#mask;
      if (((at - home) & this.#mask) >= ((at - hole) & this.#mask)) {
        this.#table[hole] = other;
        hole = at;
      }
    }
    this.#table[hole] = undefined;
    this.#size -= 1;
  }

  #touch(flow: Flow): void {
    const list = flow.over ? this.#over : this.#open;
    if (flow === list.newest) return;
    flow.list?.remove(flow);
    list.push(flow);
  }

  /** Each segment ends two connections at most, so that none waits for long. */
  #expire(time: number): void {
    const linger = this.#size > MANY ? LINGER_WHEN_MANY : LINGER;
    const over = this.#over.oldest;
    if (over && over.time + linger < time) this.#close(over);
    const open = this.#open.oldest;
    if (open && open.time + IDLE < time) this.#close(open);
  }

  #shorten(flow: Flow): void {
    const segments = this.#segments;
    segments.clear();
    this.log.look(flow.first, segments);
    const dropped = this.#reader.more(flow, segments);
    if (dropped <= 0) return;
    segments.clear();
    flow.first = this.log.take(flow.first, Math.min(dropped, flow.kept - 1), segments);
    flow.kept -= Math.min(dropped, flow.kept - 1);
  }

  #close(flow: Flow): void {
    this.#remove(flow);
    flow.list?.remove(flow);
    const segments = this.#segments;
    segments.clear();
    this.log.take(flow.first, flow.kept, segments);
    this.#reader.ended(flow, segments);
  }
}

/** A connection that is silent for so long, in seconds, counts as left behind. */
const IDLE = 6 * 3600;

import type { Packet } from './capture/packet.ts';
import { formatAddress } from '../wire/address.ts';
import { Flow, FlowList } from './flow.ts';
import { SegmentLog, Segments } from './segment-log.ts';

/** The address that four words are, from a place on; of an IPv4 address, the fourth. */
export function addressOf(words: ArrayLike<number>, family: 4 | 6, at = 0): string {
  if (family === 4) {
    const word = words[at + 3] as number;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  const octets = Buffer.alloc(16);
  for (let word = 0; word < 4; word += 1) octets.writeInt32BE((words[at + word] as number) | 0, 4 * word);
  return formatAddress(octets);
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

/** How many ICMP errors to keep for each connection. */
const ERRORS = 8;
/** How many segments are kept in all, and of each connection at least and at most. */
const KEPT = 1_500_000;
const KEPT_LEAST = 20;
const KEPT_MOST = 4096;
/** How long a connection that is over is kept, in seconds: what still arrives for it is explained by what it was. */
const LINGER = 60;
const LINGER_WHEN_MANY = 5;
const MANY = 50_000;
/** A connection that is silent for so long, in seconds, counts as left behind. */
const IDLE = 6 * 3600;
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
  readonly #open = new FlowList();
  readonly #over = new FlowList();
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
    const { number, time, seq, icmp } = packet;
    const { type, code, mtu } = icmp;
    const from = addressOf(icmp.from, flow.family);
    const error = {
      frame: number,
      time,
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

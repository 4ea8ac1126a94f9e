import type { Packet } from './capture/packet.ts';
import type { Flow } from './flow.ts';

/** How many hosts and ports to remember. */
const REMEMBERED = 200_000;

interface Listener {
  /** The first SYN,ACK that came from there, and its time to live. */
  readonly frame: number;
  readonly ttl: number;
}

/** Where somebody was seen to listen: the hosts and ports that have sent a SYN,ACK. */
export class Listeners {
  readonly #known = new Map<string | number, Listener>();

  /** Remembers the sender of a SYN,ACK. */
  add({ addresses, srcPort, number, ttl }: Packet): void {
    const key = keyOf(addresses, 0, srcPort);
    if (this.#known.size < REMEMBERED && !this.#known.has(key)) this.#known.set(key, { frame: number, ttl });
  }

  /** What is known of an end's host and port. */
  find({ key }: Flow, end: 0 | 1): Listener | undefined {
    const ports = key[8] as number;
    return this.#known.get(keyOf(key, 4 * end, end === 0 ? ports >>> 16 : ports & 0xffff));
  }
}

/** An address, of four words from a place on, and a port in one: a number for IPv4, which is quicker. */
function keyOf(words: ArrayLike<number>, at: number, port: number): string | number {
  const [a, b, c, d] = [words[at], words[at + 1], words[at + 2], words[at + 3]] as [
    number,
    number,
    number,
    number,
  ];
  return (a | b | c) === 0 ? (d >>> 0) * 65536 + port : `${a}/${b}/${c}/${d}/${port}`;
}

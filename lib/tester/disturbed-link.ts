import { numbersFrom } from '../random.ts';
import type { Arrival, IcmpError, Link } from './link.ts';

interface InFlight {
  readonly due: number;
  readonly deliver: () => void;
}

// An immediate answer of the other side must overtake a packet that is held back.
const LEAST_HOLD_MS = 10;

/** A link that delays, loses, duplicates and reorders packets, to test that verdicts stay right. The seed decides for each packet. */
export class DisturbedLink implements Link {
  readonly family: 4 | 6;
  readonly local: string;
  readonly remote: string;
  readonly #link: Link;
  readonly #out: Direction;
  readonly #in: Direction;
  #onArrival: (arrival: Arrival) => void = () => {};

  constructor(link: Link, noise: Noise) {
    this.#link = link;
    this.family = link.family;
    this.local = link.local;
    this.remote = link.remote;
    // Each family and direction draws its own numbers.
    const seed = noise.seed * 4 + (link.family === 6 ? 2 : 0);
    this.#out = new Direction(noise, seed);
    this.#in = new Direction(noise, seed + 1);
    link.onArrival((arrival) => {
      this.#in.carry(() => this.#onArrival({ ...arrival, at: performance.now() }));
    });
  }

  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void {
    // The caller may reuse its buffer.
    const copy = Uint8Array.from(packet);
    this.#out.carry(() => this.#link.send(copy, destination, failed));
  }

  flushed(): Promise<void> {
    return this.#link.flushed();
  }

  onArrival(handler: (arrival: Arrival) => void): void {
    this.#onArrival = handler;
  }

  onFailure(handler: (error: Error) => void): void {
    this.#link.onFailure(handler);
  }

  onIcmpError(handler: (error: IcmpError) => void): void {
    this.#link.onIcmpError(handler);
  }

  reads(): number {
    return this.#link.reads();
  }

  losses(): number {
    return this.#link.losses();
  }

  close(): Promise<void> {
    this.#out.stop();
    this.#in.stop();
    return this.#link.close();
  }
}

/** One direction of the wire: a queue ordered by due time, and a timer for its head. */
class Direction {
  readonly #noise: Noise;
  /** Draws a number from 0 up to, not including, 1. */
  readonly #draw: () => number;
  readonly #queue: InFlight[] = [];
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(noise: Noise, seed: number) {
    this.#noise = noise;
    const draw = numbersFrom(seed);
    this.#draw = () => draw() / 2 ** 32;
  }

  carry(deliver: () => void): void {
    const { delay, jitter, loss, duplicate, reorder } = this.#noise;
    // Every packet takes four draws, so what happens to one does not change the next.
    const [lost, doubled, held, late] = [this.#draw(), this.#draw(), this.#draw(), this.#draw()];
    if (this.#stopped || lost * 100 < loss) return;
    const own = performance.now() + delay + jitter * (2 * late - 1);
    let due = Math.max(own, this.#lastDue);
    if (held * 100 < reorder) due += Math.max(LEAST_HOLD_MS, 3 * jitter);
    else this.#lastDue = due;
    this.#enqueue({ due, deliver });
    if (doubled * 100 < duplicate) this.#enqueue({ due, deliver });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #enqueue(packet: InFlight): void {
    let place = this.#queue.length;
    while (place > 0 && (this.#queue[place - 1] as InFlight).due > packet.due) place -= 1;
    this.#queue.splice(place, 0, packet);
    if (place === 0) this.#setTimer();
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const [head] = this.#queue;
    if (!head) return;
    this.#timer = setTimeout(() => this.#deliverDue(), Math.max(0, head.due - performance.now()));
  }

  #deliverDue(): void {
    const now = performance.now();
    while (this.#queue.length > 0 && (this.#queue[0] as InFlight).due <= now + 0.5) {
      this.#queue.shift()?.deliver();
    }
    this.#setTimer();
  }
}

/** How each direction is disturbed: `delay` and `jitter` in milliseconds, the others in percent of the packets. */
export interface Noise {
  readonly delay: number;
  /** The delay varies by this much both ways. Packets stay in order. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Held back until later packets overtake them. */
  readonly reorder: number;
  /** The same seed disturbs the same packets. */
  readonly seed: number;
}

const QUIET: Noise = { delay: 0, jitter: 0, loss: 0, duplicate: 0, reorder: 0, seed: 1 };
const PERCENT: readonly string[] = ['loss', 'duplicate', 'reorder'];

/** Reads `delay=20,jitter=5,loss=1,duplicate=1,reorder=1,seed=7`. Each part may be left out. @throws RangeError */
export function parseNoise(text: string): Noise {
  const noise: Record<string, number> = { ...QUIET };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    if (!(name in QUIET)) {
      throw new RangeError(`unknown noise ${name || part}; there are ${Object.keys(QUIET).join(', ')}`);
    }
    const number = Number(value);
    if (value === '' || !(number >= 0 && Number.isFinite(number))) {
      throw new RangeError(`${name}=${value} is not a number from 0 upwards`);
    }
    if (PERCENT.includes(name) && number > 100) throw new RangeError(`${name}=${value} is more than 100 %`);
    noise[name] = number;
  }
  return noise as unknown as Noise;
}

import { numbersFrom } from '../random.ts';
import type { Arrival, Link, Refusal } from './link.ts';

/** One packet on its way. */
interface InFlight {
  readonly due: number;
  readonly deliver: () => void;
}

// What is held back must be overtaken by what the other side sends at once, not only by what comes long after it.
const LEAST_HOLD = 10;

/**
 * A link that delays, loses, duplicates and reorders: for testing that the suite's verdicts bear it. Each direction is
 * disturbed by itself, packet after packet, as the seed draws it.
 */
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
    // The families and the directions must not share their fate.
    const seed = noise.seed * 4 + (link.family === 6 ? 2 : 0);
    this.#out = new Direction(noise, seed);
    this.#in = new Direction(noise, seed + 1);
    link.onArrival((arrival) => {
      this.#in.carry(() => this.#onArrival({ ...arrival, at: performance.now() }));
    });
  }

  send(packet: Uint8Array, destination: string, failed?: (error: Error) => void): void {
    // The caller may use its buffer again.
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

  onRefusal(handler: (refusal: Refusal) => void): void {
    this.#link.onRefusal(handler);
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

/** One way of the wire: a queue in the order of due times, with one timer for its head. */
class Direction {
  readonly #how: Disturbance;
  /** Draws a number from 0 up to, not including, 1. */
  readonly #draw: () => number;
  readonly #queue: InFlight[] = [];
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(how: Disturbance, seed: number) {
    this.#how = how;
    const draw = numbersFrom(seed);
    this.#draw = () => draw() / 2 ** 32;
  }

  carry(deliver: () => void): void {
    const { delay, jitter, loss, duplicate, reorder } = this.#how;
    // As many draws for every packet, so that the fate of one does not move the fates of those behind it.
    const [lost, doubled, held, late] = [this.#draw(), this.#draw(), this.#draw(), this.#draw()];
    if (this.#stopped || lost * 100 < loss) return;
    const own = performance.now() + delay + jitter * (2 * late - 1);
    let due = Math.max(own, this.#lastDue);
    if (held * 100 < reorder) due += Math.max(LEAST_HOLD, 3 * jitter);
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
    if (place === 0) this.#wind();
  }

  #wind(): void {
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
    this.#wind();
  }
}

/** How a direction of the wire is disturbed. Times in milliseconds, the rest in percent of the packets. */
export interface Disturbance {
  readonly delay: number;
  /** The delay varies by as much both ways; packets stay in order under it, as in a queue. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Held back for so long that packets sent after them overtake them. */
  readonly reorder: number;
}

/** A disturbance of both directions, each drawn by itself; the same seed always disturbs the same packets. */
export interface Noise extends Disturbance {
  readonly seed: number;
}

const QUIET: Noise = { delay: 0, jitter: 0, loss: 0, duplicate: 0, reorder: 0, seed: 1 };
const PERCENT: readonly string[] = ['loss', 'duplicate', 'reorder'];

/**
 * Reads `delay=20,jitter=5,loss=1,duplicate=1,reorder=1,seed=7`; what is not named is not disturbed.
 *
 * @throws RangeError with what is wrong, in a few words
 */
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

import { Worker } from 'node:worker_threads';
import type { Place } from '../../catalogue/scenario.ts';
import { wordsToStart } from '../../processes.ts';
import type { Expected } from '../generate.ts';
import type { Sequence } from '../sequence.ts';

/** What the thread generates. */
export interface Asked extends Expected {
  readonly seed: number;
  readonly family: 4 | 6;
  /** So many sequences at once. */
  readonly batch: number;
}

const BATCH = 25;
/** It is asked for more where fewer than so many are left. */
const FEW = 3 * BATCH;

/**
 * Sequences that a thread generates ahead: the specification plays each before it is sent, which is a fifth of all the work of an exploration.
 * They are those of a `Generator` with the same seed, in its order.
 */
export class GeneratedAhead {
  readonly #thread: Worker;
  readonly #made: Sequence[] = [];
  readonly #places = new Map<string, Place>();
  #asked = 0;
  /** Those who wait for a sequence. */
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #error: Error | undefined;

  constructor(seed: number, family: 4 | 6, expected: Expected) {
    // A program of its own would have the specification once more, in the package too.
    const [, program = '', source = ''] = wordsToStart('lib/explore/worker.ts');
    const workerData: Asked = { ...expected, seed, family, batch: BATCH };
    this.#thread = new Worker(program, { argv: [source], workerData });
    this.#thread.on('message', (made: readonly Sequence[]) => {
      this.#asked -= made.length;
      this.#made.push(...made.map((one) => ({ ...one, place: this.#known(one.place) })));
      for (const { resolve } of this.#waiting.splice(0)) resolve();
    });
    this.#thread.on('error', (error) => {
      this.#error = error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    this.#askForMore();
  }

  /** @throws Error what has ended the thread */
  async next(): Promise<Sequence> {
    for (;;) {
      // Again for each who waits: those before may have taken all that was asked for, and may be the last to ask.
      this.#askForMore();
      const next = this.#made.shift();
      if (next) return next;
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ resolve, reject });
      });
    }
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }

  /** A place crosses as a copy. What is known of its conditions is kept for the object that they are. */
  #known(place: Place): Place {
    const key = JSON.stringify(place);
    const known = this.#places.get(key) ?? place;
    this.#places.set(key, known);
    return known;
  }

  #askForMore(): void {
    for (; this.#made.length + this.#asked < FEW; this.#asked += BATCH) this.#thread.postMessage('more');
  }
}

import type { Random } from '../../runner/trial/random.ts';

/** Chooses by whole weights. */
export class Choice {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  below(count: number): number {
    return this.#random.next() % count;
  }

  /** True so many times of a hundred. */
  percent(of: number): boolean {
    return this.below(100) < of;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  weighted<T>(all: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.below(all.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of all) {
      left -= weight;
      if (left < 0) return value;
    }
    return (all[0] as readonly [number, T])[1];
  }
}

import type { Entry } from '../../tester/index.ts';

/** A case on an address family. */
export interface Job {
  readonly id: string;
  readonly family: 4 | 6;
}

export const keyOf = ({ id, family }: Job): string => `${id} ${family}`;

/** Who may have ended the target. */
export interface Suspect {
  readonly job: Job;
  /** Its result was there before the death was noticed: only how the tester left the connection may have done it. */
  readonly isFinished: boolean;
}

// A case that had ended is suspected only of what it sent right before the target was last heard of, or after.
const FINISHED_WITHIN = 250;
// More than are on the wire at once in any run.
const KEPT = 1000;

/** Remembers what each case had on the wire, and how often it was there when the target died. */
export class Suspects {
  readonly #logs = new Map<string, { readonly job: Job; readonly log: readonly Entry[] }>();
  readonly #present = new Map<string, number>();

  /** An attempt has ended; only the last one of each case is kept. */
  remember(job: Job, log: readonly Entry[]): void {
    const key = keyOf(job);
    this.#logs.delete(key);
    this.#logs.set(key, { job, log });
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > KEPT && oldest !== undefined) this.#logs.delete(oldest);
  }

  /** At how many deaths the case was on the wire. */
  presence(job: Job): number {
    return this.#present.get(keyOf(job)) ?? 0;
  }

  /** What the case does is known. */
  forget(job: Job): void {
    this.#logs.delete(keyOf(job));
  }

  /**
   * Those who may have done it, the most likely ones first: who was there at more deaths, and then whose segments were sent
   * nearest to when the target was last heard of. A target takes segments in order: what came long before did not end it, and
   * what came long after found it dead.
   */
  order(onTheWire: readonly Job[], heardAt: number): Suspect[] {
    const unfinished = new Set(onTheWire.map(keyOf));
    for (const key of unfinished) this.#present.set(key, (this.#present.get(key) ?? 0) + 1);
    const finished = [...this.#logs.values()]
      .map(({ job }) => job)
      .filter((job) => !unfinished.has(keyOf(job)) && this.#distance(job, heardAt) <= FINISHED_WITHIN);
    const all = [
      ...onTheWire.map((job) => ({ job, isFinished: false })),
      ...finished.map((job) => ({ job, isFinished: true })),
    ];
    return all.sort(
      (one, other) =>
        this.presence(other.job) - this.presence(one.job) ||
        this.#distance(one.job, heardAt) - this.#distance(other.job, heardAt),
    );
  }

  /** How far the nearest of its segments was sent from that time, in milliseconds. */
  #distance(job: Job, time: number): number {
    let least = Number.MAX_VALUE;
    for (const { from, at } of this.#logs.get(keyOf(job))?.log ?? []) {
      if (from === 'tester') least = Math.min(least, Math.abs(at - time));
    }
    return least;
  }
}

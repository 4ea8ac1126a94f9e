import type { Entry } from '../../tester/index.ts';

/** A case over one address family. */
export interface Job {
  readonly id: string;
  readonly family: 4 | 6;
}

export const keyOf = ({ id, family }: Job): string => `${id} ${family}`;

/** A case that may have killed the target. */
export interface Suspect {
  readonly job: Job;
  /** The case ended before the death was noticed, so only its last reset may be the cause. */
  readonly isFinished: boolean;
}

// Milliseconds. A finished case is a suspect only for segments close to the target's last sign of life.
const FINISHED_WITHIN = 250;
// More than run at once.
const KEPT = 1000;

/** Remembers the segments of each case, and at how many deaths it was running. */
export class Suspects {
  readonly #logs = new Map<string, { readonly job: Job; readonly log: readonly Entry[] }>();
  readonly #present = new Map<string, number>();

  /** Keeps the last attempt of a case. */
  remember(job: Job, log: readonly Entry[]): void {
    const key = keyOf(job);
    this.#logs.delete(key);
    this.#logs.set(key, { job, log });
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > KEPT && oldest !== undefined) this.#logs.delete(oldest);
  }

  /** At how many deaths the case was running whose cause is not known. */
  presence(job: Job): number {
    return this.#present.get(keyOf(job)) ?? 0;
  }

  /** What has caused the last death is known. */
  acquit(onTheWire: readonly Job[]): void {
    for (const job of onTheWire) this.#present.set(keyOf(job), Math.max(0, this.presence(job) - 1));
  }

  /** The case is no suspect any more. */
  forget(job: Job): void {
    this.#logs.delete(keyOf(job));
  }

  /**
   * The suspects, the most likely first: by the number of deaths, then by the distance of their segments from the target's last
   * sign of life.
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

  /** The distance from a time to the case's nearest segment, in milliseconds. */
  #distance(job: Job, time: number): number {
    let least = Number.MAX_VALUE;
    for (const { from, at } of this.#logs.get(keyOf(job))?.log ?? []) {
      if (from === 'tester') least = Math.min(least, Math.abs(at - time));
    }
    return least;
  }
}

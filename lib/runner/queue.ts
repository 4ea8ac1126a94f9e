/** Jobs that have not begun, in the order in which they will. */
export class Queue<T> {
  #jobs: T[];

  constructor(jobs: readonly T[]) {
    this.#jobs = jobs.toReversed();
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  take(): T | undefined {
    return this.#jobs.pop();
  }

  /** Lets some begin before all others. They keep their order. */
  bringForward(isUrgent: (job: T) => boolean): void {
    const urgent = this.#jobs.filter(isUrgent);
    if (urgent.length > 0) this.#jobs = [...this.#jobs.filter((job) => !urgent.includes(job)), ...urgent];
  }
}

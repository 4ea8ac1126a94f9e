// Fewer may be the target's own doing: an answer that was slow once, a segment that it sent twice.
const FEWEST = 3;
const LEAST_RATE = 0.001;
// What is left of the chance of a wrong verdict: one in a million cases.
const ERROR = 1e-6;
const MOST_LEAD = 6;

/**
 * How well the path carries segments: told by exchanges that every TCP answers at once, exactly once and in order. From
 * it follows how often an observation must have been made before it is believed.
 */
export class PathQuality {
  #exchanges = 0;
  #lost = 0;
  #doubled = 0;
  #reordered = 0;

  /** Takes note of so many exchanges, and of what went wrong with them. */
  record(exchanges: number, faults: { lost?: number; doubled?: number; reordered?: number } = {}): void {
    this.#exchanges += exchanges;
    this.#lost += faults.lost ?? 0;
    this.#doubled += faults.doubled ?? 0;
    this.#reordered += faults.reordered ?? 0;
  }

  /** The share of exchanges that were disturbed, 0...1. */
  get rate(): number {
    if (this.#exchanges === 0) return 0;
    return Math.min(1, (this.#lost + this.#doubled + this.#reordered) / this.#exchanges);
  }

  /** Whether observations must be repeated before they are believed. */
  get disturbed(): boolean {
    return this.#lost + this.#doubled + this.#reordered >= FEWEST && this.rate >= LEAST_RATE;
  }

  /**
   * By how much an observation must lead over every other before it is believed: each that agrees makes it as much more
   * likely as a disturbed observation is less likely than one that is not (a sequential test of ratios).
   */
  get lead(): number {
    if (!this.disturbed) return 1;
    const bent = Math.min(0.4, this.rate);
    return Math.min(MOST_LEAD, Math.max(2, Math.ceil(Math.log(ERROR) / Math.log(bent / (1 - bent)))));
  }

  /** In percent, for people: `1.9 lost, 2.1 doubled, 0 out of order, of 400 exchanges`. */
  toString(): string {
    const percent = (count: number): string => {
      const share = this.#exchanges === 0 ? 0 : (100 * count) / this.#exchanges;
      return String(Math.round(share * 10) / 10);
    };
    return `${percent(this.#lost)} lost, ${percent(this.#doubled)} doubled, ${percent(this.#reordered)} out of order, of ${this.#exchanges} exchanges`;
  }
}

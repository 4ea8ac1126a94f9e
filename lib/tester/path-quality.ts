// Fewer faults may be the target's own: a slow answer, a segment sent twice.
const FEWEST = 3;
const LEAST_RATE = 0.001;
// The accepted chance of a wrong verdict: one in a million cases.
const ERROR = 1e-6;
const MOST_LEAD = 6;
const ENOUGH_OF_A_KIND = 2;
const MOST = 0.5;
const FAR_MORE = 2;

/** How many answers came, and how many segments were sent again for them. */
interface Count {
  readonly answers: number;
  readonly lost: number;
}

/**
 * How well the path carries segments, measured by exchanges that every TCP answers at once, exactly once and in order.
 * It decides how often an observation is repeated before it is believed.
 */
export class PathQuality {
  #probes = 0;
  readonly #counts = new Map<string, Count>();
  #doubled = 0;
  #reordered = 0;
  #known: Count | undefined;

  /** Counts probes, each of which should be answered once, and their faults. */
  recordProbes(probes: number, faults: { lost?: number; doubled?: number; reordered?: number } = {}): void {
    this.#probes += probes;
    this.#doubled += faults.doubled ?? 0;
    this.#reordered += faults.reordered ?? 0;
    this.recordAnswers('probe', probes, faults.lost);
  }

  /**
   * Counts answers to segments of one kind.
   *
   * @param lost segments that were sent again
   */
  recordAnswers(kind: string, answers: number, lost = 0): void {
    const count = this.#counts.get(kind) ?? { answers: 0, lost: 0 };
    this.#counts.set(kind, { answers: count.answers + answers, lost: count.lost + lost });
    this.#known = undefined;
  }

  /** Whether far more segments of this kind than of all others were sent again: the target ignores them, the path is not to blame. */
  isLeftUnanswered(kind: string): boolean {
    const count = this.#counts.get(kind);
    if (!count || count.lost < ENOUGH_OF_A_KIND) return false;
    const all = sum([...this.#counts.values()]);
    const others = { answers: all.answers - count.answers, lost: all.lost - count.lost };
    const rate = share(count.lost, count.answers);
    return others.answers >= FEWEST && rate >= MOST && rate > FAR_MORE * share(others.lost, others.answers);
  }

  /** The share of disturbed exchanges, 0...1. */
  get rate(): number {
    return Math.min(
      1,
      share(this.#onPath.lost, this.#onPath.answers) + share(this.#doubled + this.#reordered, this.#probes),
    );
  }

  /** Whether observations must be repeated before they are believed. */
  get disturbed(): boolean {
    return this.#onPath.lost + this.#doubled + this.#reordered >= FEWEST && this.rate >= LEAST_RATE;
  }

  /** How many more times an observation must be made than every other before it is believed (sequential probability ratio test). */
  get lead(): number {
    if (!this.disturbed) return 1;
    const bent = Math.min(0.4, this.rate);
    return Math.min(MOST_LEAD, Math.max(2, Math.ceil(Math.log(ERROR) / Math.log(bent / (1 - bent)))));
  }

  /** In percent, rounded to a tenth. */
  percent(): { readonly lost: number; readonly doubled: number; readonly reordered: number } {
    const percent = (part: number, whole: number): number => Math.round(1000 * share(part, whole)) / 10;
    return {
      lost: percent(this.#onPath.lost, this.#onPath.answers),
      doubled: percent(this.#doubled, this.#probes),
      reordered: percent(this.#reordered, this.#probes),
    };
  }

  get #onPath(): Count {
    // Asked for many times in each attempt.
    this.#known ??= sum(
      [...this.#counts].flatMap(([kind, count]) => (this.isLeftUnanswered(kind) ? [] : [count])),
    );
    return this.#known;
  }
}

const sum = (counts: readonly Count[]): Count => ({
  answers: counts.reduce((total, { answers }) => total + answers, 0),
  lost: counts.reduce((total, { lost }) => total + lost, 0),
});

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

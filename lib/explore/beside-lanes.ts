/** Plays what mostly waits beside the lanes, in its order and no more than so many at once. The lanes wait for none of it. */
export class BesideLanes<T> {
  readonly #width: number;
  readonly #play: (one: T) => Promise<void>;
  readonly #isTooLate: (one: T) => boolean;
  readonly #waiting: T[] = [];
  readonly #playing = new Set<Promise<void>>();

  /** How many were not played. */
  dropped = 0;

  /** @param isTooLate whether what is about to be played would end too late, and is dropped */
  constructor(width: number, play: (one: T) => Promise<void>, isTooLate: (one: T) => boolean = () => false) {
    this.#width = width;
    this.#play = play;
    this.#isTooLate = isTooLate;
  }

  add(one: T): void {
    this.#waiting.push(one);
    this.#begin();
  }

  /** Resolves when all has been played. */
  async end(): Promise<void> {
    while (this.#playing.size > 0) await Promise.race(this.#playing);
  }

  /** What waits is not played any more. */
  drop(): void {
    this.dropped += this.#waiting.splice(0).length;
  }

  #begin(): void {
    while (this.#playing.size < this.#width) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (this.#isTooLate(next)) {
        this.dropped += 1;
        continue;
      }
      const one = this.#play(next).finally(() => {
        this.#playing.delete(one);
        this.#begin();
      });
      this.#playing.add(one);
    }
  }
}

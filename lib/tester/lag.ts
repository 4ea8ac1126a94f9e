const PERIOD_MS = 10;

/** Measures how late this process runs, by a timer of 10 ms. A late tester cannot tell a slow reply from silence. */
export class LagMeter {
  #last = performance.now();
  #lags: { at: number; lag: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), PERIOD_MS);
    this.#timer.unref();
  }

  /** The longest delay of the event loop, in milliseconds, since the time `since` of `performance.now()`. */
  worstSince(since: number): number {
    let worst = Math.max(0, performance.now() - this.#last - PERIOD_MS);
    for (const { at, lag } of this.#lags) if (at >= since && lag > worst) worst = lag;
    return worst;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const lag = now - this.#last - PERIOD_MS;
    this.#last = now;
    if (lag > PERIOD_MS) this.#lags.push({ at: now, lag });
    // Older than any case lasts.
    if (this.#lags.length > 4096) this.#lags = this.#lags.slice(-2048);
  }
}

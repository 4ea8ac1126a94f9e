const PERIOD = 10;

/**
 * Notices when this process was late: a timer that should fire every 10 ms tells by how much it did not. A tester that
 * slept cannot tell a slow reply from silence.
 */
export class LagMeter {
  #last = performance.now();
  #lags: { at: number; lag: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#tick(), PERIOD);
    this.#timer.unref();
  }

  /** The worst delay in milliseconds of the event loop since `since` (of `performance.now()`). */
  worstSince(since: number): number {
    let worst = Math.max(0, performance.now() - this.#last - PERIOD);
    for (const { at, lag } of this.#lags) if (at >= since && lag > worst) worst = lag;
    return worst;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const lag = now - this.#last - PERIOD;
    this.#last = now;
    if (lag > PERIOD) this.#lags.push({ at: now, lag });
    // Older than any case lasts.
    if (this.#lags.length > 4096) this.#lags = this.#lags.slice(-2048);
  }
}

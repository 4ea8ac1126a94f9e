/**
 * Hands out the tester's ports, one to a connection and none twice until all were used: a 4-tuple that is used again
 * would meet the TIME-WAIT of its predecessor.
 */
export class PortRange {
  readonly low: number;
  readonly high: number;
  #next: number;

  /** @param low the first port, @param high the last one, 1...65535. */
  constructor(low: number, high: number, start = low) {
    this.low = low;
    this.high = high;
    this.#next = start;
  }

  take(): number {
    const port = this.#next;
    this.#next = port === this.high ? this.low : port + 1;
    return port;
  }
}

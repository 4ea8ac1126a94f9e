export interface Ports {
  readonly low: number;
  readonly high: number;
}

// Enough for all cases that run at once, and for the preflight.
const FEWEST = 2000;
// The kernel refuses a rule for a range that ends in 65535.
const LAST = 65_534;

/** Reads `LOW-HIGH`. @throws RangeError */
export function parsePorts(text: string): Ports {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const [low, high] = [Number(first), Number(last)];
  if (first === undefined) throw new RangeError('not of the form LOW-HIGH');
  if (low < 1 || high > LAST) throw new RangeError(`not within 1-${LAST}`);
  if (high - low + 1 < FEWEST) throw new RangeError(`fewer than ${FEWEST} ports`);
  return { low, high };
}

/** Hands out each port of the tester once before any comes again: a 4-tuple used twice could meet its own TIME-WAIT. */
export class PortRange {
  readonly low: number;
  readonly high: number;
  #next: number;

  /** @param low first port, @param high last port, 1...65535 */
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

/** The first and the last port of a range. */
export interface Ports {
  readonly low: number;
  readonly high: number;
}

// As many as cases may be on the wire at once, and those that the preflight asks about at a time.
const FEWEST = 2000;
// The kernel takes no rule for a range that ends in 65535.
const LAST = 65_534;

/** Reads `LOW-HIGH`. @throws RangeError with a few words that say what is wrong */
export function parsePorts(text: string): Ports {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const [low, high] = [Number(first), Number(last)];
  if (first === undefined) throw new RangeError('not of the form LOW-HIGH');
  if (low < 1 || high > LAST) throw new RangeError(`not within 1-${LAST}`);
  if (high - low + 1 < FEWEST) throw new RangeError(`fewer than ${FEWEST} ports`);
  return { low, high };
}

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

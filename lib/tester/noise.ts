/** How a direction of the wire is disturbed. Times in milliseconds, the rest in percent of the packets. */
export interface Disturbance {
  readonly delay: number;
  /** The delay varies by as much both ways; packets stay in order under it, as in a queue. */
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
  /** Held back for so long that packets sent after them overtake them. */
  readonly reorder: number;
}

/** A disturbance of both directions, each drawn by itself; the same seed always disturbs the same packets. */
export interface Noise extends Disturbance {
  readonly seed: number;
}

const QUIET: Noise = { delay: 0, jitter: 0, loss: 0, duplicate: 0, reorder: 0, seed: 1 };
const PERCENT: readonly string[] = ['loss', 'duplicate', 'reorder'];

/**
 * Reads `delay=20,jitter=5,loss=1,duplicate=1,reorder=1,seed=7`; what is not named is not disturbed.
 *
 * @throws RangeError with what is wrong, in a few words
 */
export function parseNoise(text: string): Noise {
  const noise: Record<string, number> = { ...QUIET };
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    if (!(name in QUIET)) {
      throw new RangeError(`unknown noise ${name || part}; there are ${Object.keys(QUIET).join(', ')}`);
    }
    const number = Number(value);
    if (value === '' || !(number >= 0 && Number.isFinite(number))) {
      throw new RangeError(`${name}=${value} is not a number from 0 upwards`);
    }
    if (PERCENT.includes(name) && number > 100) throw new RangeError(`${name}=${value} is more than 100 %`);
    noise[name] = number;
  }
  return noise as unknown as Noise;
}

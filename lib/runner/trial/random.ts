import { numbersFrom } from '../../random.ts';

/** Numbers where sequence arithmetic goes wrong when it is going to. */
const EDGES = [0, 1, 2 ** 31, 2 ** 32 - 1] as const;

/** A seeded source of unsigned 32-bit numbers: the same seed and label always give the same ones. */
export class Random {
  /** 0...4294967295. */
  readonly next: () => number;
  readonly #choose: () => number;

  /** @param seed unsigned 32-bit; `label` makes the sequence of each case its own. */
  constructor(seed: number, label: string) {
    this.next = numbersFrom(hashOf(label, seed));
    this.#choose = numbersFrom(hashOf(label, 0));
  }

  /**
   * A free choice of a sequence number, but for some: every second one lies where numbers wrap around. Which ones do, the label
   * decides alone: a fault that shows only there shows in the same cases, whatever the seed is.
   */
  sequenceNumber(avoided: readonly number[] = []): number {
    for (;;) {
      const choice = this.#choose();
      const number = choice % 2 === 0 ? this.next() : (EDGES[(choice >>> 1) % EDGES.length] as number);
      if (!avoided.includes(number)) return number;
    }
  }
}

/** FNV-1a, to spread labels that differ in one letter. */
function hashOf(label: string, seed: number): number {
  let hash = (seed ^ 0x811c_9dc5) >>> 0;
  for (const character of label) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193) >>> 0;
  return hash;
}

/**
 * The RCV.NXT of a case: neighbours in a family of cases get different edges, so that every family meets 0, 1, 2^31,
 * 2^32-1 and a number in between, and the two address families are shifted against each other.
 *
 * @param avoided numbers that the target is known not to bear
 */
export function anchor(
  index: number,
  family: 4 | 6,
  random: Random,
  avoided: readonly number[] = [],
): number {
  const edges = EDGES.filter((edge) => !avoided.includes(edge));
  const choice = (index + (family === 6 ? 2 : 0)) % (edges.length + 1);
  return edges[choice] ?? random.next();
}

import { isRule } from '../standard/rules.ts';
import { Bits } from './cover.ts';
import type { Look, Mark } from './looks.ts';
import { TRAITS } from './traits.ts';

const OF_A_TRAIT = 1;
const OF_A_RULE = 1.5;
const MOST_MARKS = 3;

/** A set of traits or rules, and the results that have all of them. */
export interface Extent {
  readonly where: readonly Mark[];
  readonly cost: number;
  readonly failed: Bits;
  readonly passed: Bits;
}

/** Sets of up to three traits or rules. Of sets that cover the same results, only the cheapest. */
export function extentsOf(failed: readonly Look[], passed: readonly Look[]): readonly Extent[] {
  const marks = new Set<Mark>(TRAITS);
  for (const { rules } of failed) for (const rule of rules) marks.add(rule);
  const [ofFailed, ofPassed] = [having(marks, failed), having(marks, passed)];
  const atoms = [...marks]
    .map(
      (mark): Extent => ({
        where: [mark],
        cost: isRule(mark) ? OF_A_RULE : OF_A_TRAIT,
        failed: ofFailed.get(mark) as Bits,
        passed: ofPassed.get(mark) as Bits,
      }),
    )
    .filter((extent) => extent.failed.size > 0);
  const known = new Cheapest();
  known.keep({ where: [], cost: 0, failed: all(failed), passed: all(passed) });
  let last = atoms.filter((atom) => known.keep(atom));
  // Most pairs come to nothing: they are tried in these two.
  const [bothFailed, bothPassed] = [new Bits(failed.length), new Bits(passed.length)];
  for (let length = 2; length <= MOST_MARKS; length += 1) {
    const longer: Extent[] = [];
    for (const extent of last) {
      if (extent.failed.size < 2 || extent.passed.size === 0) continue;
      for (const atom of atoms) {
        // A trait that all of these results have says nothing.
        if (!extent.failed.meets(atom.failed) || extent.passed.isWithin(atom.passed)) continue;
        if (extent.where.includes(atom.where[0] as Mark)) continue;
        const cost = extent.cost + atom.cost;
        bothFailed.become(extent.failed, atom.failed);
        bothPassed.become(extent.passed, atom.passed);
        if (known.hasAsCheap(bothFailed, bothPassed, cost)) continue;
        const where = [...extent.where, ...atom.where];
        const both: Extent = { where, cost, failed: bothFailed.copy(), passed: bothPassed.copy() };
        known.keep(both);
        longer.push(both);
      }
    }
    last = longer;
  }
  return known.extents;
}

/** Of each mark, the results that have it. */
function having(marks: ReadonlySet<Mark>, looks: readonly Look[]): ReadonlyMap<Mark, Bits> {
  const found = new Map([...marks].map((mark) => [mark, new Bits(looks.length)]));
  for (const [at, { traits, rules }] of looks.entries()) {
    for (const mark of traits) found.get(mark)?.add(at);
    for (const mark of rules) found.get(mark)?.add(at);
  }
  return found;
}

/** Of the extents that cover the same results, the cheapest. */
class Cheapest {
  readonly extents: Extent[] = [];
  /** By their hash, where they are among the extents. */
  readonly #places = new Map<number, number[]>();

  hasAsCheap(failed: Bits, passed: Bits, cost: number): boolean {
    const known = this.#placeOf(failed, passed);
    return known !== undefined && (this.extents[known] as Extent).cost <= cost;
  }

  /** @returns whether it is the cheapest so far */
  keep(extent: Extent): boolean {
    const { failed, passed, cost } = extent;
    const known = this.#placeOf(failed, passed);
    if (known === undefined) {
      const hash = hashOf(failed, passed);
      const places = this.#places.get(hash);
      if (places) places.push(this.extents.length);
      else this.#places.set(hash, [this.extents.length]);
      this.extents.push(extent);
      return true;
    }
    if ((this.extents[known] as Extent).cost <= cost) return false;
    this.extents[known] = extent;
    return true;
  }

  #placeOf(failed: Bits, passed: Bits): number | undefined {
    return this.#places.get(hashOf(failed, passed))?.find((place) => {
      const extent = this.extents[place] as Extent;
      return extent.failed.equals(failed) && extent.passed.equals(passed);
    });
  }
}

const hashOf = (failed: Bits, passed: Bits): number => Math.imul(failed.hash, 31) ^ passed.hash;

export function all(list: readonly unknown[]): Bits {
  const bits = new Bits(list.length);
  for (const index of list.keys()) bits.add(index);
  return bits;
}

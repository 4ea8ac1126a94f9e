import { loadSuites } from '../../runner/mocha/suites.ts';
import { findCase } from '../../catalogue/catalogue.ts';
import { findLadder } from '../../catalogue/ladders.ts';

/** A test of whether the catalogue has a case over a family. */
export async function knownCases(): Promise<
  (one: { readonly id: string; readonly family: 4 | 6 }) => boolean
> {
  await loadSuites();
  return ({ id, family }) => findCase(id)?.families.includes(family) ?? findLadder(id) !== undefined;
}

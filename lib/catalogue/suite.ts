import type { Case } from './case.ts';
import { CatalogueError } from './checks.ts';
import type { Ladder } from './ladder.ts';
import { lastPlaceOf } from './source.ts';

/** What a file of `suites/` exports: cases that belong together, under the name that mocha lists them by. */
export interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
  readonly ladders: readonly Ladder[];
}

/** All cases and ladders of some suites, in their order, and by id. */
export interface Catalogue {
  readonly cases: readonly Case[];
  readonly ladders: readonly Ladder[];
  findCase(id: string): Case | undefined;
  findLadder(id: string): Ladder | undefined;
}

/** @throws CatalogueError when two of them have the same id */
export function catalogueOf(suites: readonly Suite[]): Catalogue {
  const cases = byId(suites.flatMap((suite) => suite.cases));
  const ladders = byId(suites.flatMap((suite) => suite.ladders));
  return {
    cases: [...cases.values()],
    ladders: [...ladders.values()],
    findCase: (id) => cases.get(id),
    findLadder: (id) => ladders.get(id),
  };
}

function byId<T extends { readonly id: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const one of all) {
    if (found.has(one.id))
      throw new CatalogueError(one.id, 'this id is already taken by another case', lastPlaceOf(one.id));
    found.set(one.id, one);
  }
  return found;
}

import { CatalogueError } from './catalogue-error.ts';
import type { Scenario } from './scenario.ts';
import { lastPlaceOf } from './source.ts';

/** What a file of `suites/` exports: scenarios that belong together, under the name that mocha lists them by. */
export interface Suite {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
}

export const isSuite = (value: unknown): value is Suite =>
  typeof value === 'object' && value !== null && 'scenarios' in value;

/** All scenarios of some suites, in their order, and by id. */
export interface Catalogue {
  readonly scenarios: readonly Scenario[];
  findScenario(id: string): Scenario | undefined;
}

/**
 * @param folder where the last of them are written; absent: where ours are
 * @throws CatalogueError when two of them have the same id
 */
export function catalogueOf(suites: readonly Suite[], folder?: string): Catalogue {
  const found = new Map<string, Scenario>();
  for (const one of suites.flatMap((suite) => suite.scenarios)) {
    if (found.has(one.id))
      throw new CatalogueError(
        one.id,
        'this id is already taken by another case',
        lastPlaceOf(one.id, folder),
      );
    found.set(one.id, one);
  }
  return { scenarios: [...found.values()], findScenario: (id) => found.get(id) };
}

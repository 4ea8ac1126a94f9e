import { SUITES as OUR_SUITES } from '../../suites/index.ts';
import type { Scenario } from './scenario.ts';
import { catalogueOf, type Suite } from './suite.ts';

/** The catalogue: every scenario of `suites/`, in the order of their files. */
let catalogue = catalogueOf(OUR_SUITES);
export const OURS = catalogue.scenarios;

/** The suites of a run: ours, and those of the user after them or in their place. */
export let SUITES: readonly Suite[] = OUR_SUITES;
export let SCENARIOS: readonly Scenario[] = OURS;
/** Those of the user. */
export let OWN: readonly Scenario[] = [];

const redeclared = new Map<string, Scenario>();

/**
 * Takes suites of the user into the catalogue, in place of those that were taken before.
 *
 * @param alone whether a run leaves ours out; they can still be found
 * @throws CatalogueError when an id is taken
 */
export function takeOwnSuites(own: readonly Suite[], { alone = false, folder = '' } = {}): void {
  catalogue = catalogueOf([...OUR_SUITES, ...own], folder);
  OWN = own.flatMap((suite) => suite.scenarios);
  SUITES = alone ? own : [...OUR_SUITES, ...own];
  SCENARIOS = alone ? OWN : catalogue.scenarios;
}

/** The scenario of that id, as it was declared last. */
export const findScenario = (id: string): Scenario | undefined =>
  redeclared.get(id) ?? catalogue.findScenario(id);

/** Replaces scenarios by their new versions, and adds new ones: their suites have changed since this process began. */
export function redeclare(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) redeclared.set(scenario.id, scenario);
}

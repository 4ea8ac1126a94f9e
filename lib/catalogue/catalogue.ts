import { SUITES } from '../../suites/index.ts';
import { isCase, type Scenario } from './scenario.ts';
import { catalogueOf } from './suite.ts';

/** The catalogue: every scenario of `suites/`, in the order of their files. */
const catalogue = catalogueOf(SUITES);
export const SCENARIOS = catalogue.scenarios;

const redeclared = new Map<string, Scenario>();

/** The scenario of that id, as it was declared last. */
export const findScenario = (id: string): Scenario | undefined =>
  redeclared.get(id) ?? catalogue.findScenario(id);

/** Replaces scenarios by their new versions, and adds new ones: their suites have changed since this process began. */
export function redeclare(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) redeclared.set(scenario.id, scenario);
}

/** Those of one stimulus. */
export const CASES = SCENARIOS.filter(isCase);

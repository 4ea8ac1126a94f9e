import { SUITES } from '../../suites/index.ts';
import { isCase } from './scenario.ts';
import { catalogueOf } from './suite.ts';

/** The catalogue: every scenario of `suites/`, in the order of their files. */
export const { scenarios: SCENARIOS, findScenario } = catalogueOf(SUITES);

/** Those of one stimulus. */
export const CASES = SCENARIOS.filter(isCase);

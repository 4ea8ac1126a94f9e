import { SCENARIOS } from '../lib/catalogue/catalogue.ts';
import { isCase } from '../lib/catalogue/scenario.ts';

/** The scenarios of one stimulus. */
export const CASES = SCENARIOS.filter(isCase);

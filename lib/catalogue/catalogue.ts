import { SUITES } from '../../suites/index.ts';
import { catalogueOf } from './suite.ts';

/** The catalogue: every case of `suites/`, in the order of their files, and then every ladder. */
export const { cases: CASES, ladders: LADDERS, findCase, findLadder } = catalogueOf(SUITES);

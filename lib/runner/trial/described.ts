import type { Scenario } from '../../catalogue/scenario.ts';

/** What is said of a scenario beside what came of it. */
export type Described = Pick<Scenario, 'id' | 'title' | 'state' | 'origin' | 'conditions' | 'steps'>;

export { Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
export { DEFAULT_TIMING, type Environment, pause, type Timing } from './environment.ts';
export { prove } from './proof.ts';
export { concrete, endByReset, reach } from './recipes.ts';
export { hasDoubles, type Sorted, sort } from './replies.ts';
export type { Proof, Subject } from './scene.ts';
export { Unreached } from './unreached.ts';
export { type Reached, userOf, type Precondition } from './precondition.ts';

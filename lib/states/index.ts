export { Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
export {
  DEFAULT_TIMING,
  type Environment,
  LIMITER_REST,
  pause,
  promptOf,
  STRAGGLERS,
  type Timing,
} from './environment.ts';
export { type Precondition, type Reached, Unreached, userOf } from './precondition.ts';
export type { Proof, Subject } from './prober.ts';
export { prove } from './proof.ts';
export { concrete, endByReset, reach } from './recipes.ts';
export { hasDoubles, type Sorted, sortReplies } from './replies.ts';

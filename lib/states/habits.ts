import type { Environment } from './environment.ts';

/** How often old text was answered on a connection that was there, and how often not. */
export interface Habit {
  answered: number;
  unanswered: number;
}

const habits = new WeakMap<Environment, Habit>();
// One connection may have used up a limiter's replies; several that were asked once each have not.
const ENOUGH = 3;

/** What proofs have found out about this target so far. */
export function habitOf(environment: Environment): Habit {
  let habit = habits.get(environment);
  if (!habit) {
    habit = { answered: 0, unanswered: 0 };
    habits.set(environment, habit);
  }
  return habit;
}

/** Whether this target answers no old text, against the first check of RFC 9293 section 3.10.7.4. */
export const isDeafToOldText = ({ answered, unanswered }: Habit): boolean =>
  answered === 0 && unanswered >= ENOUGH;

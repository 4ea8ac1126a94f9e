import type { State } from '../standard/state.ts';
import type { Environment } from './environment.ts';

// One connection may have used up a limiter's replies; several that were asked once each have not.
const ENOUGH = 3;

interface Count {
  answered: number;
  unanswered: number;
}

const isDeaf = ({ answered, unanswered }: Count): boolean => answered === 0 && unanswered >= ENOUGH;

/**
 * Whether a target answers old text, as the first check of RFC 9293 section 3.10.7.4 asks for: what the proofs of all cases
 * have seen of that, on connections that were there. A target that never does is not waited for again.
 */
export class OldTextHabit {
  readonly #everywhere: Count = { answered: 0, unanswered: 0 };
  readonly #byState = new Map<State, Count>();

  /** @param state the one before the stimulus */
  note(state: State, answer: keyof Count): void {
    this.#everywhere[answer] += 1;
    this.#in(state)[answer] += 1;
  }

  /** Whether it has never answered old text, in any state or in cases that begin in this one. */
  isDeafIn(state: State): boolean {
    return isDeaf(this.#everywhere) || isDeaf(this.#in(state));
  }

  #in(state: State): Count {
    let count = this.#byState.get(state);
    if (!count) {
      count = { answered: 0, unanswered: 0 };
      this.#byState.set(state, count);
    }
    return count;
  }
}

const habits = new WeakMap<Environment, OldTextHabit>();

/** What proofs have found out about this target so far. */
export function habitOf(environment: Environment): OldTextHabit {
  let habit = habits.get(environment);
  if (!habit) {
    habit = new OldTextHabit();
    habits.set(environment, habit);
  }
  return habit;
}

import type { State } from '../../standard/state.ts';
import { keyOfReason, type Reason } from '../../verdict/reason.ts';

// Of cases that were tried to the end. A disturbance does not come to the same in each attempt at several of them.
const ENOUGH = 3;

/**
 * Remembers in which states cases came to nothing, and why: what has come to nothing in every attempt at several cases is no
 * disturbance of one attempt, but how the target is, and more attempts at the next cases would only take time.
 */
export class Futility {
  readonly #counts = new Map<string, number>();

  /** A case was tried as often as it may be, and the last attempt said nothing for this reason. */
  note(state: State, reason: Reason): void {
    const key = keyOf(state, reason);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether another attempt would say nothing either. */
  knows(state: State, reason: Reason): boolean {
    return (this.#counts.get(keyOf(state, reason)) ?? 0) >= ENOUGH;
  }
}

const keyOf = (state: State, reason: Reason): string => `${state} ${keyOfReason(reason)}`;

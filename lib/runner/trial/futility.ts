import type { State } from '../../standard/state.ts';
import { keyOfReason, type Reason } from '../../verdict/reason.ts';

// Cases, each tried as often as it may be. A disturbance does not fail all attempts at several cases alike.
const ENOUGH = 3;

/**
 * Remembers in which states all attempts at a case failed, and why. What fails several cases in the same way is no disturbance.
 * The target is like that, and more attempts at the next cases would only take time.
 */
export class Futility {
  readonly #counts = new Map<string, number>();

  /** All attempts at a case failed for this reason. */
  note(state: State, reason: Reason): void {
    const key = keyOf(state, reason);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether another attempt would fail, too. */
  knows(state: State, reason: Reason): boolean {
    return (this.#counts.get(keyOf(state, reason)) ?? 0) >= ENOUGH;
  }
}

const keyOf = (state: State, reason: Reason): string => `${state} ${keyOfReason(reason)}`;

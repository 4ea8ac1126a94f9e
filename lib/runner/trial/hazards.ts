import type { State } from '../../standard/state.ts';
import type { Described } from './described.ts';

/**
 * What was found out to end the target though no case is about it: what reaches a state, what proves the state after, and the
 * reset by which the tester leaves a connection. Each would otherwise end it in every case of that state.
 */
export class Hazards {
  /** States on whose connections the tester's own reset ends the target. */
  readonly resets = new Set<State>();
  /** States before the stimulus that what proves the state after ends the target in. */
  readonly proofs = new Set<State>();
  readonly #ways = new Map<string, string>();

  /** The target ends on the way to where this case begins; the reason is for all cases that begin there. */
  blockWay(subject: Described, reason: string): void {
    this.#ways.set(wayOf(subject), reason);
  }

  /** Why a case must not be begun; undefined when it may. */
  obstacleOf(subject: Described): string | undefined {
    return this.#ways.get(wayOf(subject));
  }
}

const wayOf = ({ state, origin, conditions }: Described): string =>
  [state, origin ?? '', ...conditions].join(' ');

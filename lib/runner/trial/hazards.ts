import type { State } from '../../standard/state.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { Described } from './not-run.ts';

/**
 * What ends the target although no case is about it: the way to a state, the proof of the state after, or the reset by which
 * the tester leaves a connection. Each would otherwise end the target in every case of that state.
 */
export class Hazards {
  /** States in which the tester's reset ends the target. */
  readonly resets = new Set<State>();
  /** States before the stimulus, after which the proof ends the target. */
  readonly proofs = new Set<State>();
  readonly #ways = new Set<string>();

  /** The target dies on the way to where this case begins: no case that begins there is tried any more. */
  blockWay(subject: Described): void {
    this.#ways.add(wayOf(subject));
  }

  /** Why a case must not be tried; undefined when it may. */
  obstacleOf(subject: Described): Reason | undefined {
    return this.#ways.has(wayOf(subject)) ? { kind: 'dies on the way', state: subject.state } : undefined;
  }
}

const wayOf = ({ state, origin, conditions }: Described): string =>
  [state, origin ?? '', ...conditions].join(' ');

import type { State } from '../../standard/state.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { Described } from './not-run.ts';

/**
 * What was found out to end the target though no case is about it: what reaches a state, what proves the state after, and the
 * reset by which the tester leaves a connection. Each would otherwise end it in every case of that state.
 */
export class Hazards {
  /** States on whose connections the tester's own reset ends the target. */
  readonly resets = new Set<State>();
  /** States before the stimulus that what proves the state after ends the target in. */
  readonly proofs = new Set<State>();
  readonly #ways = new Set<string>();

  /** The target ends on the way to where this case begins; no case that begins there is tried any more. */
  blockWay(subject: Described): void {
    this.#ways.add(wayOf(subject));
  }

  /** Why a case must not be begun; undefined when it may. */
  obstacleOf(subject: Described): Reason | undefined {
    return this.#ways.has(wayOf(subject)) ? { kind: 'dies on the way', state: subject.state } : undefined;
  }
}

const wayOf = ({ state, origin, conditions }: Described): string =>
  [state, origin ?? '', ...conditions].join(' ');

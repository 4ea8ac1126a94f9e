import type { State } from '../../standard/state.ts';
import type { Reason } from '../../verdict/reason.ts';
import { type CaseResult, seenOf } from '../../verdict/result.ts';
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
  readonly #survived = new Set<string>();

  /** Keeps after which replies in which state the target has survived the proof. */
  note(result: CaseResult): void {
    const { proof = [] } = seenOf(result) ?? {};
    if (proof.length > 0 && !proof.includes('left out: it ends the target'))
      this.#survived.add(courseOf(result));
  }

  /** Whether it has survived the proof after another stimulus in the same state that got a reply with the same flags. */
  hasSurvivedProof(result: CaseResult): boolean {
    return this.#survived.has(courseOf(result));
  }

  /** The target dies on the way to where this case begins: no case that begins there is tried any more. */
  blockWay(subject: Described): void {
    this.#ways.add(wayOf(subject));
  }

  /** Why a case must not be tried; undefined when it may. */
  obstacleOf(subject: Described): Reason | undefined {
    return this.#ways.has(wayOf(subject)) ? { kind: 'dies on the way', state: subject.state } : undefined;
  }
}

/** On it depends what a proof sends. Also known of an attempt that did not come to its end. */
const courseOf = ({ state, records }: CaseResult): string =>
  [state, ...records.flatMap(({ role, segment }) => (role === 'reply' ? [...segment.ctl] : []))].join(' ');

const wayOf = ({ state, origin, conditions }: Described): string =>
  [state, origin ?? '', ...conditions].join(' ');

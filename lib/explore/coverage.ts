import type { IcmpStep, UserCall } from '../catalogue/scenario.ts';
import { queued, unacknowledged } from '../standard/queues.ts';
import type { Segment, Tcb } from '../standard/tcb.ts';
import { kindOf, stepOf } from './steps-of-arrives.ts';

/** What the target met in which state: a segment by the step of SEGMENT ARRIVES that decides, or a user call. */
export interface Pair {
  readonly state: string;
  readonly step: string;
  readonly kind: string;
}

const stateOf = ({ state, origin, userGone, sndWnd, ...tcb }: Tcb): string => {
  const waits = queued(tcb) > 0 ? ' text waits' : '';
  const flies = ['CLOSED', 'LISTEN'].includes(state) ? [] : unacknowledged(tcb);
  const flight = flies.some(({ data }) => data > 0) ? ' text in flight' : '';
  const gone = userGone ? ' user gone' : '';
  const shut = sndWnd === 0 && state === 'ESTABLISHED' ? ' shut' : '';
  return `${state}${origin ? ` ${origin}` : ''}${waits}${flight}${gone}${shut}`;
};

/** What was met, in whatever state. */
export const stimulusOfPair = ({ step, kind }: Pair): string => `${step} ${kind}`;

export const pairOfSegment = (tcb: Tcb, segment: Segment): Pair => ({
  state: stateOf(tcb),
  step: stepOf(tcb, segment),
  kind: kindOf(tcb, segment),
});

export const pairOfCall = (tcb: Tcb, { call }: UserCall): Pair => ({
  state: stateOf(tcb),
  step: 'call',
  kind: call,
});

export const pairOfIcmp = (tcb: Tcb, { icmp, otherPort }: IcmpStep): Pair => ({
  state: tcb.state,
  step: 'ICMP',
  kind: otherPort ? `${icmp} of another port of the ${otherPort}` : icmp,
});

/** How often each pair was met. */
export class Coverage {
  readonly #met = new Map<string, number>();

  static #keyOf = ({ state, step, kind }: Pair): string => `${state} | ${step} | ${kind}`;

  count(pair: Pair): void {
    const key = Coverage.#keyOf(pair);
    this.#met.set(key, (this.#met.get(key) ?? 0) + 1);
  }

  times(pair: Pair): number {
    return this.#met.get(Coverage.#keyOf(pair)) ?? 0;
  }

  /** How many different pairs were met. */
  get size(): number {
    return this.#met.size;
  }

  /** How many different pairs were met, by state and step. */
  byStep(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const key of this.#met.keys()) {
      const [state = '', step = ''] = key.split(' | ');
      const place = `${state} | ${step}`;
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    return counts;
  }
}

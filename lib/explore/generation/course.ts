import type { Place, UserCall } from '../../catalogue/scenario.ts';
import { parseSegment } from '../../notation/index.ts';
import type { Tcb } from '../../standard/tcb.ts';
import type { Pair } from '../coverage.ts';
import { modelOf, tcbIn, unsaidMss } from '../model.ts';
import type { Sequence, SequenceStep } from '../sequence.ts';
import type { Choice } from './choice.ts';
import { LAST } from './segments.ts';
import { afterCall, arrivalOf, type Simulated } from './steps.ts';

/** What a pattern makes a sequence of. */
export interface Drawing {
  readonly choice: Choice;
  readonly family: 4 | 6;
  /** Those that can be reached. */
  readonly places: readonly Place[];
  /** 2 MSL of the target in milliseconds, where it is known. */
  readonly twoMsl?: number;
  /** A step that leads where few have led. @param met what the step before has met */
  readonly step: (place: Place, tcb: Tcb, met?: Pair) => Simulated;
}

/** The steps on one connection while a sequence is made, and the TCB of a TCP that does what is asked for most. */
export class Course {
  readonly place: Place;
  readonly steps: SequenceStep[] = [];
  tcb: Tcb;
  readonly #drawing: Drawing;
  readonly #on: { readonly on?: string };
  #met: Pair | undefined;

  /** @param on the name of the connection, where it is not the first one */
  constructor(drawing: Drawing, place: Place, on?: string) {
    this.#drawing = drawing;
    this.place = place;
    this.#on = on === undefined ? {} : { on };
    this.tcb = tcbIn(place, modelOf(place), unsaidMss('rfc9293', drawing.family));
  }

  /** Any step. */
  act(): this {
    return this.take(this.#drawing.step(this.place, this.tcb, this.#met));
  }

  take({ step, after, pair }: Simulated): this {
    this.steps.push({ ...step, ...this.#on });
    this.tcb = after();
    this.#met = pair;
    return this;
  }

  /** @param segment in the notation */
  send(segment: string): this {
    return this.take(arrivalOf(parseSegment(segment), this.#drawing.choice, this.place, this.tcb));
  }

  call(user: UserCall): this {
    this.steps.push({ user, ...this.#on });
    this.tcb = afterCall(this.tcb, user);
    return this;
  }

  /** What shows whether the connection is still there; and what it has received and sent, unless that would change it. */
  ends(changesNothing = false): this {
    for (const send of changesNothing ? LAST.slice(0, 1) : LAST)
      this.steps.push({ send: [send], ...this.#on });
    return this;
  }

  get sequence(): Sequence {
    return { place: this.place, steps: this.steps };
  }

  /** @param wait in milliseconds */
  wait(wait: number): this {
    this.steps.push({ wait, ...this.#on });
    return this;
  }
}

/** A place in a state, without conditions. */
export function plainPlace(
  { choice, places }: Drawing,
  ...states: readonly Place['state'][]
): Place | undefined {
  const there = places.filter(({ state, conditions }) => states.includes(state) && conditions.length === 0);
  return there.length > 0 ? choice.of(there) : undefined;
}

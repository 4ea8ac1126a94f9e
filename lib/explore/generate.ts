import type { Place } from '../catalogue/scenario.ts';
import { parseSegment } from '../notation/index.ts';
import { Random } from '../runner/trial/random.ts';
import { type State, STATES } from '../standard/state.ts';
import type { Tcb } from '../standard/tcb.ts';
import { Coverage, type Pair } from './coverage.ts';
import { Choice } from './generation/choice.ts';
import { Course, type Drawing } from './generation/course.ts';
import { PATIENT, type Pattern, QUICK } from './generation/patterns/index.ts';
import { PLACES } from './generation/places.ts';
import { GAPS } from './generation/segments.ts';
import { arrivalOf, type Simulated, simulated } from './generation/steps.ts';
import type { Sequence } from './sequence.ts';

const MOST_STEPS = 10;
/** Of so many steps the one is taken that leads where the fewest have led. */
const CANDIDATES = 3;

/** So many of a hundred sequences end with text that is pushed to the user, and read. */
const READ = 8;
const PUSHED = parseSegment('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>');
const RECEIVING: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

/** One of so many sequences waits for timers. At first there are more: what takes longest begins soonest. */
const BETWEEN_PATIENT = 80;
const BETWEEN_PATIENT_AT_FIRST = 8;
const AT_FIRST = 160;
/** One of so many others follows a pattern. */
const BETWEEN_PATTERNS = 7;

/** What is known of the target before. */
export interface Expected {
  /** Where sequences may begin; absent: in all places. */
  readonly places?: readonly Place[];
  /** In milliseconds. */
  readonly twoMsl?: number;
}

/** Generates sequences. The same seed gives the same ones, in the same order. */
export class Generator {
  readonly #seed: number;
  readonly #family: 4 | 6;
  readonly #places: readonly Place[];
  readonly #twoMsl: number | undefined;
  /** Of what the sequences lead to where the TCP does what is asked for most. */
  readonly #coverage = new Coverage();
  readonly #turns = new Map<readonly Pattern[], number>();
  #count = 0;

  constructor(seed: number, family: 4 | 6, { places = PLACES, twoMsl }: Expected = {}) {
    this.#seed = seed;
    this.#family = family;
    this.#twoMsl = twoMsl;
    this.#places = places.filter(
      ({ conditions }) => family === 4 || !/security|precedence|ip-record|ip-time/.test(conditions.join()),
    );
  }

  next(): Sequence {
    this.#count += 1;
    const choice = new Choice(new Random(this.#seed, `sequence ${this.#count}`));
    const between = this.#count <= AT_FIRST ? BETWEEN_PATIENT_AT_FIRST : BETWEEN_PATIENT;
    const patterns =
      this.#count % between === 0 ? PATIENT : this.#count % BETWEEN_PATTERNS === 0 ? QUICK : [];
    return this.#patterned(patterns, choice) ?? this.#any(choice);
  }

  #drawing(choice: Choice): Drawing {
    return {
      ...{ choice, family: this.#family, places: this.#places },
      ...(this.#twoMsl === undefined ? {} : { twoMsl: this.#twoMsl }),
      step: (place, tcb, met) => this.#step(choice, place, tcb, met),
    };
  }

  /** The next pattern that the target can play. */
  #patterned(patterns: readonly Pattern[], choice: Choice): Sequence | undefined {
    for (let tries = 0; tries < patterns.length; tries += 1) {
      const turn = this.#turns.get(patterns) ?? 0;
      this.#turns.set(patterns, turn + 1);
      const made = patterns[turn % patterns.length]?.(this.#drawing(choice));
      if (made) return made;
    }
    return undefined;
  }

  #any(choice: Choice): Sequence {
    const place = this.#place(choice);
    const course = new Course(this.#drawing(choice), place);
    const { steps } = course;
    // A closed connection has little to tell.
    const most = 1 + choice.below(place.state === 'CLOSED' ? 3 : MOST_STEPS);
    while (steps.length < most) {
      course.act();
      // More than one gap takes as many segments.
      if (course.tcb.ahead.length > 0 && choice.percent(25))
        while (steps.length < most && choice.percent(85))
          course.take(arrivalOf(parseSegment(choice.weighted(GAPS)), choice, place, course.tcb));
    }
    if (RECEIVING.includes(course.tcb.state) && RECEIVING.includes(place.state) && choice.percent(READ))
      return { place, steps: [...steps, { send: [PUSHED] }], isRead: true };
    if (choice.percent(70)) course.ends();
    return course.sequence;
  }

  #place(choice: Choice): Place {
    const state = choice.weighted([
      [1, 'CLOSED'],
      [3, 'LISTEN'],
      [3, 'SYN-SENT'],
      [6, 'SYN-RECEIVED'],
      [10, 'ESTABLISHED'],
      ...STATES.slice(5).map((one) => [5, one] as const),
    ]);
    const there = this.#places.filter((place) => place.state === state);
    const plain = there.filter(({ conditions }) => conditions.length === 0);
    return choice.of(plain.length > 0 && choice.percent(65) ? plain : there);
  }

  /** The one of a few steps that leads where the fewest sequences have led. @param met what the step before has met */
  #step(choice: Choice, place: Place, tcb: Tcb, met?: Pair): Simulated {
    let best: Simulated | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    // Where none has led, nothing can be better.
    for (let count = 0; count < CANDIDATES && fewest > 0; count += 1) {
      const one = simulated(choice, place, tcb, this.#family, met);
      const times = this.#coverage.times(one.pair);
      if (times < fewest) [best, fewest] = [one, times];
    }
    const chosen = best as Simulated;
    this.#coverage.count(chosen.pair);
    return chosen;
  }
}

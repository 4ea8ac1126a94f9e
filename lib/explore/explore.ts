import { demandsOf } from '../catalogue/conditions.ts';
import type { Place } from '../catalogue/scenario.ts';
import type { Adoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import { type Environment, pause } from '../states/index.ts';
import { type Effect, effectOf, isSameEffect, keyOf } from './cause.ts';
import { Coverage } from './coverage.ts';
import { Fence } from './fence.ts';
import { Generator } from './generate.ts';
import type { Terms } from './oracle/world.ts';
import { type Failure, type Ground, type Played, play, termsOf } from './play.ts';
import { type Sequence, sequenceText } from './sequence.ts';
import { PLAIN, shrink } from './shrink.ts';

/** A habit of the target that no reading of the profile explains, in the shortest sequence that shows it. */
export interface Finding {
  /** From 1, in the order in which they were found. */
  readonly number: number;
  readonly sequence: Sequence;
  readonly failure: Failure;
  readonly effect: Effect;
  /** The connection on which it was confirmed last. */
  readonly played: Played;
  /** The sequence in which it was found, and the step that failed there. */
  readonly found: { readonly sequence: Sequence; readonly step: number };
  readonly tries: number;
  readonly confirmed: { readonly times: number; readonly of: number };
  /** Other places in which the same steps show the same. */
  readonly also: readonly Place[];
  /** How many sequences have met it since. */
  times: number;
}

export interface Exploration {
  readonly findings: readonly Finding[];
  readonly sequences: number;
  readonly outcomes: Readonly<Partial<Record<Played['outcome'], number>>>;
  /** Failures that did not come again on a fresh connection. */
  readonly dismissed: number;
  readonly coverage: Coverage;
  /** In milliseconds: how long it took, and the share of the lanes' time that was spent waiting, 0...1. */
  readonly took: number;
  readonly waiting: number;
}

export interface Wishes {
  readonly seed: number;
  /** Ends after so many milliseconds, or so many sequences, whichever comes first. */
  readonly milliseconds?: number;
  readonly sequences?: number;
  /** How many sequences are on the wire at once. */
  readonly width: number;
  readonly stopped?: () => boolean;
  readonly onFinding?: (finding: Finding) => void;
  /** Now and then: how many sequences were played. */
  readonly onProgress?: (sequences: number) => void;
}

export interface Surface {
  readonly environment: Environment;
  readonly family: 4 | 6;
  readonly profile: Profile;
  readonly adoptions: readonly Adoption[];
}

/** A failure that nobody has looked at yet. */
interface Suspicion {
  readonly key: string;
  readonly sequence: Sequence;
  readonly failure: Failure;
  /** What had chosen the sequence numbers. */
  readonly numbers: number;
}

const BETWEEN_LOOKS = 20;
const BETWEEN_PROGRESS = 100;
const CONFIRMATIONS = 3;
const MOST_TRIES = 150;

/** Plays sequences that the specification generates and judges; shrinks what fails. */
export async function explore(surface: Surface, wishes: Wishes): Promise<Exploration> {
  const explorer = new Explorer(surface, wishes);
  return explorer.run();
}

class Explorer {
  readonly #wishes: Wishes;
  readonly #ground: Ground;
  readonly #generator: Generator;
  readonly #fence: Fence;
  readonly #coverage = new Coverage();
  readonly #findings: Finding[] = [];
  /** By the keys of the failures that they explain. */
  readonly #known = new Map<string, Finding | 'under way'>();
  readonly #suspicions: Suspicion[] = [];
  readonly #terms: Terms;
  readonly #outcomes: Partial<Record<Played['outcome'], number>> = {};
  readonly #unable = new Set<string>();
  #sequences = 0;
  #plays = 0;
  #dismissed = 0;
  #waited = 0;
  #busy = 0;

  constructor(surface: Surface, wishes: Wishes) {
    const { environment, family } = surface;
    this.#wishes = wishes;
    this.#fence = new Fence(environment, family);
    this.#ground = { ...surface, fence: this.#fence, seed: wishes.seed, coverage: this.#coverage };
    this.#terms = termsOf(this.#ground);
    this.#generator = new Generator(wishes.seed, family, (place) => isReachable(place, environment));
  }

  async run(): Promise<Exploration> {
    const began = performance.now();
    const {
      width,
      milliseconds = Number.POSITIVE_INFINITY,
      sequences = Number.POSITIVE_INFINITY,
    } = this.#wishes;
    const isOver = (): boolean =>
      this.#sequences >= sequences ||
      performance.now() - began >= milliseconds ||
      this.#wishes.stopped?.() === true;
    const lane = async (): Promise<void> => {
      while (!isOver()) {
        const sequence = this.#generator.next();
        this.#sequences += 1;
        if (this.#sequences % BETWEEN_PROGRESS === 0) this.#wishes.onProgress?.(this.#sequences);
        if (this.#unable.has(JSON.stringify(sequence.place))) continue;
        const played = await this.#play(sequence);
        this.#outcomes[played.outcome] = (this.#outcomes[played.outcome] ?? 0) + 1;
        if (played.outcome === 'not able') this.#unable.add(JSON.stringify(sequence.place));
        if (played.failure) this.#suspect(sequence, played.failure, played.numbers);
      }
    };
    await Promise.all([...Array.from({ length: width }, lane), this.#investigations(isOver)]);
    this.#fence.close();
    return {
      findings: this.#findings,
      sequences: this.#sequences,
      outcomes: this.#outcomes,
      dismissed: this.#dismissed,
      coverage: this.#coverage,
      took: performance.now() - began,
      waiting: this.#busy === 0 ? 0 : this.#waited / this.#busy,
    };
  }

  async #play(sequence: Sequence): Promise<Played> {
    this.#plays += 1;
    const played = await play(sequence, this.#ground, this.#plays);
    this.#waited += played.waited;
    this.#busy += played.took;
    return played;
  }

  /** Puts a failure aside, to be looked at, unless it is known. */
  #suspect(sequence: Sequence, failure: Failure, numbers: number): void {
    const key = keyOf(sequence, failure, this.#terms);
    const known = this.#known.get(key);
    if (typeof known === 'object') known.times += 1;
    if (known !== undefined) return;
    this.#known.set(key, 'under way');
    this.#suspicions.push({ key, sequence, failure, numbers });
  }

  /** One after the other: the second may show what the first has shown. */
  async #investigations(isOver: () => boolean): Promise<void> {
    while (!isOver() || this.#suspicions.length > 0) {
      const next = this.#suspicions.shift();
      if (next && this.#wishes.stopped?.() !== true) await this.#investigate(next);
      else if (next) this.#known.delete(next.key);
      else await pause(BETWEEN_LOOKS);
    }
  }

  async #investigate({ key, sequence, failure, numbers }: Suspicion): Promise<void> {
    const terms = this.#terms;
    const effect = effectOf(failure, terms);
    const whole: Sequence = { ...sequence, steps: sequence.steps.slice(0, failure.step + 1) };
    const fails = async (one: Sequence): Promise<Played | undefined> => {
      const played = await this.#play(one);
      if (!played.failure || played.failure.step !== one.steps.length - 1) return undefined;
      return isSameEffect(effectOf(played.failure, terms), effect) ? played : undefined;
    };
    const hasFailed = async (one: Sequence): Promise<boolean> => (await fails(one)) !== undefined;
    // What comes with the same numbers only may be the numbers' fault; what does not come again, the path's doing, or a timer's.
    const isAny = await hasFailed(whole);
    const cut = isAny ? whole : { ...whole, numbers };
    const isThere = isAny || (await hasFailed(cut));
    const shrunk = isThere ? await shrink(cut, hasFailed, MOST_TRIES) : { sequence: cut, tries: 1 };
    const confirming = isThere
      ? await Promise.all(Array.from({ length: CONFIRMATIONS }, () => fails(shrunk.sequence)))
      : [];
    const confirmations = confirming.filter((one) => one !== undefined);
    const played = confirmations.at(-1);
    if (!played?.failure || confirmations.length < CONFIRMATIONS) {
      this.#dismissed += 1;
      this.#known.delete(key);
      return;
    }
    const shrunkKey = keyOf(shrunk.sequence, played.failure, terms);
    const known = this.#known.get(shrunkKey);
    const same = typeof known === 'object' ? known : this.#sameAs(shrunk.sequence, effect);
    if (same) {
      same.times += 1;
      this.#known.set(key, same);
      return;
    }
    const finding: Finding = {
      number: this.#findings.length + 1,
      ...{ sequence: shrunk.sequence, failure: played.failure, effect, played, tries: shrunk.tries },
      found: { sequence, step: failure.step },
      confirmed: { times: confirmations.length, of: CONFIRMATIONS },
      also: await this.#elsewhere(shrunk.sequence, hasFailed),
      times: 1,
    };
    this.#findings.push(finding);
    this.#known.set(key, finding);
    this.#known.set(shrunkKey, finding);
    this.#wishes.onFinding?.(finding);
  }

  /** A finding with the same steps, whatever the place. */
  #sameAs({ steps }: Sequence, effect: Effect): Finding | undefined {
    const text = sequenceText({ place: ANYWHERE, steps });
    return this.#findings.find(
      (one) =>
        isSameEffect(one.effect, effect) &&
        sequenceText({ place: ANYWHERE, steps: one.sequence.steps }) === text,
    );
  }

  /** The other states in which the same steps show the same. */
  async #elsewhere(
    sequence: Sequence,
    fails: (sequence: Sequence) => Promise<boolean>,
  ): Promise<readonly Place[]> {
    const { place, steps } = sequence;
    const others = PLAIN.filter(({ state }) => state !== place.state).map((other) => ({
      ...other,
      conditions: place.conditions,
    }));
    const failing = await Promise.all(others.map((other) => fails({ place: other, steps })));
    return others.filter((_, index) => failing[index]);
  }
}

const ANYWHERE: Place = { state: 'CLOSED', conditions: [] };

/** Whether exploration may begin there: it needs a user that obeys. */
function isReachable({ conditions }: Place, { driver }: Environment): boolean {
  const { user, window } = demandsOf(conditions);
  return driver.receive !== undefined || (user.receives !== false && window === undefined);
}

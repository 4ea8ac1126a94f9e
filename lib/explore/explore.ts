import { demandsOf } from '../catalogue/conditions.ts';
import type { Place } from '../catalogue/scenario.ts';
import type { Adoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import { type Environment, pause } from '../states/index.ts';
import { BesideLanes } from './beside-lanes.ts';
import { effectOf, effectText, type Failed } from './cause.ts';
import { Coverage } from './coverage.ts';
import { findDeadly, type Watch } from './deaths.ts';
import { Fence } from './fence.ts';
import { type Candidate, type Finding, hasFailed, type Suspicion } from './finding.ts';
import { type Expected, Generator } from './generate.ts';
import { PLACES } from './generation/places.ts';
import type { Ground } from './ground.ts';
import { habitOf, keyOf, type NamedHabit } from './habits.ts';
import { investigate } from './investigate.ts';
import { Knowledge } from './knowledge.ts';
import { play } from './play.ts';
import type { Played } from './played.ts';
import { isPatient, type Sequence, sequenceText, waitsOf } from './sequence.ts';

/** What an exception has kept from being played or looked at. */
export interface Trouble {
  readonly sequence: string;
  /** What was seen, if it had failed already. */
  readonly failed?: string;
  readonly message: string;
}

export interface Exploration {
  readonly findings: readonly Finding[];
  readonly sequences: number;
  readonly outcomes: Readonly<Partial<Record<Played['outcome'], number>>>;
  /** Failures that did not come again on a fresh connection. */
  readonly dismissed: number;
  /** What was known before, and has come again: how often. */
  readonly accepted: readonly { readonly name: string; readonly times: number }[];
  /** How often a sequence went on behind a deviation that is known. */
  readonly passed: number;
  /** Failures that nobody has looked at, for want of time. */
  readonly unexamined: number;
  readonly troubles: readonly Trouble[];
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
  /** What is known of the target before. */
  readonly known?: readonly NamedHabit[];
  /** Where sequences come from; absent: a `Generator`. */
  readonly generate?: (seed: number, family: 4 | 6, expected: Expected) => Source;
  /** Whether a finding shows again where it is played as a scenario; absent: nobody looks. */
  readonly repeats?: (candidate: Candidate) => Promise<boolean>;
  /** Milliseconds after the end of the time, or after `stopped`, in which looking at failures comes to an end: 20,000. */
  readonly mostLooking?: number;
  readonly onFinding?: (finding: Finding) => void;
  /** Now and then: how many sequences were played. */
  readonly onProgress?: (sequences: number) => void;
}

export interface Surface {
  readonly environment: Environment;
  readonly family: 4 | 6;
  readonly profile: Profile;
  readonly adoptions: readonly Adoption[];
  /** 2 MSL of the target in milliseconds, where that is known. */
  readonly twoMsl?: number;
  /** Absent: the target is assumed to live. */
  readonly watch?: Watch;
}

export interface Source {
  next(): Sequence | Promise<Sequence>;
}

const BETWEEN_LOOKS = 20;
/** So many failures are looked at at once. */
const INVESTIGATIONS = 6;
const BETWEEN_PROGRESS = 100;
/** Milliseconds between two looks whether the target lives. */
const BETWEEN_CHECKS = 250;
/** Milliseconds for what was not looked at when the time is over. */
const MOST_AFTERWARDS = 5000;
/** Milliseconds after that time in which looking comes to an end. */
const MOST_LOOKING = 20_000;

/** Plays sequences that the specification generates and judges; shrinks what fails. */
export async function explore(surface: Surface, wishes: Wishes): Promise<Exploration> {
  const explorer = new Explorer(surface, wishes);
  return explorer.run();
}

class Explorer {
  readonly #wishes: Wishes;
  readonly #ground: Ground;
  readonly #source: Source;
  readonly #fence: Fence;
  readonly #coverage = new Coverage();
  readonly #knowledge: Knowledge;
  /** The keys of what is looked at, or will be. */
  readonly #underWay = new Set<string>();
  readonly #suspicions: Suspicion[] = [];
  readonly #troubles: Trouble[] = [];
  readonly #outcomes: Partial<Record<Played['outcome'], number>> = {};
  readonly #unable = new Set<string>();
  readonly #surface: Surface;
  readonly #onWire = new Set<Sequence>();
  /** Those without an answer since the target was last seen to live: one of them may have ended it. */
  #unanswered: Sequence[] = [];
  /** What ends the target: it is not sent again. */
  readonly #hazards = new Set<string>();
  /** While the target is looked at, or what has ended it is looked for, nothing else is played. */
  #check: Promise<void> | undefined;
  #checkedAt = 0;
  #sequences = 0;
  /** All sequences have come to their end. */
  #isPlayed = false;
  /** What goes on now is nobody's business any more. */
  #isEnded = false;
  #plays = 0;
  #passed = 0;
  #dismissed = 0;
  #unexamined = 0;
  #waited = 0;
  #busy = 0;

  constructor(surface: Surface, wishes: Wishes) {
    const { environment, family } = surface;
    this.#wishes = wishes;
    this.#surface = surface;
    this.#knowledge = new Knowledge(wishes.known ?? []);
    this.#fence = new Fence(environment, family);
    const { profile, adoptions, twoMsl } = surface;
    this.#ground = {
      ...{ environment, family, profile, adoptions, fence: this.#fence, seed: wishes.seed },
      ...{ coverage: this.#coverage, hazards: this.#hazards },
      ...(twoMsl === undefined ? {} : { twoMsl }),
      known: {
        deviates: (failed) => {
          const [known, habit] = this.#knowledge.causeOf(failed) ?? [];
          if (known) known.times += 1;
          if (known) this.#passed += 1;
          return habit;
        },
        habitsAt: (stimulus, before) => this.#knowledge.habitsAt(stimulus, before),
      },
    };
    const { generate = (...from) => new Generator(...from) } = wishes;
    this.#source = generate(wishes.seed, family, {
      places: PLACES.filter((place) => isReachable(place, environment)),
      ...(twoMsl === undefined ? {} : { twoMsl }),
    });
  }

  async run(): Promise<Exploration> {
    const began = performance.now();
    const {
      width,
      milliseconds = Number.POSITIVE_INFINITY,
      sequences = Number.POSITIVE_INFINITY,
    } = this.#wishes;
    const isCutOff = (): boolean =>
      this.#wishes.stopped?.() === true || this.#surface.watch?.lost !== undefined;
    const isOver = (): boolean =>
      this.#sequences >= sequences || performance.now() - began >= milliseconds || isCutOff();
    const hasTime = Number.isFinite(milliseconds);
    /** What mostly waits is played beside the lanes. */
    const patient = new BesideLanes<Sequence>(
      width,
      (sequence) => this.#take(sequence),
      // The others would have ended long before; or nobody wants to know any more.
      (sequence) => isCutOff() || performance.now() + waitsOf(sequence) > began + milliseconds,
    );
    const lane = async (): Promise<void> => {
      while (!isOver()) {
        const sequence = await this.#source.next();
        if (isOver()) break;
        this.#sequences += 1;
        if (this.#sequences % BETWEEN_PROGRESS === 0) this.#wishes.onProgress?.(this.#sequences);
        if (this.#unable.has(placesKey(sequence))) continue;
        if (isPatient(sequence)) patient.add(sequence);
        else await this.#take(sequence);
      }
      if (hasTime) patient.drop();
      await patient.end();
    };
    const lanes = Promise.all(Array.from({ length: width }, lane)).then(() => {
      this.#sequences -= patient.dropped;
      this.#isPlayed = true;
    });
    const { stopped, mostLooking = MOST_LOOKING } = this.#wishes;
    const late = lateness(() => isOver() && (hasTime || stopped?.() === true), mostLooking);
    await Promise.all([
      lanes,
      ...Array.from({ length: INVESTIGATIONS }, () => this.#investigations(isOver, hasTime, late.comes)),
    ]);
    late.forget();
    this.#isEnded = true;
    this.#fence.close();
    return {
      findings: this.#knowledge.findings,
      sequences: this.#sequences,
      outcomes: this.#outcomes,
      dismissed: this.#dismissed,
      unexamined: this.#unexamined,
      troubles: this.#troubles,
      accepted: this.#knowledge.accepted,
      passed: this.#passed,
      coverage: this.#coverage,
      took: performance.now() - began,
      waiting: this.#busy === 0 ? 0 : this.#waited / this.#busy,
    };
  }

  /** Plays a generated sequence, and takes note of what came of it. */
  async #take(sequence: Sequence): Promise<void> {
    const played = await this.#play(sequence).catch((error: Error) => this.#trouble(sequence, error));
    if (!played) return;
    this.#outcomes[played.outcome] = (this.#outcomes[played.outcome] ?? 0) + 1;
    if (played.outcome === 'not able') this.#unable.add(placesKey(sequence));
    if (hasFailed(played)) this.#suspect(sequence, played);
  }

  /** Plays a sequence. Where the target was gone meanwhile, what was seen says nothing. */
  async #play(sequence: Sequence): Promise<Played> {
    await this.#check;
    const { watch } = this.#surface;
    const epoch = watch?.epoch;
    this.#onWire.add(sequence);
    const played = await this.#playNow(sequence).finally(() => this.#onWire.delete(sequence));
    this.#waited += played.waited;
    this.#busy += played.took;
    // A user that does not answer may have gone with its target.
    const isSilent =
      ['not reached', 'disturbed'].includes(played.outcome) || played.failure?.kind === 'silence';
    if (watch && isSilent) {
      this.#unanswered.push(sequence);
      if (performance.now() - this.#checkedAt > BETWEEN_CHECKS) {
        this.#checkedAt = performance.now();
        this.#check ??= this.#checkNow(watch).finally(() => {
          this.#check = undefined;
        });
      }
    }
    // A target that is being restarted resets what belonged to the one before.
    await this.#check;
    if (watch?.epoch === epoch) {
      if (played.outcome === 'disturbed' && played.error) throw played.error;
      return played;
    }
    const { failure: _, ...rest } = played;
    return { ...rest, outcome: 'disturbed' };
  }

  #playNow(sequence: Sequence): Promise<Played> {
    this.#plays += 1;
    return play(sequence, this.#ground, this.#plays);
  }

  async #checkNow(watch: Watch): Promise<void> {
    const before = watch.deaths.length;
    const suspects = [...this.#unanswered, ...this.#onWire];
    this.#unanswered = [];
    await watch.check();
    if (watch.deaths.length > before && !watch.lost) await this.#hold(watch, suspects);
  }

  /** Nothing else is played until it is known which sequence has ended the target. */
  async #hold(watch: Watch, suspects: readonly Sequence[]): Promise<void> {
    while (this.#onWire.size > 0) await pause(BETWEEN_LOOKS);
    const deadly = await findDeadly(suspects, watch, (one) => this.#playNow(one));
    const stimulus = deadly?.played.trace.steps.at(-1)?.stimulus;
    if (!deadly || stimulus === undefined) return;
    const { sequence, played, tries, confirmed } = deadly;
    this.#hazards.add(stimulus);
    const { trace } = played;
    const step = trace.steps.length - 1;
    const finding: Finding = {
      number: this.#knowledge.findings.length + 1,
      ...{ sequence, played, tries, confirmed, also: [], times: 1, looks: 0, habits: [] },
      failure: { step, seen: [], kind: 'death', worlds: trace.worlds, before: trace.worlds },
      effect: { due: ['an answer'], seen: 'nothing, since the target has ended,' },
      found: { sequence, step },
    };
    this.#knowledge.findings.push(finding);
    this.#wishes.onFinding?.(finding);
  }

  /** Puts a failure aside, to be looked at, unless it is known. */
  #suspect(sequence: Sequence, played: Played & Failed): void {
    const [known] = this.#knowledge.causeOf(played) ?? [];
    const key = keyOf(habitOf(played));
    if (known) known.times += 1;
    if (known || this.#underWay.has(key) || this.#knowledge.isElusive(played)) return;
    this.#underWay.add(key);
    this.#suspicions.push({ sequence, played });
  }

  /** A few at once: each mostly waits for silence to be silence. The sequence on the wire that ends last may still fail. */
  async #investigations(isOver: () => boolean, hasTime: boolean, late: Promise<void>): Promise<void> {
    let until = Number.POSITIVE_INFINITY;
    while (!this.#isPlayed || this.#suspicions.length > 0) {
      if (hasTime && isOver()) until = Math.min(until, performance.now() + MOST_AFTERWARDS);
      const next = this.#suspicions.shift();
      if (!next) await pause(BETWEEN_LOOKS);
      else if (this.#wishes.stopped?.() || this.#surface.watch?.lost || performance.now() > until)
        this.#unexamined += 1;
      else if (!this.#isKnownByNow(next)) {
        const looking = this.#investigate(next)
          .catch((error: Error) => this.#trouble(next.sequence, error, next.played))
          .then(() => 'looked at' as const);
        // Each try of what waits for timers takes seconds, on a busy machine again and again.
        if ((await Promise.race([looking, late])) !== 'looked at') this.#unexamined += 1;
      }
      if (next) this.#underWay.delete(keyOf(habitOf(next.played)));
    }
  }

  /** An exception is a fault of the tester's, or of the upper tester: it must not take with it what was found. */
  #trouble(sequence: Sequence, { message }: Error, failed?: Failed): undefined {
    if (this.#isEnded) return;
    this.#troubles.push({
      ...{ sequence: sequenceText(sequence), message },
      ...(failed ? { failed: effectText(effectOf(failed.failure, failed.trace.terms)) } : {}),
    });
  }

  /** Whether it was found out meanwhile. */
  #isKnownByNow({ played }: Suspicion): boolean {
    const [known] = this.#knowledge.causeOf(played) ?? [];
    if (known) known.times += 1;
    return known !== undefined;
  }

  async #investigate(suspicion: Suspicion): Promise<void> {
    const { repeats, onFinding } = this.#wishes;
    const concluded = await investigate(suspicion, {
      ...{ knowledge: this.#knowledge, play: (sequence) => this.#play(sequence) },
      ...(repeats ? { repeats } : {}),
      trouble: (sequence, error) => this.#trouble(sequence, error),
    });
    if (this.#isEnded) return;
    if (concluded === 'dismissed') this.#dismissed += 1;
    else if (typeof concluded === 'object') onFinding?.(concluded);
  }
}

/** Comes so many milliseconds after the time is over. */
function lateness(
  isOver: () => boolean,
  after: number,
): { readonly comes: Promise<void>; readonly forget: () => void } {
  let since: number | undefined;
  let looks: NodeJS.Timeout | undefined;
  const comes = new Promise<void>((resolve) => {
    looks = setInterval(() => {
      if (isOver()) since ??= performance.now();
      if (since !== undefined && performance.now() - since > after) resolve();
    }, BETWEEN_LOOKS);
  });
  return { comes, forget: () => clearInterval(looks) };
}

const placesKey = ({ place, beside }: Sequence): string => JSON.stringify([place, beside]);

/** Whether exploration may begin there: it needs a user that obeys. */
function isReachable({ conditions }: Place, { driver }: Environment): boolean {
  const { user, window } = demandsOf(conditions);
  return driver.receive !== undefined || (user.receives !== false && window === undefined);
}

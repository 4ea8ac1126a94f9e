import { findScenario } from '../../catalogue/catalogue.ts';
import { isCase, stimulusOf } from '../../catalogue/scenario.ts';
import type { SearchProgress } from '../../report/progress.ts';
import type { DeathCause, TargetDeath } from '../../verdict/reason.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { runSideBySide } from '../pool.ts';
import type { Phase } from '../trial/case-context.ts';
import type { Hazards } from '../trial/hazards.ts';
import type { Described } from '../trial/not-run.ts';
import type { Death, TargetWatch } from '../trial/target-watch.ts';
import { type Job, keyOf, type Suspect, Suspects } from './suspects.ts';
import { convicted, type DeathTrial, undecided } from './try-for-death.ts';

interface InquestOptions {
  readonly watch: Pick<TargetWatch, 'lost' | 'deaths' | 'giveUp'>;
  readonly hazards: Hazards;
  /** Makes one attempt at a case. Of one that is not alone, nobody asks which part ends the target. */
  readonly attempt: (job: Job, isAlone: boolean) => Promise<DeathTrial>;
  readonly describe: (job: Job) => Described | undefined;
  readonly report: (result: CaseResult) => void;
  /** Called for each death when its cause is known. */
  readonly explain?: (death: Death, cause: DeathCause) => void;
  /** Called before each attempt that narrows the suspects, and before each case that is tried alone. */
  readonly progress?: (progress: SearchProgress) => void;
  readonly stopped?: () => boolean;
  /** The time in milliseconds; tests replace it. */
  readonly now?: () => number;
}

// All, where nobody knows how many connections the target bears. Of more, the others become suspects again when it dies again.
const MOST_TRIED = 16;
const TRIALS = 3;
// Attempts at a suspect that do not come to its stimulus.
const MOST_UNTRIED = 2;
const TO_CONVICT = 2;
// Of a stimulus whose options have killed the target twice in another state.
const TO_CONVICT_ALIKE = 1;
/** Deaths without a known cause that end the run. Each after the first halves the number of cases at once. */
export const MOST_UNEXPLAINED = 9;
/** So many cases that the target survives make up for one of them. Twice as many, each time that it dies again. */
export const TO_MAKE_UP = 50;
// Milliseconds for all inquests of a run.
const MOST_TIME = 15 * 60_000;

/**
 * Finds the segment that killed the target. The cases that were running are tried again one at a time; the one that ends the
 * target twice is the culprit. The part of the attempt in which the target dies tells what did it: reaching the state, the
 * stimulus, the proof, or the tester's reset at the end. Only a stimulus decides the verdict.
 *
 * When the target's process has ended, somebody else may have ended it. Then all suspects are tried at once first: if the target
 * survives, none of them did it. If not, they are halved until one is left, which is tried alone.
 *
 * What is like a stimulus that killed it is tried at once, too: the same options in every state, alone, where one more death is
 * enough; other stimuli of the same state and step together, and by halves where that kills the target.
 */
export class Inquest {
  readonly suspects = new Suspects();
  readonly #options: InquestOptions;
  readonly #now: () => number;
  /** Of stimuli that have killed the target twice. */
  readonly #fatalOptions = new Set<string>();
  /** Deaths without a known cause, less those that were made up for. */
  #unexplained = 0;
  #survived = 0;
  #toMakeUp = TO_MAKE_UP;
  #hasMadeUp = false;
  #timeTaken = 0;

  constructor(options: InquestOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Divides the number of cases that run at once: 1, 2, 4 and so on. */
  get caution(): number {
    return 2 ** Math.max(0, this.#unexplained - 1);
  }

  /**
   * @param onTheWire cases that were running when the target died
   * @param waiting cases that have not begun
   * @returns the cases that are still to be run
   */
  async hold(onTheWire: readonly Job[], waiting: readonly Job[], death: Death): Promise<Job[]> {
    const { watch, explain } = this.#options;
    const began = this.#now();
    const done = new Set<string>();
    const suspects = this.suspects.order(onTheWire, death.heardAt);
    const cause = await this.#try(suspects, onTheWire, waiting, death, done).catch((error: Error) => {
      // Who stops a run closes the tester while an attempt is under way.
      if (!this.#options.stopped?.()) throw error;
      return undefined;
    });
    if (cause) explain?.(death, cause);
    if (cause?.kind === 'segment') this.suspects.acquit(onTheWire);
    if (cause?.kind === 'unknown') this.#fail();
    this.#timeTaken += this.#now() - began;
    if (this.#unexplained >= MOST_UNEXPLAINED) {
      watch.giveUp({ kind: 'no culprit', deaths: watch.deaths.length });
    } else if (this.#timeTaken > MOST_TIME) {
      watch.giveUp({ kind: 'no time', deaths: watch.deaths.length });
    }
    return [...onTheWire, ...waiting].filter((job) => !done.has(keyOf(job)));
  }

  /** A case of the run has ended, and the target lives. */
  survived(): void {
    if (this.#unexplained === 0) return;
    this.#survived += 1;
    if (this.#survived < this.#toMakeUp) return;
    this.#unexplained -= 1;
    this.#survived = 0;
    this.#hasMadeUp = true;
  }

  #fail(): void {
    this.#unexplained += 1;
    this.#survived = 0;
    if (this.#hasMadeUp) this.#toMakeUp *= 2;
    this.#hasMadeUp = false;
  }

  get #isOver(): boolean {
    const { watch, stopped = () => false } = this.#options;
    return watch.lost !== undefined || stopped();
  }

  /** @returns undefined when the run has ended meanwhile */
  async #try(
    suspects: readonly Suspect[],
    onTheWire: readonly Job[],
    waiting: readonly Job[],
    { ending }: Death,
    done: Set<string>,
  ): Promise<DeathCause | undefined> {
    const { progress = () => {} } = this.#options;
    // Not for a target that hangs: each further death costs a long wait.
    const left = ending ? await this.#narrow(suspects, onTheWire.length) : suspects;
    const likely = left.slice(0, MOST_TRIED);
    for (const [tried, { job, isFinished }] of likely.entries()) {
      if (this.#isOver) return undefined;
      progress({ tried, of: likely.length });
      const phase = await this.#accuse(job, isFinished, done);
      if (phase === undefined) continue;
      const cause: DeathCause = { kind: 'segment', part: phase, ...job };
      if (phase !== 'stimulus') return cause;
      const others = [...onTheWire, ...waiting].filter((other) => !done.has(keyOf(other)));
      const options = optionsOf(job);
      const alike = others.filter((other) => options !== undefined && optionsOf(other) === options);
      for (const [tried, other] of alike.entries()) {
        if (this.#isOver) break;
        progress({ tried, of: alike.length });
        await this.#accuse(other, false, done);
      }
      const similar = others.filter((other) => !alike.includes(other) && kindOf(other) === kindOf(job));
      await this.#accuseAny(similar, ending !== undefined ? onTheWire.length : 1, done);
      return cause;
    }
    if (this.#isOver) return undefined;
    return {
      kind: 'unknown',
      tried: ending ? suspects.length : likely.length,
      likely: suspects.slice(0, MOST_TRIED).map(({ job }) => job),
    };
  }

  /** Halves the suspects by attempts at many at once. @returns who is left; nobody, when the target survives all of them */
  async #narrow(suspects: readonly Suspect[], width: number): Promise<readonly Suspect[]> {
    const { progress = () => {} } = this.#options;
    let attempt = await this.#together(suspects, width);
    for (let tried = 1; tried < TRIALS && !attempt.hasDied && !this.#isOver; tried += 1) {
      // One attempt proves nothing for a suspect of several deaths.
      const { untried } = attempt;
      const isLeft = (suspect: Suspect): boolean =>
        this.suspects.presence(suspect.job) > tried || (tried < MOST_UNTRIED && untried.includes(suspect));
      const again = suspects.filter(isLeft);
      if (again.length === 0) break;
      attempt = await this.#together(again, width);
    }
    if (!attempt.hasDied) return [];
    let left = attempt.untried;
    while (left.length > 1 && !this.#isOver) {
      progress({ tried: 0, of: left.length });
      const half = left.slice(0, Math.ceil(left.length / 2));
      const others = left.slice(half.length);
      attempt = await this.#together(half, width);
      // Where several have not been tried, no half is acquitted.
      if (!attempt.hasDied && attempt.untried.length > 0) break;
      left = attempt.hasDied ? attempt.untried : others;
    }
    return left;
  }

  /** Accuses those that kill the target. @param width how many at once show whether one of them does; 1: each is accused */
  async #accuseAny(jobs: readonly Job[], width: number, done: Set<string>): Promise<void> {
    if (this.#isOver || jobs.length === 0) return;
    const [first] = jobs;
    if (jobs.length === 1 && first) {
      await this.#accuse(first, false, done);
      return;
    }
    const suspects = jobs.map((job) => ({ job, isFinished: false }));
    // One attempt proves nothing for a suspect of several deaths.
    if (width > 1 && jobs.every((job) => this.suspects.presence(job) <= 1)) {
      const { hasDied, untried } = await this.#together(suspects, width);
      if (!hasDied && untried.length === 0) return;
    }
    const middle = Math.ceil(jobs.length / 2);
    await this.#accuseAny(jobs.slice(0, middle), width, done);
    await this.#accuseAny(jobs.slice(middle), width, done);
  }

  /** Whether the target dies of all suspects at once. Untried: who has not come to its end while the target lived. */
  async #together(
    suspects: readonly Suspect[],
    width: number,
  ): Promise<{ readonly hasDied: boolean; readonly untried: readonly Suspect[] }> {
    const { attempt, watch } = this.#options;
    const before = watch.deaths.length;
    const isOver = (): boolean => this.#isOver || watch.deaths.length > before;
    const tried = new Set<Suspect>();
    const attemptOne = async (suspect: Suspect): Promise<void> => {
      const trial = await attempt(suspect.job, suspects.length === 1);
      if (wasTried(trial) && !trial.died) tried.add(suspect);
    };
    await runSideBySide(suspects, Math.max(1, width), attemptOne, isOver);
    return {
      hasDied: watch.deaths.length > before,
      untried: suspects.filter((suspect) => !tried.has(suspect)),
    };
  }

  /** @returns the part that ends the target; undefined when it survives */
  async #accuse(job: Job, isFinished: boolean, done: Set<string>): Promise<Phase | undefined> {
    const { hazards, attempt, describe, report } = this.#options;
    const { suspects } = this;
    const trials: DeathTrial[] = [];
    const counts = new Map<Phase, number>();
    const options = optionsOf(job);
    const isAlike = options !== undefined && this.#fatalOptions.has(options);
    let phase: Phase | undefined;
    while (trials.length < TRIALS && !phase && !this.#isOver) {
      const trial = await attempt(job, true);
      trials.push(trial);
      const { died } = trial;
      // A suspect of several deaths is tried more than once.
      const survived = trials.filter(wasTried).length;
      const isEnough =
        survived >= suspects.presence(job) || (survived === 0 && trials.length === MOST_UNTRIED);
      if (counts.size === 0 && !died && isEnough) return undefined;
      if (!died) continue;
      const count = (counts.get(died.phase) ?? 0) + 1;
      counts.set(died.phase, count);
      const enough = isAlike && died.phase === 'stimulus' ? TO_CONVICT_ALIKE : TO_CONVICT;
      if (count >= enough) phase = died.phase;
    }
    const subject = describe(job);
    const last = trials.findLast(({ died }) => died && (!phase || died.phase === phase));
    if (!subject || !last?.died) return undefined;
    const times = { deaths: trials.filter(({ died }) => died).length, trials: trials.length };
    const { state } = subject;
    switch (phase) {
      case 'stimulus':
        if (options !== undefined) this.#fatalOptions.add(options);
        // A reported result cannot be taken back.
        if (!isFinished) report(convicted(last, { ...endingOf(last.died.death), ...times }));
        done.add(keyOf(job));
        suspects.forget(job);
        break;
      case 'setup':
        hazards.blockWay(subject);
        break;
      case 'proof':
        // After other stimuli the target has survived it: this one has made it fatal.
        if (!hazards.hasSurvivedProof(last.result)) hazards.proofs.add(state);
        else {
          if (!isFinished) report(convicted(last, { ...endingOf(last.died.death), ...times }));
          done.add(keyOf(job));
          suspects.forget(job);
        }
        break;
      case 'farewell':
        hazards.resets.add(last.stateAfter === 'unknown' ? state : last.stateAfter);
        break;
      case undefined:
        if (this.#isOver) return undefined;
        if (!isFinished) {
          report(undecided(last, times));
          done.add(keyOf(job));
        }
        suspects.forget(job);
        return last.died.phase;
    }
    return phase;
  }
}

/** An attempt that has not come to its stimulus acquits nobody. What the target cannot do did not end it either. */
const wasTried = ({ result }: DeathTrial): boolean =>
  result.outcome !== 'not run' || result.why.kind === 'not capable';

const endingOf = ({ ending }: Death): Pick<TargetDeath, 'ending'> => (ending ? { ending } : {});

/** The octets of a stimulus's options, where they are no usual ones. */
function optionsOf({ id }: Job): string | undefined {
  const subject = findScenario(id);
  return subject && isCase(subject) ? stimulusOf(subject).opt : undefined;
}

/** Cases are similar when a TCP handles their stimuli in the same state and the same step. */
function kindOf({ id }: Job): string {
  const subject = findScenario(id);
  if (!subject || !isCase(subject)) return id;
  const { ctl } = stimulusOf(subject);
  const step = (['RST', 'SYN', 'FIN', 'URG'] as const).find((bit) => ctl.includes(bit)) ?? 'other';
  return `${subject.state} ${subject.origin ?? ''} ${step}`;
}

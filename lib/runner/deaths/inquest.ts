import { findScenario } from '../../catalogue/catalogue.ts';
import { isCase, stimulusOf } from '../../catalogue/scenario.ts';
import type { DeathCause, TargetDeath } from '../../verdict/reason.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { runSideBySide } from '../pool.ts';
import type { Phase } from '../trial/case-context.ts';
import type { Hazards } from '../trial/hazards.ts';
import type { Described } from '../trial/not-run.ts';
import type { Death, TargetWatch } from '../trial/target-watch.ts';
import { convicted, undecided } from './death-result.ts';
import { type Job, keyOf, type Suspect, Suspects } from './suspects.ts';
import type { DeathTrial } from './try-for-death.ts';

export interface InquestOptions {
  readonly watch: Pick<TargetWatch, 'lost' | 'deaths' | 'giveUp'>;
  readonly hazards: Hazards;
  /** Makes one attempt at a case. Nobody else is on the wire, unless all that were there are tried together. */
  readonly attempt: (job: Job) => Promise<DeathTrial>;
  readonly describe: (job: Job) => Described | undefined;
  readonly report: (result: CaseResult) => void;
  /** Told of each death, when it is known what it came of. */
  readonly explain?: (death: Death, cause: DeathCause) => void;
  readonly stopped?: () => boolean;
  /** In milliseconds; what tests change. */
  readonly now?: () => number;
}

// The culprit is among the first few. Who is not tried is on the wire again, and a suspect again should the target die again.
const MOST_TRIED = 12;
// A death that comes alone once and then not must be seen once more.
const TRIALS = 3;
const TO_CONVICT = 2;
/** Deaths that no case is found to have caused, before the run is given up; each after the first halves how many cases are on the wire. */
export const MOST_UNEXPLAINED = 9;
// All inquests of a run together, in milliseconds.
const MOST_TIME = 15 * 60_000;

/**
 * Finds out by what the target died. Those whose segments were on the wire then are tried again, one at a time and alone; what
 * ends the target twice has done it. Whether that was the stimulus, and so the case's verdict, or what led to the state, what
 * proved the state after, or the tester's own reset in the end, is told by where in the attempt the target was last alive.
 *
 * A target whose process has ended may have been ended by somebody else. All are then tried again side by side first: what
 * survives that was ended by none of them, and this takes as long as one case.
 */
export class Inquest {
  readonly suspects = new Suspects();
  readonly #options: InquestOptions;
  readonly #now: () => number;
  #unexplained = 0;
  #timeTaken = 0;

  constructor(options: InquestOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** By how much fewer cases are to be on the wire: 1, 2, 4 and so on. */
  get caution(): number {
    return 2 ** Math.max(0, this.#unexplained - 1);
  }

  /**
   * @param onTheWire cases that were not done when the target died
   * @param waiting cases that have not been begun yet
   * @returns those of the former and the latter that are still to be run
   */
  async hold(onTheWire: readonly Job[], waiting: readonly Job[], death: Death): Promise<Job[]> {
    const { watch, explain } = this.#options;
    const began = this.#now();
    const done = new Set<string>();
    const suspects = this.suspects.order(onTheWire, death.heardAt);
    const cause = await this.#try(suspects, onTheWire, waiting, death, done);
    if (cause) explain?.(death, cause);
    if (cause?.kind === 'unknown') this.#unexplained += 1;
    this.#timeTaken += this.#now() - began;
    if (this.#unexplained >= MOST_UNEXPLAINED) {
      watch.giveUp({ kind: 'no culprit', deaths: watch.deaths.length });
    } else if (this.#timeTaken > MOST_TIME) {
      watch.giveUp({ kind: 'no time', deaths: watch.deaths.length });
    }
    return [...onTheWire, ...waiting].filter((job) => !done.has(keyOf(job)));
  }

  get #isOver(): boolean {
    const { watch, stopped = () => false } = this.#options;
    return watch.lost !== undefined || stopped();
  }

  /** @returns what ended the target; undefined when that cannot be found out any more */
  async #try(
    suspects: readonly Suspect[],
    onTheWire: readonly Job[],
    waiting: readonly Job[],
    { ending }: Death,
    done: Set<string>,
  ): Promise<DeathCause | undefined> {
    // One that hangs is waited for, each time: there a death more costs more than it saves.
    if (ending && (await this.#surviveTogether(suspects, onTheWire.length))) {
      return this.#isOver ? undefined : { kind: 'unknown', tried: suspects.length };
    }
    const likely = suspects.slice(0, MOST_TRIED);
    for (const { job, isFinished } of likely) {
      if (this.#isOver) return undefined;
      const phase = await this.#accuse(job, isFinished, done);
      if (phase === undefined) continue;
      const cause: DeathCause = { kind: 'segment', part: phase, ...job };
      if (phase !== 'stimulus') return cause;
      // Its like would do the same, each together with all that is on the wire then.
      for (const other of [...onTheWire, ...waiting]) {
        if (done.has(keyOf(other)) || kinOf(other) !== kinOf(job) || this.#isOver) continue;
        await this.#accuse(other, false, done);
      }
      return cause;
    }
    return this.#isOver ? undefined : { kind: 'unknown', tried: likely.length };
  }

  /** Whether the target survives all of them at once. Of who was there at more than one death, one attempt proves nothing. */
  async #surviveTogether(suspects: readonly Suspect[], width: number): Promise<boolean> {
    if (suspects.some(({ job }) => this.suspects.presence(job) > 1)) return false;
    const { attempt, watch } = this.#options;
    const before = watch.deaths.length;
    const isOver = (): boolean => this.#isOver || watch.deaths.length > before;
    const together = async ({ job }: Suspect): Promise<void> => void (await attempt(job));
    await runSideBySide(suspects, Math.max(1, width), together, isOver);
    return watch.deaths.length === before;
  }

  /** @returns what it is that ends the target; undefined when it survives. */
  async #accuse(job: Job, isFinished: boolean, done: Set<string>): Promise<Phase | undefined> {
    const { hazards, attempt, describe, report } = this.#options;
    const { suspects } = this;
    const trials: DeathTrial[] = [];
    const counts = new Map<Phase, number>();
    let phase: Phase | undefined;
    while (trials.length < TRIALS && !phase && !this.#isOver) {
      const trial = await attempt(job);
      trials.push(trial);
      const { died } = trial;
      // Who was there at more than one death is not believed at the first attempt.
      if (counts.size === 0 && !died && trials.length >= suspects.presence(job)) return undefined;
      if (!died) continue;
      const count = (counts.get(died.phase) ?? 0) + 1;
      counts.set(died.phase, count);
      if (count >= TO_CONVICT) phase = died.phase;
    }
    const subject = describe(job);
    const last = trials.findLast(({ died }) => died && (!phase || died.phase === phase));
    if (!subject || !last?.died) return undefined;
    const times = { deaths: trials.filter(({ died }) => died).length, trials: trials.length };
    const { state } = subject;
    switch (phase) {
      case 'stimulus':
        // A result that is there already cannot be taken back.
        if (!isFinished) report(convicted(last, { ...endingOf(last.died.death), ...times }));
        done.add(keyOf(job));
        suspects.forget(job);
        break;
      case 'setup':
        hazards.blockWay(subject);
        break;
      case 'proof':
        hazards.proofs.add(state);
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

const endingOf = ({ ending }: Death): Pick<TargetDeath, 'ending'> => (ending ? { ending } : {});

/** Cases in the same state whose segments a TCP looks at in the same step; scenarios of several steps are of no kin. */
function kinOf({ id }: Job): string {
  const subject = findScenario(id);
  if (!subject || !isCase(subject)) return id;
  const { ctl } = stimulusOf(subject);
  const step = (['RST', 'SYN', 'FIN', 'URG'] as const).find((bit) => ctl.includes(bit)) ?? 'other';
  return `${subject.state} ${subject.origin ?? ''} ${step}`;
}

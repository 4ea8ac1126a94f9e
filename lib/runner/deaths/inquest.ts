import { findScenario } from '../../catalogue/catalogue.ts';
import { isCase, stimulusOf } from '../../catalogue/scenario.ts';
import type { TargetDeath } from '../../verdict/reason.ts';
import type { CaseResult } from '../../verdict/result.ts';
import type { Phase } from '../trial/case-context.ts';
import type { Described } from '../trial/described.ts';
import type { Hazards } from '../trial/hazards.ts';
import type { Death, TargetWatch } from '../trial/target-watch.ts';
import { convicted, undecided } from './death-result.ts';
import { type Job, keyOf, Suspects } from './suspects.ts';
import type { DeathTrial } from './try-for-death.ts';

export interface InquestOptions {
  readonly watch: Pick<TargetWatch, 'lost' | 'deaths' | 'giveUp'>;
  readonly hazards: Hazards;
  /** Makes one attempt at a case, with nobody else on the wire. */
  readonly attempt: (job: Job) => Promise<DeathTrial>;
  readonly describe: (job: Job) => Described | undefined;
  readonly report: (result: CaseResult) => void;
  readonly stopped?: () => boolean;
  /** In milliseconds; what tests change. */
  readonly now?: () => number;
}

// The culprit is among the first few. Who is not tried is on the wire again, and a suspect again should the target die again.
const MOST_TRIED = 12;
// A death that comes alone once and then not must be seen once more.
const TRIALS = 3;
const TO_CONVICT = 2;
/** Deaths that no case is found to have caused, before the run is given up; each halves how many cases are on the wire. */
export const MOST_UNEXPLAINED = 8;
// All inquests of a run together, in milliseconds.
const MOST_TIME = 15 * 60_000;

/**
 * Finds out by what the target died. Those whose segments were on the wire then are tried again, one at a time and alone; what
 * ends the target twice has done it. Whether that was the stimulus, and so the case's verdict, or what led to the state, what
 * proved the state after, or the tester's own reset in the end, is told by where in the attempt the target was last alive.
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
    return 2 ** this.#unexplained;
  }

  /**
   * @param onTheWire cases that were not done when the target died
   * @param waiting cases that have not been begun yet
   * @returns those of the former and the latter that are still to be run
   */
  async hold(onTheWire: readonly Job[], waiting: readonly Job[], heardAt: number): Promise<Job[]> {
    const { watch } = this.#options;
    const began = this.#now();
    const done = new Set<string>();
    const explained = await this.#try(onTheWire, waiting, heardAt, done);
    if (!explained && !this.#isOver) this.#unexplained += 1;
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

  async #try(
    onTheWire: readonly Job[],
    waiting: readonly Job[],
    heardAt: number,
    done: Set<string>,
  ): Promise<boolean> {
    const suspects = this.suspects.order(onTheWire, heardAt).slice(0, MOST_TRIED);
    for (const { job, isFinished } of suspects) {
      if (this.#isOver) return false;
      const phase = await this.#accuse(job, isFinished, done);
      if (phase === undefined) continue;
      if (phase !== 'stimulus') return true;
      // Its like would do the same, each together with all that is on the wire then.
      for (const other of [...onTheWire, ...waiting]) {
        if (done.has(keyOf(other)) || kinOf(other) !== kinOf(job) || this.#isOver) continue;
        await this.#accuse(other, false, done);
      }
      return true;
    }
    return false;
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

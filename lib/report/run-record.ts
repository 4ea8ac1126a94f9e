import type { Death, Loss } from '../verdict/reason.ts';
import type { SearchProgress } from './progress.ts';
import type { ReportCase, Run, RunSettings } from './run.ts';

/** What a run under mocha has found so far: the tests fill it, the reporter reads it. */
export class RunRecord {
  /** What the run is about; undefined until the target is known. */
  settings: RunSettings | undefined;
  /** In the order in which they came. */
  readonly results: ReportCase[] = [];
  readonly #byTest = new WeakMap<object, ReportCase>();
  /** The results that have come. mocha asks for them in its own order, and so later. */
  readonly arrived = new Set<ReportCase>();
  readonly #onArrival: ((result: ReportCase) => void)[] = [];
  /** How far the engine's search for the cause of a death is; undefined while there is none. No case ends meanwhile. */
  search: SearchProgress | undefined;
  /** Called when the search has come further. */
  onSearch: () => void = () => {};
  #loss: Loss | undefined;
  readonly #deaths: Death[] = [];

  /** Keeps what came of a case, and which test of mocha it belongs to. */
  recordResult(result: ReportCase, test?: object): void {
    this.results.push(result);
    this.noteArrival(result);
    if (test) this.#byTest.set(test, result);
  }

  /** A result has come, whether or not mocha has asked for it. */
  noteArrival(result: ReportCase): void {
    if (this.arrived.has(result)) return;
    this.arrived.add(result);
    for (const told of this.#onArrival) told(result);
  }

  /** Calls a function once for each result, when it has come. The engine may have begun earlier. */
  onArrival(told: (result: ReportCase) => void): void {
    for (const result of this.arrived) told(result);
    this.#onArrival.push(told);
  }

  noteSearch(progress: SearchProgress | undefined): void {
    this.search = progress;
    this.onSearch();
  }

  /** The target was given up: the run is not complete, whatever comes of the cases. */
  recordLoss(loss: Loss): void {
    this.#loss ??= loss;
  }

  /** The target died and was up again. */
  recordDeath(death: Death): void {
    this.#deaths.push(death);
  }

  /** The result behind a test of mocha, or undefined. */
  resultOf(test: object): ReportCase | undefined {
    return this.#byTest.get(test);
  }

  /** The run as it stands, or undefined while its settings are. */
  run(end: { readonly durationMs: number; readonly complete: boolean }): Run | undefined {
    const lost = this.#loss && { loss: this.#loss, complete: false };
    const deaths = this.#deaths.length > 0 ? { deaths: [...this.#deaths] } : {};
    return this.settings && { ...this.settings, ...end, ...lost, ...deaths, cases: [...this.results] };
  }
}

// mocha hands its root suite to the interface that makes the tests and to the reporter, which it loads one by one: the record goes from
// the one to the other by it.
const NAME = 'segmentArrivesRecord';

/** Gives the record to the reporter of the mocha that this root suite belongs to. */
export function attachRecord(root: Mocha.Suite, record: RunRecord): void {
  root.ctx[NAME] = record;
}

/** The record of a mocha's run; undefined where its tests are none of the suites. */
export const recordOf = (root: Mocha.Suite): RunRecord | undefined => root.ctx[NAME];

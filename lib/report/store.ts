import type { Loss } from '../verdict/loss.ts';
import type { ReportCase, Run, RunSettings } from './run.ts';

/**
 * What the running mocha process has found so far. Suites fill it, the reporter reads it.
 *
 * mocha loads reporters with `require` and suites with `import`, which may make two instances of this module; hence the
 * contents hang on the global object.
 */
interface Store {
  settings: RunSettings | undefined;
  results: ReportCase[];
  loss: Loss | undefined;
  byTest: WeakMap<object, ReportCase>;
}

const KEY = Symbol.for('segment-arrives.results');
const holder = globalThis as typeof globalThis & { [KEY]?: Store };

function store(): Store {
  holder[KEY] ??= { settings: undefined, results: [], loss: undefined, byTest: new WeakMap() };
  return holder[KEY];
}

/** Says what the run is about; may be called again once more is known of the target. */
export function setRun(settings: RunSettings): void {
  store().settings = settings;
}

/** Keeps what came of a case, and which test of mocha it belongs to. */
export function recordResult(result: ReportCase, test?: object): void {
  store().results.push(result);
  if (test) store().byTest.set(test, result);
}

/** The target was given up: the run is not complete, whatever comes of the cases. */
export function recordLoss(loss: Loss): void {
  store().loss ??= loss;
}

/** Everything recorded so far, in the order in which it came. */
export const results = (): readonly ReportCase[] => store().results;

/** The result behind a test of mocha, or undefined. */
export const resultOf = (test: object): ReportCase | undefined => store().byTest.get(test);

/** The settings given to {@link setRun}, or undefined. */
export const runSettings = (): RunSettings | undefined => store().settings;

/** The run as it stands, or undefined before {@link setRun}. */
export function currentRun(end: {
  readonly durationMs: number;
  readonly complete: boolean;
}): Run | undefined {
  const { settings, results: cases, loss } = store();
  const lost = loss && { loss, complete: false };
  return settings && { ...settings, ...end, ...lost, cases: [...cases] };
}

/** Forgets everything: a second run in the same process starts afresh. */
export function clearStore(): void {
  delete holder[KEY];
}

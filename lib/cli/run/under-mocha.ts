import Mocha from 'mocha';
import { SUITES } from '../../catalogue/catalogue.ts';
import type { Suite } from '../../catalogue/suite.ts';
import type { ReportCase, Run } from '../../report/run.ts';
import SegmentArrivesReporter from '../../report/reporter.ts';
import { type MochaRun, mochaRun } from '../../runner/mocha/mocha-run.ts';
import { declareSuites } from '../../runner/mocha/suite-interface.ts';
import { type Settings, settingsFrom } from '../../runner/settings.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { finished, type Interruption } from './interrupt.ts';
import { showLive } from './live.ts';
import type { RunOptions } from './options.ts';

/**
 * Mocha with the tests of the catalogue, and the reporter that .mocharc.json names. To begin and to end the run is left to the
 * caller, who has more to say about their failures than mocha.
 */
export function loadMocha(
  settings: Settings,
  showsProgress: boolean,
  suites: readonly Suite[] = SUITES,
): { mocha: Mocha; run: MochaRun } {
  const run = mochaRun(settings);
  const mocha = new Mocha({
    timeout: 0,
    reporter: SegmentArrivesReporter as never,
    // results.json and the others are written when it is known whether the run was cut short.
    reporterOptions: { reportDir: settings.reports, writeReports: false, progress: showsProgress },
  });
  declareSuites(mocha.suite, suites, run);
  return { mocha, run };
}

/**
 * Hands stored results to mocha's tests, for the page that mochawesome makes of them.
 *
 * @returns the results in the order of a run
 */
export async function replay(stored: Run, reports: string): Promise<readonly ReportCase[]> {
  const keyOf = (id: string, family: 4 | 6): string => `${id} ${family}`;
  const results = new Map(stored.cases.map((one) => [keyOf(one.id, one.family), one]));
  const suites = SUITES.map(({ name, scenarios }) => ({
    name,
    scenarios: scenarios.map((one) => ({
      ...one,
      families: one.families.filter((family) => results.has(keyOf(one.id, family))),
    })),
  }));
  const { profile, strict } = stored;
  const { mocha, run } = loadMocha({ ...settingsFrom({}), profile, strict, reports }, false, suites);
  run.record.settings = stored;
  run.session = {
    result: async (id, family) => results.get(keyOf(id, family)) as CaseResult,
    close: async () => {},
  };
  await new Promise<void>((resolve) => {
    mocha.run(() => resolve());
  });
  return run.record.results;
}

/** Whether every test was run to its end. */
export async function runMocha(
  mocha: Mocha,
  run: MochaRun,
  options: RunOptions,
  interruption: Interruption,
): Promise<boolean> {
  const { session } = run;
  let count = 0;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    showLive(runner, run.record, options);
    runner.on('test end', () => {
      count += 1;
    });
    // All results are here: the engine ends while the pages are drawn.
    runner.once('end', () => void session?.close());
    interruption.endInOrder(async () => {
      runner.abort();
      if (!session) return;
      await keepFinished(run);
      await session.close();
    });
  });
  return interruption.exitCode === undefined && count === run.cases.size;
}

/** Keeps the results that came before mocha asked for them. */
async function keepFinished(run: MochaRun): Promise<void> {
  if (!run.session) return;
  const unseen = [...run.cases].filter(([test]) => !run.record.resultOf(test));
  // The first of them is the one that mocha is awaiting: it records that itself.
  for (const result of await finished(
    run.session,
    unseen.slice(1).map(([, one]) => one),
  ))
    run.record.recordResult(result);
}

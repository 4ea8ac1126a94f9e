import Mocha from 'mocha';
import SegmentArrivesReporter from '../../report/reporter.ts';
import { beginRun, type CurrentRun } from '../../runner/mocha/current-run.ts';
import { suiteFiles } from '../../runner/mocha/suites.ts';
import type { Settings } from '../../runner/settings.ts';
import { UsageError } from '../failure.ts';

export interface Prepared {
  readonly mocha: Mocha;
  readonly run: CurrentRun;
}

/**
 * Mocha with the suites loaded: the same files, plugin and reporter as .mocharc.json names. The plugin's setup and
 * teardown are left to the caller, who has more to say about their failures than mocha.
 *
 * @throws UsageError when no case is selected
 */
export async function prepare(settings: Settings, showsProgress: boolean): Promise<Prepared> {
  const run = beginRun(settings);
  const mocha = new Mocha({
    timeout: 0,
    reporter: SegmentArrivesReporter as never,
    // results.json and the others are written when it is known whether the run was cut short.
    reporterOptions: { reportDir: settings.reports, writeReports: false, progress: showsProgress },
  });
  for (const file of suiteFiles()) mocha.addFile(file);
  await mocha.loadFilesAsync();
  if (run.cases.size === 0) throw new UsageError(nothingSelected(settings));
  return { mocha, run };
}

function nothingSelected({ only, families }: Settings): string {
  const where = families.map((family) => `IPv${family}`).join(' or ');
  return only
    ? `--only ${only} matches no case over ${where}; \`segment-arrives list\` prints all ids`
    : `there is no case over ${where}`;
}

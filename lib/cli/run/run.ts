import { readBaseline, requireProfile } from '../../report/baseline/baseline.ts';
import { settingsOf } from '../settings.ts';
import type { RunOptions } from './options.ts';

/** Runs the suites and returns the exit code. What can be wrong with the words is found before much is loaded. */
export async function run(options: RunOptions): Promise<number> {
  const settings = settingsOf(options);
  const { baseline: file } = options;
  const baseline = file === undefined ? undefined : { file, baseline: readBaseline(file) };
  if (baseline) requireProfile(baseline.baseline, settings.profile);
  const { execute } = await import('./execute.ts');
  return execute(settings, baseline, options);
}

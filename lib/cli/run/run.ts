import { readBaseline, requireProfile } from '../../report/baseline/baseline.ts';
import type { Format } from '../commands/run.ts';
import { type SettingOptions, settingsOf } from '../settings.ts';

export interface RunOptions extends SettingOptions {
  readonly baseline?: string;
  readonly reportOnly?: boolean;
  readonly format: Format;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
}

/** Runs the suites and returns the exit code. What can be wrong with the words is found before much is loaded. */
export async function run(options: RunOptions): Promise<number> {
  const settings = settingsOf(options);
  const { baseline: file } = options;
  const baseline = file === undefined ? undefined : { file, baseline: readBaseline(file) };
  if (baseline) requireProfile(baseline.baseline, settings.profile);
  const { execute } = await import('./execute.ts');
  return execute(settings, baseline, options);
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ReportError, writeWhole } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { currentRun } from '../../report/store.ts';
import { type WriteOptions, writeReports } from '../../report/write.ts';
import type { Settings } from '../../runner/settings.ts';
import { tell } from '../failure.ts';

/** A run whose reports cannot be written need not begin. @throws ReportError */
export function requireWritable(directory: string): void {
  const probe = join(directory, `.writable-${process.pid}`);
  writeWhole(probe, '');
  rmSync(probe, { force: true });
}

/** Writes what is known at the end of a run; undefined when it cannot be written, which has been told then. */
export function finish(
  { settings, durationMs, complete }: { settings: Settings; durationMs: number; complete: boolean },
  options: WriteOptions = {},
): Run | undefined {
  const run = currentRun({ durationMs, complete });
  if (!run) return undefined;
  try {
    writeReports(settings.reports, run, options);
    return run;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    tell(error);
    return undefined;
  }
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ReportError, writeWhole } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { type WriteOptions, writeReports } from '../../report/write.ts';
import { tell } from '../failure.ts';

/** A run whose reports cannot be written need not begin. @throws ReportError */
export function requireWritable(directory: string): void {
  const probe = join(directory, `.writable-${process.pid}`);
  try {
    writeWhole(probe, '');
    rmSync(probe, { force: true });
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    throw new ReportError(error.message.replace(probe, `the directory ${directory}`), { cause: error });
  }
}

/** Writes what mochawesome does not; false when it cannot be written, which has been told then. */
export function write(directory: string, run: Run, options: WriteOptions | undefined): boolean {
  try {
    writeReports(directory, run, options);
    console.log(
      `  reports: ${join(directory, 'index.html')}, and beside it mochawesome.html, results.json, junit.xml, summary.md, pcap/\n`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    tell(error);
    return false;
  }
}

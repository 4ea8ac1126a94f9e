import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeResults } from '../../lib/report/results.ts';
import type { Run } from '../../lib/report/run.ts';

/** What results.json of this run holds. */
export function resultsText(run: Run): string {
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  try {
    return readFileSync(writeResults(folder, run), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

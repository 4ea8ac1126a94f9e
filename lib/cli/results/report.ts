import { join } from 'node:path';
import { renderMatrix } from '../../report/matrix/render.ts';
import { readResults, writeWhole } from '../../report/results.ts';
import { loadSuites } from '../../runner/suites.ts';
import { catalogue } from '../../spec/catalogue.ts';
import { EXIT } from '../failure.ts';

/** Writes one page for one or several stored results. */
export async function report(
  files: readonly string[],
  { out = 'reports' }: { out?: string },
): Promise<number> {
  const runs = files.map(readResults);
  await loadSuites();
  const page = join(out, 'index.html');
  writeWhole(page, renderMatrix(runs, catalogue()));
  const names = runs.map(({ target, cases }) => `${target.name} (${cases.length} results)`).join(', ');
  console.log(`${page}: ${names}`);
  return EXIT.asExpected;
}

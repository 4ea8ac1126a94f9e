import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { captureName } from '../../report/capture-name.ts';
import type { Captures } from '../../report/matrix/encode.ts';
import { renderMatrix } from '../../report/matrix/render.ts';
import { readResults, writeWhole } from '../../report/results.ts';
import { subjects } from '../../report/subject.ts';
import { loadSuites } from '../../runner/suites.ts';
import { EXIT } from '../failure.ts';

/** Writes one page for one or several stored results; captures that lie beside them are linked from where they are. */
export async function report(
  files: readonly string[],
  { out = 'reports' }: { out?: string },
): Promise<number> {
  const runs = files.map(readResults);
  await loadSuites();
  const page = join(out, 'index.html');
  const captures = files.map((file) => capturesBeside(dirname(file), out));
  writeWhole(page, renderMatrix(runs, subjects(), captures));
  const names = runs.map(({ target, cases }) => `${target.name} (${cases.length} results)`).join(', ');
  console.log(`${page}: ${names}`);
  return EXIT.asExpected;
}

function capturesBeside(folder: string, out: string): Captures {
  const way = relative(resolve(out), resolve(folder));
  return {
    base: way === '' ? '' : `${way.split(sep).map(encodeURIComponent).join('/')}/`,
    has: (result) => existsSync(join(folder, captureName(result))),
  };
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITES = join(ROOT, 'suites');

/** A line of a stack, from `at` to the end: `(file:///.../suites/1-closed/aborted.ts:10:1)`. */
const FRAME = /((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/;

/**
 * Where a declaration is written, as `FILE:LINE` from the working directory: the line that has its id, or else the one that
 * declares the state's cases.
 *
 * @param stack of an error that was made while the suite's file declared it
 * @returns undefined when no suite was being loaded
 */
export function sourceOf(id: string, stack = ''): string | undefined {
  const frames = stack.split('\n').flatMap((line) => {
    const [, place = '', number = ''] = FRAME.exec(line) ?? [];
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    return isOfSuite(file) ? [{ file, line: Number(number) }] : [];
  });
  const [outermost] = frames.slice(-1);
  const files = frames.map(({ file }) => file);
  for (const file of [...files, ...(outermost ? familiesOf(outermost.file) : [])]) {
    const line = lineOf(id, file);
    if (line !== undefined) return place(file, line);
  }
  return outermost && place(outermost.file, outermost.line);
}

/** Ours lie in suites/, those of the user anywhere outside of this project. */
const isOfSuite = (file: string): boolean =>
  file.startsWith(SUITES) || (!file.startsWith(ROOT) && !file.includes('/node_modules/') && existsSync(file));

/**
 * The files that the suites of a folder share. They are not on the stack: they have returned their cases before the suite
 * declares them.
 */
function familiesOf(file: string): readonly string[] {
  const folder = join(dirname(file), 'families');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/**
 * The last place in the suites where an id is written, as `FILE:LINE` from the working directory; undefined when no file holds
 * the id as text.
 */
export function lastPlaceOf(id: string, folder = SUITES): string | undefined {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .sort()
    .map((name) => join(folder, name));
  for (const name of namesOf(id)) {
    for (const file of files.toReversed()) {
      const index = readFileSync(file, 'utf8')
        .split('\n')
        .findLastIndex((line) => line.includes(`'${name}'`));
      if (index !== -1) return place(file, index + 1);
    }
  }
  return undefined;
}

/** The forms in which files write an id: families write only the part after the state. */
const namesOf = (id: string): readonly string[] => [
  id,
  id.slice(id.indexOf('.') + 1),
  id.slice(id.lastIndexOf('.') + 1),
];

const place = (file: string, line: number): string => `${relative(process.cwd(), file)}:${line}`;

/** The first line with the id in quotes, or a part of it that files write. Counted from 1. */
function lineOf(id: string, file: string): number | undefined {
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const name of namesOf(id)) {
    const index = lines.findIndex((line) => line.includes(`'${name}'`));
    if (index !== -1) return index + 1;
  }
  return undefined;
}

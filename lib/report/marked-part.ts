import { readFileSync } from 'node:fs';
import { ReportError, writeWhole } from './write-whole.ts';

/** A command writes what stands between these lines of a page; people write the rest. */
export const MARKERS = { begin: '<!-- results -->', end: '<!-- /results -->' } as const;

/**
 * Puts a text between the markers of a page, and leaves everything else as it is. A page that is not there is made, with
 * nothing but that part.
 *
 * @throws ReportError when the page has not exactly one such part, or cannot be read or written
 */
export function writeMarkedPart(file: string, text: string): void {
  const part = `${MARKERS.begin}\n\n${text}\n\n${MARKERS.end}`;
  const page = read(file);
  writeWhole(file, page === undefined ? `${part}\n` : replaced(page, part, file));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new ReportError(`${file} could not be read: ${message}.`, { cause: error });
  }
}

function replaced(page: string, part: string, file: string): string {
  const [before, rest, ...more] = page.split(MARKERS.begin);
  const [, after, ...others] = rest?.split(MARKERS.end) ?? [];
  if (after === undefined || more.length > 0 || others.length > 0 || before?.includes(MARKERS.end)) {
    throw new ReportError(`${file} needs one line ${MARKERS.begin} and after it one line ${MARKERS.end}.`);
  }
  return `${before}${part}${after}`;
}

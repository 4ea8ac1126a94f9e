import { readFileSync } from 'node:fs';
import type { Run } from '../run.ts';
import type { Subject } from '../subject.ts';
import { type Captures, encodeMatrix } from './encode.ts';

/** The page's scripts; each may use what stands before it. */
const SCRIPTS = [
  '../ladder-drawing.js',
  'page/words.js',
  'page/data.js',
  'page/filters.js',
  'page/overview.js',
  'page/verdicts.js',
  'page/case.js',
  'page/matrix.js',
  'page/keyboard.js',
  'page/main.js',
];

const STYLES = [
  'page/page.css',
  'page/head.css',
  'page/filters.css',
  'page/matrix.css',
  'page/case.css',
  'page/ladder.css',
  'page/media.css',
];

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/**
 * One page for one run or several side by side: everything is in it, and it asks the network for nothing.
 *
 * @param subjects where expectations and citations are looked up; a case that is not there shows its results only
 * @param captures where those of each run lie; beside the page when absent
 */
export function renderMatrix(
  runs: readonly Run[],
  subjects: readonly Subject[],
  captures?: readonly Captures[],
): string {
  const parts: Record<string, string> = {
    title: element('title', escapeHtml(`segment-arrives: ${runs.map((run) => run.target.name).join(', ')}`)),
    style: element('style', STYLES.map(read).join('\n')),
    data: element(
      'script',
      embeddable(JSON.stringify(encodeMatrix(runs, subjects, captures))),
      ' type="application/json" id="data"',
    ),
    script: element('script', SCRIPTS.map((name) => unbundled(read(name))).join('\n'), ' type="module"'),
  };
  // One pass, and a function: what is put in may itself hold a `$` or something like a marker.
  return read('page/page.html').replace(/<!-- ([a-z]+) -->/g, (_, name: string) => parts[name] ?? '');
}

const element = (name: string, content: string, attributes = ''): string =>
  `<${name}${attributes}>${content}</${name}>`;

/** The scripts share one scope in the page, so their imports and exports go. */
const unbundled = (script: string): string =>
  script.replace(/^import [^;]*;\n/gm, '').replace(/^export (?=const|function|class)/gm, '');

/** JSON that can't end its script element early. */
const embeddable = (json: string): string => json.replace(/<(?=[!/]|script)/gi, '\\u003c');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

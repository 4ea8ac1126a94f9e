import { LADDER_STYLE } from '../ladder-drawing.ts';
import { pagePart } from '../page-part.ts';
import type { Run } from '../run.ts';
import type { Subject } from '../subject.ts';
import { type Captures, matrixData, packed } from './encode.ts';
import { pageScript } from './page-script.ts';

const STYLES = ['page', 'filters', 'matrix', 'case'].map((name) => `matrix/page/${name}.css`);

/**
 * One page for one run, or for several side by side. It holds everything, and makes no request.
 *
 * @param subjects expectations and citations; a case without a subject shows its results only
 * @param captures where the captures of each run are; beside the page when absent
 */
export function renderMatrix(
  runs: readonly Run[],
  subjects: readonly Subject[],
  captures?: readonly Captures[],
): string {
  const data = packed(matrixData(runs, subjects, captures));
  const parts: Record<string, string> = {
    title: element('title', escapeHtml(`segment-arrives: ${runs.map((run) => run.target.name).join(', ')}`)),
    style: element('style', [...STYLES.map(pagePart), LADDER_STYLE].join('\n')),
    data: element('script', data, ' type="text/plain" id="data"'),
    script: element('script', pageScript(), ' type="module"'),
  };
  // One pass, and a function: what is put in may itself hold a `$` or something like a marker.
  return pagePart('matrix/page/page.html').replace(
    /<!-- ([a-z]+) -->/g,
    (_, name: string) => parts[name] ?? '',
  );
}

const element = (name: string, content: string, attributes = ''): string =>
  `<${name}${attributes}>${content}</${name}>`;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

import { pagePart } from './page-part.ts';
import pc from 'picocolors';
import type { Finding } from '../findings/findings.ts';
import { findingExtent, findingRule } from './findings.ts';
import { casesOf, findingRows } from './finding-rows.ts';
import { findingTitle } from './finding-title.ts';
import type { Run } from './run.ts';

/** A finding, and how many cases of each run show it. */
interface HistoryRow {
  /** As the newest run has it that has it. */
  readonly finding: Finding;
  readonly counts: readonly number[];
  /** From the last run but one to the last. */
  readonly change: 'new' | 'gone' | 'grew' | 'shrank' | 'same';
}

/** Findings over runs, given oldest first: what the last run changed comes first, what has long been gone last. */
export function historyRows(runs: readonly Run[]): readonly HistoryRow[] {
  const rows = findingRows(runs).flatMap(({ byRun }): HistoryRow[] => {
    const finding = byRun.findLast((one) => one !== undefined);
    return finding ? [{ finding, counts: byRun.map(casesOf), change: changeOf(byRun.map(casesOf)) }] : [];
  });
  const order = ['new', 'grew', 'shrank', 'gone', 'same'];
  const isLongGone = ({ counts, change }: HistoryRow): boolean => change === 'same' && counts.at(-1) === 0;
  return rows.sort(
    (a, b) =>
      Number(isLongGone(a)) - Number(isLongGone(b)) || order.indexOf(a.change) - order.indexOf(b.change),
  );
}

function changeOf(counts: readonly number[]): HistoryRow['change'] {
  const [before, last] = [counts.at(-2), counts.at(-1) ?? 0];
  if (before === undefined || before === last) return 'same';
  if (before === 0) return 'new';
  if (last === 0) return 'gone';
  return last > before ? 'grew' : 'shrank';
}

/** What tells runs apart: the date; the target and the version of the suite where they differ. */
function headsOf(runs: readonly Run[]): string[] {
  const differ = (of: (run: Run) => string): boolean => new Set(runs.map(of)).size > 1;
  const parts = [
    ({ startedAt }: Run) => startedAt.slice(0, 16).replace('T', ' '),
    ...(differ(({ target }) => target.name) ? [({ target }: Run) => target.name] : []),
    ...(differ(({ version }) => version) ? [({ version }: Run) => `suite ${version}`] : []),
  ];
  return runs.map((run) => parts.map((part) => part(run)).join('  '));
}

// So many columns fit beside the titles.
const COLUMNS = 8;

/** The last runs as a table for a terminal. */
export function historyText(runs: readonly Run[], { colour = pc.isColorSupported } = {}): string {
  const colours = pc.createColors(colour);
  const shown = runs.slice(-COLUMNS);
  const first = runs.length - shown.length;
  const heads = headsOf(runs).slice(first);
  const rows = historyRows(runs).filter(({ counts }) => counts.slice(first).some((count) => count > 0));
  const cell = (text: string): string => text.padStart(5);
  const paint = {
    new: colours.red,
    grew: colours.red,
    gone: colours.green,
    shrank: colours.green,
    same: String,
  };
  return [
    ...heads.map((head, at) => `  ${String(first + at + 1).padStart(3)}  ${head}`),
    '',
    `${shown.map((_, at) => cell(String(first + at + 1))).join('')}  cases of each finding`,
    ...rows.map(({ finding, counts, change }) => {
      const cells = counts.slice(first).map((count) => cell(count === 0 ? '·' : String(count)));
      const what = change === 'same' ? '' : `${change}: `;
      return `${cells.join('')}  ${paint[change](`${what}${findingTitle(finding)}`)}`;
    }),
    ...(rows.length === 0 ? ['  no finding'] : []),
    '',
  ].join('\n');
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The table as a page that needs nothing else. The newest run stands beside the findings: a narrow screen shows it. */
export function historyPage(runs: readonly Run[]): string {
  const heads = headsOf(runs);
  const names = [...new Set(runs.map(({ target }) => target.name))];
  const title = `${names.length === 1 ? names[0] : `${names.length} targets`}: findings over ${runs.length} runs`;
  const style = ['matrix/page/page.css', 'history.css'].map(pagePart).join('\n');
  const rows = historyRows(runs).map(({ finding, counts, change }) => {
    const cells = counts.map((count, at) => {
      const before = counts[at - 1] ?? count;
      const kind = count === before ? '' : count > before ? ' class="worse"' : ' class="better"';
      return `<td${kind}>${count === 0 ? '·' : count}</td>`;
    });
    const what = change === 'same' ? '' : `<em class="${change}">${change}</em> `;
    return `<tr><th scope="row">${what}${escapeHtml(findingTitle(finding))}<small>${escapeHtml(findingExtent(finding))}${finding.rule ? `; ${escapeHtml(findingRule(finding))}` : ''}</small></th>${cells.reverse().join('')}</tr>`;
  });
  const columns = heads.map((head) => `<th scope="col"><span>${escapeHtml(head)}</span></th>`).reverse();
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`segment-arrives: ${title}`)}</title><style>${style}</style></head>
<body><header><p class="brand">segment-arrives <span>TCP conformance</span></p><h1>${escapeHtml(title)}</h1></header>
<main class="history"><table><thead><tr><th scope="col">cases that show it, newest run first</th>${columns.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>${rows.length === 0 ? '<p>No finding.</p>' : ''}</main></body></html>
`;
}

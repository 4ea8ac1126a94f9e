import { caseLink } from './case.ts';
import {
  countWords,
  type Data,
  html,
  KINDS,
  type Mark,
  mark,
  notation,
  profileName,
  type Result,
  type Row,
  resultAt,
  tally,
} from './data.ts';
import type { Filters } from './filters.ts';

/*
 * The matrix: a table for each state, a row for each stimulus. One stack: the verdicts of all profiles for each family.
 * Several: a column for each stack and family, under the chosen profile.
 */

export const matrixHtml = (data: Data, filters: Filters): string =>
  data.states.map((state, index) => stateHtml(state, index, data, filters)).join('');

function stateHtml(state: string, index: number, data: Data, filters: Filters): string {
  const rows = data.rows.filter((row) => row.state === state);
  const counts = tally(
    rows.flatMap((row) => row.results),
    filters.profile,
  );
  const several = data.stacks.length > 1;
  const columns = data.stacks.reduce((sum, stack) => sum + stack.families.length, 0);
  const body = rows.map((row) => rowHtml(row, data, filters)).join('');
  return `<section class="state" id="state-${index}" style="--rows:${rows.length};--columns:${columns}"><table class="${several ? 'several' : 'single'}">
<caption><h2>${html(state)}</h2><p>${html(countWords(counts))}</p></caption>
${several ? severalHead(data) : singleHead(data, filters)}<tbody>${body}</tbody></table></section>`;
}

/** The class of the cells of a profile. */
const profileClass = (index: number, { profile }: Filters): string =>
  `p${index}${index === profile ? ' chosen' : ''}`;

function singleHead(data: Data, filters: Filters): string {
  const families = data.stacks[0]?.families ?? [];
  const top = families.map(
    (family) => `<th scope="colgroup" colspan="${data.profiles.length + 1}">IPv${family}</th>`,
  );
  const names = data.profiles.map((profile, index) => {
    const name = profileName(profile);
    const short = name.replace('RFC ', '<span class="sr">RFC </span>');
    return `<th scope="col" class="${profileClass(index, filters)}"><abbr title="${name}">${short}</abbr></th>`;
  });
  const columns = `<col class="k">${data.profiles.map((_, index) => `<col class="v ${profileClass(index, filters)}">`).join('')}`;
  return `<colgroup><col class="s"></colgroup>${families.map(() => `<colgroup>${columns}</colgroup>`).join('')}<thead><tr><th scope="col" rowspan="2">segment</th>${top.join('')}</tr><tr>${families.map(() => `<th scope="col" class="k">answer</th>${names.join('')}`).join('')}</tr></thead>`;
}

function severalHead(data: Data): string {
  const top = data.stacks.map(
    (stack) => `<th scope="colgroup" colspan="${stack.families.length}">${html(stack.name)}</th>`,
  );
  const names = data.stacks.flatMap((stack) =>
    stack.families.map((family) => `<th scope="col">IPv${family}</th>`),
  );
  const columns = data.stacks.map(
    (stack) => `<colgroup>${'<col class="w">'.repeat(stack.families.length)}</colgroup>`,
  );
  return `<colgroup><col class="s"></colgroup>${columns.join('')}<thead><tr><th scope="col" rowspan="2">segment</th>${top.join('')}</tr><tr>${names.join('')}</tr></thead>`;
}

function rowHtml(row: Row, data: Data, filters: Filters): string {
  const condition = row.condition ? `<span class="condition">${html(row.condition)}</span>` : '';
  const cells = data.stacks.flatMap((stack) =>
    stack.families.map((family) => {
      const result = resultAt(row, stack.index, family);
      return data.stacks.length > 1
        ? severalCell(row, result, data, filters)
        : singleCells(row, result, data, filters);
    }),
  );
  return `<tr data-row="${row.index}"><th scope="row"><div><code>${notation(row.send)}</code><span class="title">${html(row.title)} ${condition}</span></div></th>${cells.join('')}</tr>`;
}

/** A cell's link. Its address is permanent; `data-of` is row, family and stack. */
function cellLink(
  row: Row,
  result: Result,
  data: Data,
  { key, symbol }: Mark,
  words: string,
  rest = '',
): string {
  const { family, stack } = result;
  return `<a class="${key}" href="${html(caseLink(row, result, data))}" data-of="${row.index}/${family}/${stack}" tabindex="-1" aria-label="${html(words)}">${symbol}${rest}</a>`;
}

const spoken = ({ key }: Mark): string => (key === 'impossible' ? 'not possible with this target' : key);

function singleCells(row: Row, result: Result | undefined, data: Data, filters: Filters): string {
  if (!result) return `<td class="k"></td>${'<td></td>'.repeat(data.profiles.length)}`;
  const kind = result.kind && KINDS[result.kind];
  const verdicts = data.profiles.map((profile, index) => {
    const verdict = mark(result, index);
    const words = `${row.id}, IPv${result.family}, ${profileName(profile)}: ${spoken(verdict)}`;
    return `<td class="${profileClass(index, filters)}">${cellLink(row, result, data, verdict, words)}</td>`;
  });
  return `<td class="k ${kind?.key ?? ''}">${kind?.short ?? ''}</td>${verdicts.join('')}`;
}

function severalCell(row: Row, result: Result | undefined, data: Data, filters: Filters): string {
  if (!result) return '<td></td>';
  const verdict = mark(result, filters.profile);
  const kind = result.kind && KINDS[result.kind];
  const words = `${row.id}, ${data.stacks[result.stack]?.name}, IPv${result.family}: ${spoken(verdict)}${kind ? `, ${kind.words}` : ''}`;
  return `<td>${cellLink(row, result, data, verdict, words, `<span>${kind?.short ?? ''}</span>`)}</td>`;
}

/* The keyboard: the matrix has thousands of links, but is one stop for the Tab key. The arrow keys move within it. */

const visibleRows = (main: HTMLElement): HTMLElement[] => [
  ...main.querySelectorAll<HTMLElement>('tbody tr:not([hidden])'),
];

const linksOf = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('a[data-of]')];

/** Makes the link the one that Tab reaches. */
function makeStop(main: HTMLElement, link: HTMLElement | null): void {
  for (const old of main.querySelectorAll<HTMLElement>('a[tabindex="0"]')) old.tabIndex = -1;
  if (link) link.tabIndex = 0;
}

/** The first visible link becomes the stop, unless the present stop is visible. */
export function ensureStop(main: HTMLElement): void {
  const stop = main.querySelector('tbody tr:not([hidden]) a[tabindex="0"]');
  if (!stop) makeStop(main, main.querySelector<HTMLElement>('tbody tr:not([hidden]) a[data-of]'));
}

/** How many rows a key goes. */
const STEPS: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -15, PageDown: 15 };

/** The link that an arrow key leads to, or undefined. */
function target(main: HTMLElement, link: HTMLElement, key: string): HTMLElement | undefined {
  const row = link.closest('tr');
  if (!row) return undefined;
  const links = linksOf(row);
  const column = links.indexOf(link);
  if (key === 'ArrowLeft') return links[column - 1];
  if (key === 'ArrowRight') return links[column + 1];
  if (key === 'Home') return links[0];
  if (key === 'End') return links.at(-1);
  const step = STEPS[key];
  if (!step) return undefined;
  const rows = visibleRows(main).filter((one) => linksOf(one).length > 0);
  const at = Math.min(Math.max(rows.indexOf(row) + step, 0), rows.length - 1);
  const there = linksOf(rows[at] ?? row);
  return there[Math.min(column, there.length - 1)];
}

/** The link in the matrix that an event is about. */
const linkOf = ({ target }: Event): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('a[data-of]') : null;

export function moveWithArrows(main: HTMLElement): void {
  main.addEventListener('keydown', (event) => {
    const link = linkOf(event);
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = target(main, link, event.key);
    if (!next) return;
    event.preventDefault();
    makeStop(main, next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  main.addEventListener('focusin', (event) => {
    const link = linkOf(event);
    if (link) makeStop(main, link);
  });
}

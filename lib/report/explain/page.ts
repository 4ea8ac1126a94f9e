import { basename } from 'node:path';
import type { Account, Explanation, Rung } from '../../explain/account.ts';
import type { CaptureFacts } from '../../explain/explain.ts';
import { causeOf, type IcmpError } from '../../explain/icmp.ts';
import { type DrawnRow, drawLadder, LADDER_STYLE } from '../ladder-drawing.ts';
import { pagePart } from '../page-part.ts';
import { aboutTexts, extentText, factTexts, outcomeText } from './about.ts';
import { CAUSE_NAMES } from './causes.ts';
import { endText, segmentText } from './segments.ts';
import { eventText, explanationLines } from './sentences.ts';
import type { Tally } from './text.ts';

const STYLES = ['matrix/page/page.css', 'explain/page/explain.css'];

/** The first segments of a ladder, and how many before and after one that is explained; those between are left out. */
const FIRST = 8;
const AROUND = 6;
/** A pause shorter than this, in milliseconds, is not drawn. */
const PAUSE = 1000;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** One page for a capture: everything is in it, and it asks the network for nothing. */
export function explanationPage(
  file: string,
  facts: CaptureFacts,
  tally: Tally,
  accounts: readonly Account[],
): string {
  const name = file === '-' ? 'standard input' : basename(file);
  const parts: Record<string, string> = {
    title: `<title>${escapeHtml(`segment-arrives: ${name} explained`)}</title>`,
    style: `<style>${[...STYLES.map(pagePart), LADDER_STYLE].join('\n')}</style>`,
    head: headHtml(name, facts, tally),
    main:
      accounts.map(connectionHtml).join('\n') ||
      '<p class="nothing">Nothing in this capture needs explaining.</p>',
    script: `<script>${pagePart('explain/page/explain.js')}</script>`,
  };
  return pagePart('explain/page/explain.html').replace(
    /<!-- ([a-z]+) -->/g,
    (_, part: string) => parts[part] ?? '',
  );
}

function headHtml(name: string, facts: CaptureFacts, tally: Tally): string {
  const causes = [...tally.causes].sort((one, other) => other[1] - one[1]);
  const rows = causes.map(
    ([cause, count]) =>
      `<li><a href="#${anchor(cause)}"><b>${count}</b> ${escapeHtml(CAUSE_NAMES[cause])}</a></li>`,
  );
  return (
    `<h1>${escapeHtml(name)}</h1><p class="facts">${[extentText(facts), ...factTexts(facts)].map(escapeHtml).join('<br>')}</p>` +
    (rows.length > 0 ? `<nav aria-label="Causes"><ul class="causes">${rows.join('')}</ul></nav>` : '') +
    '<p class="legend">Lines in <b class="drawn">this colour</b> are explained; <b class="drew">cause</b> marks the segment that each answers. Beside the lifelines stand the states that each end may be in.</p>' +
    '<p class="keys"><kbd>j</kbd> next, <kbd>k</kbd> previous explanation</p>'
  );
}

const anchor = (cause: string): string => `cause-${cause.replace(/[^A-Za-z]+/g, '-')}`;

function connectionHtml(account: Account): string {
  const { opener = 0, index, explanations } = account;
  const notable = explanations.filter((one) => one.notable);
  return (
    `<section id="connection-${index}" aria-labelledby="title-${index}"><h2 id="title-${index}">Connection ${index} <span>${escapeHtml(endText(account, opener))} → ${escapeHtml(endText(account, opener === 0 ? 1 : 0))}</span></h2>` +
    `<p class="facts">${escapeHtml([outcomeText(account), ...aboutTexts(account)].join('; '))}</p>` +
    `<div class="sides"><div class="ladder-box">${ladderHtml(account)}</div><div class="explanations">${(notable.length > 0 ? notable : explanations).map((one) => explanationHtml(account, one)).join('')}</div></div></section>`
  );
}

function explanationHtml(account: Account, explanation: Explanation): string {
  const lines = explanationLines(account, explanation).map(
    ([label, text]) => `<dt>${label}</dt><dd>${escapeHtml(text)}</dd>`,
  );
  const bad = explanation.verdict === 'deviates' ? ' class="deviates"' : '';
  return `<article tabindex="0" data-cause="${anchor(explanation.cause)}"${bad}><h3><b>${explanation.segment.frame}</b> ${escapeHtml(eventText(account, explanation))}</h3><dl>${lines.join('')}</dl></article>`;
}

function ladderHtml(account: Account): string {
  const { ladder = [], opener = 0, explanations } = account;
  const rows = rowsOf(account, ladder);
  const other = opener === 0 ? 1 : 0;
  const heads = [endText(account, opener), endText(account, other)] as const;
  const joints = explanations.flatMap(({ drawnBy, segment, by }) =>
    drawnBy === undefined
      ? []
      : [
          {
            from: drawnBy,
            to: segment.frame,
            end: by === opener ? ('tester' as const) : ('target' as const),
          },
        ],
  );
  const label = `Connection ${account.index}: ${explanations.map((one) => `frame ${one.segment.frame}, ${eventText(account, one)}`).join('; ')}`;
  const draw = (narrow: boolean) => drawLadder(rows, label, '', narrow, { heads, joints });
  return draw(false) + draw(true);
}

function rowsOf(account: Account, ladder: readonly Rung[]): DrawnRow[] {
  const { explanations, errors, opener = 0 } = account;
  const explained = new Set(explanations.map(({ segment }) => segment.frame));
  const causes = new Set(explanations.flatMap(({ drawnBy }) => drawnBy ?? []));
  const blamed = new Set(
    explanations.flatMap(({ signs }) => signs.flatMap((one) => (one.kind === 'ICMP' ? one.frame : []))),
  );
  const lines: (Rung | IcmpError)[] = [...ladder, ...errors].sort((one, other) => one.frame - other.frame);
  const shown = new Set<number>();
  lines.forEach((line, index) => {
    if (index < FIRST || index >= lines.length - 2 || !('states' in line)) shown.add(index);
    if (!explained.has(line.frame) && !causes.has(line.frame)) return;
    for (let near = index - AROUND; near <= index + AROUND; near += 1) shown.add(near);
  });
  const rows: DrawnRow[] = [];
  const began = lines[0]?.time ?? 0;
  let left = 0;
  let last = began;
  let before: readonly [string, string] = ['', ''];
  lines.forEach((line, index) => {
    if (!shown.has(index)) {
      left += 1;
      return;
    }
    if (left > 0) rows.push({ left });
    const wait = (line.time - last) * 1000;
    if (wait >= PAUSE && left === 0) rows.push({ wait, silence: false, at: (line.time - began) * 1000 });
    left = 0;
    last = line.time;
    const at = (line.time - began) * 1000;
    const { frame } = line;
    if (!('states' in line)) {
      const relative = `ICMP ${line.from}: ${causeOf(line)}`;
      const from = line.to === opener ? 'target' : 'tester';
      const word = blamed.has(frame) ? 'cause' : '';
      rows.push({ record: { role: word ? 'stimulus' : 'setup', from, at, relative, frame, word } });
      return;
    }
    const named = line.states.map((states) => states.join(' or ')) as [string, string];
    const sides: readonly [string, string] = opener === 0 ? named : [named[1], named[0]];
    const changed = sides.map((text, side) => (text === before[side] ? undefined : text));
    before = sides;
    const role = explained.has(frame)
      ? ('reply' as const)
      : causes.has(frame)
        ? ('stimulus' as const)
        : line.doubled
          ? ('retransmission' as const)
          : ('setup' as const);
    rows.push({
      record: {
        role,
        from: line.from === opener ? 'tester' : 'target',
        at,
        relative: segmentText(account, line, line.from),
        frame,
        word: line.doubled ? 'twice' : role === 'stimulus' ? 'cause' : '',
        states: [changed[0], changed[1]],
      },
    });
  });
  return rows;
}

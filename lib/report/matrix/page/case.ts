import type { FieldComparison } from '../../comparison.ts';
import { drawLadder, type LadderRecord, ladderRows } from '../../ladder-drawing.ts';
import {
  type Data,
  html,
  KINDS,
  mark,
  notation,
  profileName,
  type Result,
  type Row,
  type Stack,
  termsHtml,
} from './data.ts';

/* One case, opened. */

export const caseLink = (row: Row, result: Result, data: Data): string =>
  `#/case/${encodeURIComponent(row.id)}/${result.family}/${encodeURIComponent(stackOf(result, data).slug)}`;

const stackOf = (result: Result, data: Data): Stack => data.stacks[result.stack] as Stack;

/** The contents of the dialog. */
export function caseHtml(row: Row, result: Result, data: Data, chosen: number): string {
  const stack = stackOf(result, data);
  const records = result.records.map(([at, from, role, relative]) => ({ at, from, role, relative }));
  const condition = row.condition ? ` · ${html(row.condition)}` : '';
  return `<header><div class="crumbs">${html(row.state)}${condition} · IPv${result.family} · ${html(stack.name)}</div>
<h2 id="case-title" tabindex="-1">${html(row.title)}</h2><code class="id">${html(row.id)}</code>
${TOOLS}</header>
<div class="body">${siblings(row, result, data, chosen)}
${ruleHtml(row)}
<h3>Sent</h3><p class="sent"><code>${notation(row.send)}</code></p>
<h3>Observed</h3>${observedHtml(row, result, records)}${reasonHtml(result.inconclusive)}
${stepsHtml(row)}
${verdictTable(row, result, data, chosen)}
${ladderHtml(row, result, records)}${captureHtml(row, result, stack)}
${listed('Notes', [...(result.proof ? [`state after: ${html(result.proof)}`] : []), ...result.notes.map(html)])}
${numbersHtml(result)}</div>`;
}

const TOOLS = `<div class="tools"><button type="button" data-do="previous" title="previous (k)" aria-label="Previous case">↑</button><button type="button" data-do="next" title="next (j)" aria-label="Next case">↓</button><button type="button" data-do="copy">copy link</button><button type="button" data-do="close" title="close (Esc)" aria-label="Close">✕</button></div>`;

function siblings(row: Row, result: Result, data: Data, chosen: number): string {
  const links = row.results.map((other) => {
    const name = data.stacks.length > 1 ? `${stackOf(other, data).name} ` : '';
    const { key, symbol } = mark(other, chosen);
    const current = other === result ? ' aria-current="true"' : '';
    return `<a class="${key}" href="${html(caseLink(row, other, data))}"${current}><b aria-hidden="true">${symbol}</b>${html(name)}IPv${other.family}<span class="sr"> ${key}</span></a>`;
  });
  return links.length > 1
    ? `<nav class="siblings" aria-label="The same case elsewhere">${links.join('')}</nav>`
    : '';
}

const listed = (title: string, lines: readonly string[]): string =>
  lines.length > 0 ? `<h3>${title}</h3><ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>` : '';

const reasonHtml = (reason: string | undefined): string =>
  reason ? `<p class="reason">${html(reason)}</p>` : '';

function ruleHtml({ rules, cite }: Row): string {
  const cited = cite.length > 0 ? `<p class="cited">Cited: ${cite.map(html).join('; ')}</p>` : '';
  return listed('Rule', rules.map(html)) + (rules.length > 0 || !cited ? cited : `<h3>Rule</h3>${cited}`);
}

function observedHtml({ steps }: Row, result: Result, records: readonly LadderRecord[]): string {
  if (!result.stimulus) return '<p class="observed">Nothing was sent.</p>';
  const replies = records.filter(({ role }) => role === 'reply').map(({ relative }) => relative);
  const shown = replies.length > 0 ? replies : result.observed;
  const words = shown.map((reply) => `<code>${notation(reply)}</code>`).join('<br>') || 'silence';
  // The replies to several steps are of more than one kind.
  const kind =
    shown.length > 0 && steps.length === 0 && result.kind
      ? `<span class="kind">${KINDS[result.kind].words}</span>`
      : '';
  return `<p class="observed">${words}<span class="then">, then ${html(result.stateAfter ?? 'unknown')}</span>${kind}</p>`;
}

function stepsHtml({ steps }: Row): string {
  if (steps.length === 0) return '';
  const lines = steps.map(
    ([who, what]) => `<li><span class="who">${html(who)}</span> <code>${notation(what)}</code></li>`,
  );
  return `<h3>Expected, step by step</h3><ol class="steps">${lines.join('')}</ol>`;
}

/** What each profile expects and decides. Profiles that expect, judge and explain alike share a row. */
function verdictTable(row: Row, result: Result, data: Data, chosen: number): string {
  const groups = new Map<string, number[]>();
  data.profiles.forEach((_, index) => {
    const key = JSON.stringify(
      [row.expect, row.open, result.verdicts, result.reasons].map((list) => list[index]),
    );
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  const lines = [...groups.values()].map((profiles) => {
    const [first = 0] = profiles;
    const names = profiles.map((index) => `<span>${profileName(data.profiles[index] ?? '')}</span> `);
    const expected =
      (row.expect[first] ?? []).map(outcomeHtml).join('<br><i class="or">or</i> ') ||
      (row.steps.length > 0 ? '<i>the steps above</i>' : '<i>not in this catalogue</i>');
    const open = (row.open[first] ?? []).map((sentence) => `<p class="open">${html(sentence)}</p>`).join('');
    return `<tr role="row"${profiles.includes(chosen) ? ' class="chosen"' : ''}><th scope="row" role="rowheader">${names.join('')}</th><td role="cell">${expected}${open}${comparisonHtml(result.comparisons[first] ?? [])}${reasonHtml(result.reasons[first])}</td><td role="cell">${badge(result, first)}</td></tr>`;
  });
  return `<table class="verdicts" role="table"><thead><tr role="row"><th scope="col">profile</th><th scope="col">expected</th><th scope="col">verdict</th></tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

const outcomeHtml = ([reply, rest]: readonly [string, string]): string =>
  `<code>${notation(reply)}</code><span class="then">${html(rest)}</span>`;

const MARK_WORDS: Readonly<Record<FieldComparison['mark'], string>> = {
  '=': 'as expected',
  '≈': 'as good',
  '≠': 'not as expected',
};

/** Field by field. */
function comparisonHtml(lines: Result['comparisons'][number]): string {
  if (lines.length === 0) return '';
  const body = lines.map(
    ([sign, field, expected, observed]) =>
      `<tr${sign === '≠' ? ' class="differs"' : ''}><td><span aria-hidden="true">${sign}</span><span class="sr">${MARK_WORDS[sign]}</span></td><th scope="row">${html(field)}</th><td>${notation(expected)}</td><td>${notation(observed)}</td></tr>`,
  );
  return `<table class="fields"><thead><tr><td></td><th scope="col">field</th><th scope="col">expected</th><th scope="col">observed</th></tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function badge(result: Result, profile: number): string {
  const { key, symbol } = mark(result, profile);
  return `<span class="badge ${key}"><b aria-hidden="true">${symbol}</b>${key === 'impossible' ? 'not possible' : key}</span>`;
}

function ladderHtml(
  { id }: Row,
  { kind, durationMs, calls }: Result,
  records: readonly LadderRecord[],
): string {
  if (records.length === 0) return '';
  const rows = ladderRows(records, kind, durationMs, calls);
  const label = `Ladder of ${records.length} segments between tester and target, ${id}`;
  const lines = records.map(
    ({ at, from, role, relative }) =>
      `<li>${at.toFixed(1)} ms, from the ${from}, ${role}: ${html(relative)}</li>`,
  );
  return `<h3>Segments</h3><div class="ladder-box" tabindex="0" role="group" aria-label="Ladder">${drawLadder(rows, label)}${drawLadder(rows, label, '', true)}</div><ol class="sr">${lines.join('')}</ol>`;
}

function captureHtml({ id }: Row, { family, captured }: Result, { captures }: Stack): string {
  if (!captured) return '';
  const href = html(`${captures}pcap/${id}-ipv${family}.pcapng`);
  return `<p class="capture"><a href="${href}" download>packet capture</a> with a comment on each packet, for Wireshark</p>`;
}

function numbersHtml({ stimulus, observed, variables }: Result): string {
  const segments: (readonly [string, string])[] = [
    ...(stimulus ? [['sent', stimulus] as const] : []),
    ...observed.map((reply) => ['reply', reply] as const),
  ];
  if (variables.length + segments.length === 0) return '';
  const absolute = segments.map(
    ([what, segment]) => `<p><span>${what}</span><code>${notation(segment)}</code></p>`,
  );
  return `<details><summary>Absolute numbers</summary><div class="absolute">${absolute.join('')}</div>${termsHtml(variables, ' class="tcb"')}</details>`;
}

import { drawLadder, ladderRows } from '../../ladder-drawing.js';
import { stepsHtml, verdictTable } from './verdicts.js';
import { html, KIND_WORDS, mark, notation } from './words.js';

/* One case, opened. */

export const caseLink = (row, result, data) =>
  `#/case/${encodeURIComponent(row.id)}/${result.family}/${encodeURIComponent(data.stacks[result.stack].slug)}`;

/** As ladder-drawing.js calls the kinds. */
const LADDER_KINDS = ['rst', 'empty-ack', 'silence', 'syn-ack', 'other'];

function observedHtml({ steps }, result) {
  if (!result.stimulus) return '<p class="observed">Nothing was sent.</p>';
  const replies = result.records.filter((record) => record.role === 'reply').map((record) => record.relative);
  const shown = replies.length > 0 ? replies : result.observed;
  const words =
    shown.length > 0 ? shown.map((reply) => `<code>${notation(reply)}</code>`).join('<br>') : 'silence';
  // A ladder's replies are of more than one kind.
  const kind =
    shown.length > 0 && steps.length === 0 ? `<span class="kind">${KIND_WORDS[result.kind]}</span>` : '';
  return `<p class="observed">${words}<span class="then">, then ${html(result.stateAfter)}</span>${kind}</p>`;
}

function siblings(row, result, data, chosen) {
  const links = row.results.map((other) => {
    const name = data.stacks.length > 1 ? `${data.stacks[other.stack].target.name} ` : '';
    const { key, symbol } = mark(other, chosen);
    const current = other === result ? ' aria-current="true"' : '';
    return `<a class="${key}" href="${html(caseLink(row, other, data))}"${current}><b aria-hidden="true">${symbol}</b>${html(name)}IPv${other.family}<span class="sr"> ${key}</span></a>`;
  });
  return links.length > 1
    ? `<nav class="siblings" aria-label="The same case elsewhere">${links.join('')}</nav>`
    : '';
}

const listed = (title, lines) =>
  lines.length > 0 ? `<h3>${title}</h3><ul>${lines.map((line) => `<li>${line}</li>`).join('')}</ul>` : '';

function ruleHtml({ rules, cite }) {
  const cited = cite.length > 0 ? `<p class="cited">Cited: ${cite.map(html).join('; ')}</p>` : '';
  return listed('Rule', rules.map(html)) + (rules.length > 0 || !cited ? cited : `<h3>Rule</h3>${cited}`);
}

function ladderHtml(row, result) {
  const { records } = result;
  if (records.length === 0) return '';
  const rows = ladderRows(records, LADDER_KINDS[result.kind], result.durationMs);
  const label = `Ladder of ${records.length} segments between tester and target, ${row.id}`;
  const lines = records.map(
    ({ at, from, role, relative }) =>
      `<li>${at.toFixed(1)} ms, from the ${from}, ${role}: ${html(relative)}</li>`,
  );
  return `<h3>Segments</h3><div class="ladder-box" tabindex="0" role="group" aria-label="Ladder">${drawLadder(rows, label)}${drawLadder(rows, label, '', true)}</div><ol class="sr">${lines.join('')}</ol>`;
}

function captureHtml({ id }, { family, captured }, { captures }) {
  if (!captured) return '';
  const name = `pcap/${id}-ipv${family}.pcapng`;
  return `<p class="capture"><a href="${html(`${captures}${name}`)}" download>packet capture</a> with a comment on each packet, for Wireshark</p>`;
}

function numbersHtml(result) {
  const lines = result.variables.map(([name, value]) => `<div><dt>${html(name)}</dt><dd>${value}</dd></div>`);
  const absolute = [
    ...(result.stimulus ? [`<p><span>sent</span><code>${notation(result.stimulus)}</code></p>`] : []),
    ...result.observed.map((reply) => `<p><span>reply</span><code>${notation(reply)}</code></p>`),
  ];
  if (lines.length + absolute.length === 0) return '';
  return `<details><summary>Absolute numbers</summary><div class="absolute">${absolute.join('')}</div><dl class="tcb">${lines.join('')}</dl></details>`;
}

const TOOLS = `<div class="tools"><button type="button" data-do="previous" title="previous (k)" aria-label="Previous case">↑</button><button type="button" data-do="next" title="next (j)" aria-label="Next case">↓</button><button type="button" data-do="copy">copy link</button><button type="button" data-do="close" title="close (Esc)" aria-label="Close">✕</button></div>`;

/** The contents of the dialog. */
export function caseHtml(row, result, data, chosen) {
  const stack = data.stacks[result.stack];
  const condition = row.condition ? ` · ${html(row.condition)}` : '';
  return `<header><div class="crumbs">${html(row.state)}${condition} · IPv${result.family} · ${html(stack.target.name)}</div>
<h2 id="case-title" tabindex="-1">${html(row.title)}</h2><code class="id">${html(row.id)}</code>
${TOOLS}</header>
<div class="body">${siblings(row, result, data, chosen)}
${ruleHtml(row)}
<h3>Sent</h3><p class="sent"><code>${notation(row.send)}</code></p>
<h3>Observed</h3>${observedHtml(row, result)}${result.inconclusive ? `<p class="reason">${html(result.inconclusive)}</p>` : ''}
${stepsHtml(row)}
${verdictTable(row, result, data, chosen)}
${ladderHtml(row, result)}${captureHtml(row, result, stack)}
${listed('Notes', [...(result.proof ? [`state after: ${html(result.proof)}`] : []), ...result.notes.map(html)])}
${numbersHtml(result)}</div>`;
}

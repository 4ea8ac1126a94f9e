import type { Standing } from '../../requirements.ts';
import {
  bar,
  countWords,
  type Data,
  html,
  MARKS,
  plural,
  profileName,
  type Stack,
  tally,
  termsHtml,
} from './data.ts';
import type { Filters } from './filters.ts';

/* The head of the page: what was tested, how it went, and the states at a glance. */

const duration = (ms: number): string =>
  ms >= 60_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 1000).toFixed(1)} s`;

const date = (iso: string): string =>
  new Date(iso).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** What was found wrong before the first case. It comes first; its packets are folded away. */
function preflightHtml({ preflightFaults, deaths }: Stack): string {
  if (preflightFaults.length + deaths.length === 0) return '';
  const died = deaths.map((line) => `<li class="death"><b aria-hidden="true">!</b> ${html(line)}</li>`);
  const items = preflightFaults.map(
    ({ gravity, line, fields, ladder }) =>
      `<li class="${gravity}"><details class="folded"><summary><b aria-hidden="true">${gravity === 'deviation' ? '✕' : '!'}</b> ${html(line)}</summary>${termsHtml(fields)}${ladder.length > 0 ? `<pre>${html(ladder.join('\n'))}</pre>` : ''}</details></li>`,
  );
  return `<ul class="preflight-faults" aria-label="Found out about the target">${[...died, ...items].join('')}</ul>`;
}

/** Whose behaviour the run may have seen: nothing on the page is to be read before. */
function middleboxesHtml({ middleboxHeadline, middleboxes }: Stack): string {
  if (middleboxHeadline === undefined) return '';
  const items = middleboxes.map(
    ({ line, ladder }) =>
      `<li><details class="folded"><summary>${html(line)}</summary><pre>${html(ladder.join('\n'))}</pre></details></li>`,
  );
  return `<section class="middleboxes" aria-label="On the path"><h3><b aria-hidden="true">!</b> ${html(middleboxHeadline)}</h3><ul class="preflight-faults">${items.join('')}</ul></section>`;
}

const link = (id: string, family: number, slug: string, text: string | number): string =>
  `<a href="#/case/${encodeURIComponent(id)}/${family}/${encodeURIComponent(slug)}">${html(text)}</a>`;

/** So many findings are shown at once; more are folded away. */
const SHOWN = 40;

/** What a stack does otherwise than the documents say, the most serious first; each leads to its cases. */
export function findingsHtml({ findings: byProfile, slug }: Stack, profile: number, name = ''): string {
  const findings = byProfile[profile] ?? [];
  if (findings.length === 0) return '';
  const items = findings.map((finding) => {
    const { title, extent, gravity, rule, harm, alone, shortest, cases, also } = finding;
    const others = also.length > 0 ? `<p>Also ${html(also.join(', '))}</p>` : '';
    const [id, family] = shortest ?? [undefined, 4];
    const links = cases.map(([one, over]) => link(one, over, slug, one)).join(' ');
    const ladder = id === undefined ? '' : `${link(id, family, slug, 'the shortest ladder')} · `;
    return `<li><details><summary><b>${html(title)}</b> <small>${html(extent)} · ${html(gravity)}</small></summary>
<p>${html(rule)}</p><p>What it does: ${html(harm)}.</p>${others}
<p>${ladder}<code>segment-arrives run ${html(alone)}</code></p><p class="cases">${links}</p></details></li>`;
  });
  const count = plural(findings.length, 'finding', 'findings');
  const rest = items.slice(SHOWN);
  const more =
    rest.length > 0
      ? `<details class="rest"><summary>${rest.length.toLocaleString('en')} more</summary><ol start="${SHOWN + 1}">${rest.join('')}</ol></details>`
      : '';
  return `<section class="findings" aria-label="Findings"><h3>${count} under ${profileName(name)}, the most serious first</h3><ol>${items.slice(0, SHOWN).join('')}</ol>${more}</section>`;
}

/** The findings of all stacks: who has which, and in how many cases; each leads to its shortest. */
function comparedHtml({ profiles, stacks, findingRows }: Data): string {
  if (findingRows.length === 0) return '';
  const heads = stacks.map(({ name, startedAt }) => {
    const isAmbiguous = stacks.filter((one) => one.name === name).length > 1;
    return `<th scope="col">${html(name)}${isAmbiguous ? `<small class="date">${date(startedAt)}</small>` : ''}</th>`;
  });
  const rows = findingRows.map(({ title, cells }) => {
    const counts = cells.map((cell, at) => {
      const { slug = '' } = stacks[at] ?? {};
      const count = cell?.shortest ? link(...cell.shortest, slug, cell.count) : '·';
      return `<td class="count">${count}</td>`;
    });
    return `<tr><th scope="row" class="title">${html(title)}</th>${counts.join('')}</tr>`;
  });
  const own = stacks.map(
    (stack) =>
      `<details class="own"><summary>The findings of ${html(stack.name)}</summary>${findingsHtml(stack, profiles.indexOf(stack.profile), stack.profile)}</details>`,
  );
  return `<section class="compared" aria-label="Findings of all stacks"><h3>${plural(findingRows.length, 'finding', 'findings')}, and the number of cases that show each</h3><div class="wide" tabindex="0"><table><thead><tr><th scope="col">finding</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${own.join('')}</section>`;
}

const STANDINGS: Readonly<Record<Standing, string>> = { met: '✓', 'not met': '✕', 'not tested': '?' };
/** So many cases are shown at once; more are folded away. */
const FEW_CASES = 6;

/** The links of a requirement's cases; of a case with results over both families, to the first of them. */
function casesOfRequirement({ cases, why }: Stack['requirements'][number], { results, slug }: Stack): string {
  if (cases.length === 0) return html(why);
  const families = new Map(results.toReversed().map(({ id, family }) => [id, family]));
  const links = cases.map((id) => link(id, families.get(id) ?? 4, slug, id)).join(' ');
  return cases.length <= FEW_CASES
    ? links
    : `<details><summary>${plural(cases.length, 'case', 'cases')}</summary>${links}</details>`;
}

/** The table of requirements. It is long, and made only when somebody opens it. */
export const requirementsHtml = (
  stack: Stack,
): string => `<table><thead><tr><th scope="col">requirement</th><th scope="col">asks</th><th scope="col">is</th><th scope="col">cases that decide</th></tr></thead>
<tbody>${stack.requirements
  .map(
    (one) =>
      `<tr class="${one.standing.replace(' ', '-')}"><th scope="row">${html(one.id)}</th><td>${html(one.asks)}</td><td><b aria-hidden="true">${STANDINGS[one.standing]}</b> ${html(one.standing)}</td><td>${casesOfRequirement(one, stack)}</td></tr>`,
  )
  .join('')}</tbody></table>`;

const standingsHtml = ({ standings, index, profile }: Stack): string =>
  `<details class="requirements" data-stack="${index}"><summary>${html(standings)} <small>under ${profileName(profile)}</small></summary><div></div></details>`;

/** What was run; what was found out about the target is folded away. */
function runHtml(stack: Stack): string {
  const impossible = stack.results.filter((result) => result.byCapability).length;
  const run: (readonly [string, string | number])[] = [
    ...(stack.address ? [['address', stack.address] as const] : []),
    ['profile', `${profileName(stack.profile)}${stack.strict ? ', strict' : ''}`],
    ['seed', stack.seed],
    ['date', `${date(stack.startedAt)} UTC`],
    ['took', duration(stack.durationMs)],
    ...(impossible ? [['not possible with this target', plural(impossible, 'case', 'cases')] as const] : []),
  ];
  const folded =
    stack.facts.length > 0
      ? `<details class="found"><summary>What the run found out about the target</summary>${termsHtml(stack.facts)}</details>`
      : '';
  return `${standingsHtml(stack)}${termsHtml(run)}${folded}`;
}

/** How it went with a stack. Of several, what was run stands below the findings that compare them. */
function resultHtml(stack: Stack, several: boolean): string {
  const tally = `<div class="tally" data-stack="${stack.index}"></div>`;
  const cut = stack.complete ? '' : '<p class="cut">This run was cut short: cases are missing.</p>';
  if (!several)
    return `<section class="stack">${middleboxesHtml(stack)}${preflightHtml(stack)}${tally}${cut}<div id="findings"></div>${runHtml(stack)}</section>`;
  const faults = stack.preflightFaults.length + stack.deaths.length;
  const seen =
    faults > 0 ? `<p class="cut">${plural(faults, 'fault', 'faults')} outside the cases, see below</p>` : '';
  return `<section class="stack"><h2>${html(stack.name)}</h2>${middleboxesHtml(stack)}${tally}${cut || seen}</section>`;
}

const ranHtml = (stack: Stack): string =>
  `<section class="stack"><h2>${html(stack.name)}</h2>${preflightHtml(stack)}${runHtml(stack)}</section>`;

/** The totals of a stack under the chosen profile. */
export function tallyHtml(stack: Stack, filters: Filters): string {
  const counts = tally(stack.results, filters.profile);
  const numbers = MARKS.map(
    ({ key, symbol }) =>
      `<li class="${key}${counts[key] ? '' : ' none'}"><span><b aria-hidden="true">${symbol}</b>${counts[key].toLocaleString('en')}</span>${key}</li>`,
  );
  return `<ul class="totals" aria-label="Verdicts">${numbers.join('')}</ul>${bar(counts)}`;
}

/** The strip of states, under the chosen profile. */
export function statesHtml(data: Data, filters: Filters): string {
  const all = data.stacks.flatMap((stack) => stack.results);
  return data.states
    .map((state, index) => {
      const counts = tally(
        all.filter(({ row }) => row.state === state),
        filters.profile,
      );
      const { deviates, inconclusive } = counts;
      const short = deviates ? `✕ ${deviates}` : inconclusive ? `? ${inconclusive}` : '✓';
      return `<li><button type="button" data-state="${index}" aria-label="${html(`${state}: ${countWords(counts)}`)}"><span>${html(state)}</span>${bar(counts)}<small>${short}</small></button></li>`;
    })
    .join('');
}

export function headHtml(data: Data): string {
  const { stacks } = data;
  const [only, ...others] = stacks;
  const several = others.length > 0;
  const title = only && !several ? only.name : plural(stacks.length, 'TCP stack', 'TCP stacks');
  return `<p class="brand">segment-arrives <span>TCP conformance</span></p><h1>${html(title)}</h1>
<div class="stacks${several ? ' many' : ''}">${stacks.map((stack) => resultHtml(stack, several)).join('')}</div>${comparedHtml(data)}
${several ? `<div class="stacks many runs">${stacks.map(ranHtml).join('')}</div>` : ''}
<nav aria-label="States"><ol class="states" id="states"></ol></nav>`;
}

export const footHtml = ({ stacks }: Data): string =>
  `<p>${stacks.map(({ name, version }) => `${html(name)}: segment-arrives ${html(version)}`).join(' · ')}</p>
<p>Variables are those of the target's TCB when the segment was sent. <b>✓</b> conformant, <b>~</b> permitted, <b>✕</b> deviates, <b>?</b> inconclusive, <b>–</b> not possible with this target.</p>
<p class="keys"><kbd>←</kbd> <kbd>↑</kbd> <kbd>↓</kbd> <kbd>→</kbd> move in the matrix, <kbd>Enter</kbd> opens a case, <kbd>j</kbd> and <kbd>k</kbd> go to the next and the one before, <kbd>/</kbd> searches.</p>`;

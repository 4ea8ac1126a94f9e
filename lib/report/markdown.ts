import { VERDICTS, verdictOf, whyInconclusive } from '../verdict/result.ts';
import { failingFindings, findingExtent, findingRule, findingSelection } from './findings.ts';
import { alsoOn } from './elsewhere.ts';
import { findingTitle } from './finding-title.ts';
import { expectedTexts, observedText, reasonText } from './expectation.ts';
import {
  type AcceptedDeviations,
  blockerIn,
  failuresOf,
  faultFields,
  faultLine,
  ordered,
} from './preflight-faults.ts';
import { alike, byState, countVerdicts, familiesText } from './groups.ts';
import { middleboxHeadline, middleboxLine } from './middleboxes.ts';
import type { ReportCase, Run } from './run.ts';
import { say } from './say.ts';
import { findSubject } from './subject.ts';

/** A job page stays readable, and under its limit, with this many failures at most. */
const SHOWN = 200;

/** The run for the page of a CI job. */
export function markdownSummary(run: Run, accepted?: AcceptedDeviations): string {
  const { fresh, known, fails } = failuresOf(run, accepted);
  const shown = fresh.filter((result) => blockerIn(result) === undefined);
  return [
    `## segment-arrives: ${escapeMarkdown(run.target.name)}`,
    '',
    ...middleboxList(run),
    ...deathList(run),
    ...preflightFaultList(run),
    headline(run, fails, fresh.length, known.length, accepted),
    ...findingList(run, accepted),
    '',
    ...countTable(run),
    ...section('Failures', shown, run),
    ...(accepted
      ? section(`Accepted by ${accepted.name}`, known, run, (result) => accepted.reasonFor(result))
      : []),
    '',
  ].join('\n');
}

/** The first thing to read: whose behaviour the run may have seen. */
function middleboxList(run: Run): string[] {
  const headline = middleboxHeadline(run);
  if (headline === undefined) return [];
  const signs = (run.middleboxes ?? []).map((one) => `> - ${escapeMarkdown(middleboxLine(one))}`);
  return [`> ⚠️ **${escapeMarkdown(headline)}**`, '>', ...signs, ''];
}

function deathList({ deaths }: Run): string[] {
  const lines = say.deaths(deaths).map((text) => `- ⚠️ **${escapeMarkdown(text)}**`);
  return lines.length > 0 ? [...lines, ''] : [];
}

/** What was found wrong before the first case, each with what people need to mend it. */
function preflightFaultList(run: Run): string[] {
  const lines = ordered(run).flatMap((finding) => [
    `- ${finding.gravity === 'deviation' ? '❌' : '⚠️'} **${escapeMarkdown(faultLine(finding, run))}**`,
    ...faultFields(finding).map(([name, value]) => `  - ${name}: ${escapeMarkdown(value)}`),
  ]);
  return lines.length > 0 ? [...lines, ''] : [];
}

function headline(
  run: Run,
  fails: boolean,
  fresh: number,
  known: number,
  accepted?: AcceptedDeviations,
): string {
  const parts = [
    `${fails ? '❌' : '✅'} **${run.cases.length} ${run.cases.length === 1 ? 'case' : 'cases'}, ${fresh} ${fresh === 1 ? 'failure' : 'failures'}**`,
    ...(accepted ? [`${known} accepted by ${escapeMarkdown(accepted.name)}`] : []),
    `profile ${run.profile}${run.strict ? ', strict' : ''}`,
    `seed ${escapeMarkdown(String(run.seed))}`,
    `${(run.durationMs / 1000).toFixed(1)} s`,
    ...say.slowUnasked(run),
    ...(run.complete ? [] : [`⚠️ **${run.loss ? escapeMarkdown(say.loss(run.loss)) : 'cut short'}**`]),
  ];
  return parts.join(' · ');
}

const alsoText = (names: readonly string[]): string => (names.length > 0 ? `; also ${names.join(', ')}` : '');

/** The findings that no baseline accepts, the most serious first. */
function findingList(run: Run, accepted?: AcceptedDeviations): string[] {
  const shown = failingFindings(run, accepted);
  if (shown.length === 0) return [];
  const rows = shown.map(({ finding, results }) => [
    `**${escapeMarkdown(findingTitle(finding))}**`,
    escapeMarkdown(
      [findingExtent({ cases: results, states: finding.states }), alsoText(alsoOn(finding, run))].join(''),
    ),
    escapeMarkdown(findingRule(finding)),
    code(findingSelection({ cases: results }, 1)),
  ]);
  return [
    '',
    `### ${shown.length} ${shown.length === 1 ? 'finding' : 'findings'}`,
    '',
    ...markdownTable(['finding', 'seen in', 'rule', 'to see it'], rows),
  ];
}

function countTable(run: Run): string[] {
  const row = (name: string, cases: readonly ReportCase[]) => {
    const counts = countVerdicts(cases, run.profile);
    return [name, ...VERDICTS.map((verdict) => String(counts[verdict] || '·'))];
  };
  const rows = byState(run.cases).map(({ name, cases }) => row(name, cases));
  return markdownTable(['state', ...VERDICTS], [...rows, row('**total**', run.cases)], '--:');
}

/** A table of results, those of both families in one line where they are alike. */
function section(
  title: string,
  cases: readonly ReportCase[],
  run: Run,
  reasonFor?: (result: ReportCase) => string | undefined,
): string[] {
  if (cases.length === 0) return [];
  const groups = alike(cases, run, reasonFor);
  const columns = [
    'case',
    'over',
    'verdict',
    'sent',
    'expected',
    'observed',
    ...(reasonFor ? ['accepted because'] : []),
  ];
  const rest = groups.slice(SHOWN).reduce((sum, group) => sum + group.length, 0);
  return [
    '',
    `<details${groups.length <= 20 ? ' open' : ''}><summary>${escapeMarkdown(title)} (${cases.length})</summary>`,
    '',
    ...markdownTable(
      columns,
      groups.slice(0, SHOWN).map((group) => groupCells(group, run, reasonFor)),
    ),
    ...(rest > 0 ? ['', `and ${rest} more, in results.json`] : []),
    '',
    '</details>',
  ];
}

/** A table, a line for each row. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignment = ':--',
): string[] {
  return [head, head.map((_, index) => (index === 0 ? ':--' : alignment)), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
}

function groupCells(
  group: readonly ReportCase[],
  run: Run,
  reasonFor: ((result: ReportCase) => string | undefined) | undefined,
): string[] {
  const [result] = group as [ReportCase];
  const subject = findSubject(result.id);
  const expected = subject ? expectedTexts(subject, run.profile) : [];
  const isTold = expected.length === 0 || whyInconclusive(result, run.profile) !== undefined;
  const why = isTold ? reasonText(result, run.profile) : '';
  return [
    code(result.id),
    familiesText(group),
    verdictOf(result, run.profile),
    // Steps that begin with none of the tester's segments.
    result.send ? code(result.send) : escapeMarkdown(result.title),
    expected.map(code).join(' or '),
    why ? escapeMarkdown(why) : code(observedText(result)),
    ...(reasonFor ? [escapeMarkdown(reasonFor(result) ?? '')] : []),
  ];
}

const code = (text: string): string =>
  `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replace(/\s+/g, ' ')}\``;

/** Text of unknown origin for the cell of a table, in one line. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|#~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

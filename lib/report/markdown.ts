import { VERDICTS } from '../verdict/result.ts';
import { observedText } from './expectation.ts';
import { byState, countVerdicts, isFailure } from './judgement.ts';
import { milliseconds } from './ladder-drawing.js';
import type { ReportCase, Run } from './run.ts';

/** Deviations that were looked at and accepted beforehand. It changes no verdict, only what is told to be new. */
export interface AcceptedDeviations {
  /** How the page calls it, e.g. the name of the baseline's file. */
  readonly name: string;
  /** Why the result is accepted, or undefined when it is not. */
  reasonFor(result: ReportCase): string | undefined;
}

/** A job page stays readable, and under its limit, with this many failures at most. */
const SHOWN = 200;

/** The run for the page of a CI job. */
export function markdownSummary(run: Run, accepted?: AcceptedDeviations): string {
  const failed = run.cases.filter((result) => isFailure(result, run.profile, run.strict));
  const fresh = failed.filter((result) => accepted?.reasonFor(result) === undefined);
  const known = failed.filter((result) => accepted?.reasonFor(result) !== undefined);
  return [
    `## segment-arrives: ${escapeMarkdown(run.target.name)}`,
    '',
    headline(run, fresh.length, known.length, accepted),
    '',
    ...countTable(run),
    ...section(
      'Failures',
      fresh,
      run,
      (result) => result.inconclusive?.reason ?? result.reasons[run.profile] ?? '',
    ),
    ...section(
      `Accepted by ${accepted?.name ?? ''}`,
      known,
      run,
      (result) => accepted?.reasonFor(result) ?? '',
    ),
    '',
  ].join('\n');
}

function headline(run: Run, fresh: number, known: number, accepted?: AcceptedDeviations): string {
  const parts = [
    `${fresh === 0 ? '✅' : '❌'} **${run.cases.length} cases, ${fresh} ${fresh === 1 ? 'fails' : 'fail'}**`,
    ...(accepted ? [`${known} accepted by ${escapeMarkdown(accepted.name)}`] : []),
    `profile ${run.profile}${run.strict ? ', strict' : ''}`,
    `seed ${escapeMarkdown(String(run.seed))}`,
    milliseconds(run.durationMs),
    ...(run.complete ? [] : ['⚠️ **cut short**']),
  ];
  return parts.join(' · ');
}

function countTable(run: Run): string[] {
  const row = (name: string, cases: readonly ReportCase[]) => {
    const counts = countVerdicts(cases, run.profile);
    return `| ${name} | ${VERDICTS.map((verdict) => counts[verdict] || '·').join(' | ')} |`;
  };
  return [
    `| state | ${VERDICTS.join(' | ')} |`,
    `| :-- |${' --: |'.repeat(VERDICTS.length)}`,
    ...byState(run.cases).map(({ name, cases }) => row(name, cases)),
    row('**total**', run.cases),
  ];
}

function section(
  title: string,
  cases: readonly ReportCase[],
  run: Run,
  why: (result: ReportCase) => string,
): string[] {
  if (cases.length === 0) return [];
  const rest = cases.length - SHOWN;
  return [
    '',
    `<details${cases.length <= 20 ? ' open' : ''}><summary>${escapeMarkdown(title)} (${cases.length})</summary>`,
    '',
    '| case | family | verdict | sent | observed | why |',
    '| :-- | :-- | :-- | :-- | :-- | :-- |',
    ...cases
      .slice(0, SHOWN)
      .map((result) =>
        [
          '',
          code(result.id),
          `IPv${result.family}`,
          result.verdicts[run.profile],
          code(result.send),
          code(observedText(result)),
          escapeMarkdown(why(result)),
          '',
        ]
          .join(' | ')
          .trim(),
      ),
    ...(rest > 0 ? ['', `and ${rest} more, in results.json`] : []),
    '',
    '</details>',
  ];
}

const code = (text: string): string =>
  `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replace(/\s+/g, ' ')}\``;

const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|#~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

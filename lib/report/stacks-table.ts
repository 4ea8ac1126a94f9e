import { CHECKS, type KnownAdoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import { isBeyondCapability } from '../verdict/reason.ts';
import { VERDICTS, type Verdict, whyInconclusive } from '../verdict/result.ts';
import { byState, countVerdicts, stateName } from './groups.ts';
import { escapeMarkdown, markdownTable } from './markdown.ts';
import type { ReportCase, Run } from './run.ts';

/** A cell without cases. */
const NOT_TRIED = '–';
const NONE = '·';

/** Stacks side by side, as Markdown: the verdicts by state, and what each run was. The same results give the same text. */
export function stacksTable(runs: readonly Run[], profile: Profile): string {
  const names = runs.map(
    ({ target, complete }) => `${escapeMarkdown(target.name)}${complete ? '' : ' (cut short)'}`,
  );
  const legend = VERDICTS.map((verdict) => emphasized(verdict, verdict)).join(' / ');
  return [
    `Cases over all address families by profile \`${profile}\`, in each cell ${legend}; \`${NONE}\` is none.`,
    '',
    ...markdownTable(['state', ...names], stateRows(runs, profile)),
    '',
    ...markdownTable(
      ['stack', 'driver', 'RFC 5961', 'IP', 'cases', 'not possible', 'not judged', 'seed'],
      runs.map((run, index) => [names[index] as string, ...runCells(run, profile)]),
    ),
  ].join('\n');
}

function stateRows(runs: readonly Run[], profile: Profile): string[][] {
  const columns = runs.map((run) => new Map(byState(run.cases).map(({ name, cases }) => [name, cases])));
  // In the order of the RFC, whichever run has a state first.
  const states = byState(runs.flatMap(({ cases }) => cases)).map(({ cases }) =>
    stateName(cases[0] as ReportCase),
  );
  return [
    ...states.map((state) => [state, ...columns.map((groups) => cell(groups.get(state) ?? [], profile))]),
    ['**total**', ...runs.map(({ cases }) => cell(cases, profile))],
  ];
}

function cell(cases: readonly ReportCase[], profile: Profile): string {
  if (cases.length === 0) return NOT_TRIED;
  const counts = countVerdicts(cases, profile);
  return VERDICTS.map((verdict) =>
    counts[verdict] === 0 ? NONE : emphasized(verdict, String(counts[verdict])),
  ).join(' / ');
}

const emphasized = (verdict: Verdict, text: string): string =>
  verdict === 'deviates' ? `**${text}**` : text;

function runCells({ target, cases, seed }: Run, profile: Profile): string[] {
  const inconclusive = cases.flatMap((result) => whyInconclusive(result, profile) ?? []);
  const beyond = inconclusive.filter(isBeyondCapability);
  return [
    // Its address would differ from run to run.
    escapeMarkdown(target.facts?.driver.name ?? ''),
    checksText(target.adoption),
    target.families.join(', '),
    String(cases.length),
    String(beyond.length),
    String(inconclusive.length - beyond.length),
    String(seed),
  ];
}

/** The checks of RFC 5961 that a target has adopted; with a question mark where that is not known. */
function checksText(adoption: KnownAdoption | undefined): string {
  if (!adoption) return '';
  const shown = CHECKS.filter((check) => adoption[check] !== false).map(
    (check) => `${check.toUpperCase()}${adoption[check] === undefined ? '?' : ''}`,
  );
  return shown.length === 0 ? 'none' : shown.join(', ');
}

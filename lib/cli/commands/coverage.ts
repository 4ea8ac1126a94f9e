import type { Command } from 'commander';
import pc from 'picocolors';
import { type Counts, countVerdicts } from '../../report/groups.ts';
import { readResults } from '../../report/results.ts';
import { requirementVerdicts, type Standing, standingsText } from '../../report/requirements.ts';
import type { Run } from '../../report/run.ts';
import { REQUIREMENTS, type RuleId, ruleOf } from '../../standard/rules.ts';
import { whyUncovered } from '../../catalogue/uncovered.ts';
import { VERDICTS } from '../../verdict/result.ts';
import { EXIT } from '../failure.ts';
import { listedCases } from '../listed-cases.ts';

interface CoverageOptions {
  readonly results?: string;
  readonly json?: boolean;
}

interface Coverage {
  readonly id: RuleId;
  /** A section of RFC 9293, or document and section. */
  readonly section: string;
  readonly text: string;
  readonly observable: string;
  readonly cases: readonly string[];
  /** Verdicts of the results, one for each case and family. */
  readonly verdicts?: Counts;
  /** Of the results, when there are any. */
  readonly standing?: Standing;
  /** Of the cases, those that deviate; only where it is not met. */
  readonly against?: readonly string[];
  /** Why there is no case. */
  readonly reason?: string;
}

export function declare(command: Command): void {
  command
    .option('--results <file>', 'results.json of a run, to count its verdicts as well')
    .option('--json', 'JSON, for programs')
    .addHelpText('after', '\nExample:\n  segment-arrives coverage --results reports/results.json')
    .action(async (options) => {
      process.exitCode = await coverage(options);
    });
}

async function coverage({ results, json }: CoverageOptions): Promise<number> {
  const run = results === undefined ? undefined : readResults(results);
  const table = await coverageTable(run);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...(run ? { target: run.target.name, profile: run.profile } : {}), requirements: table }, null, 1)}\n`
      : coverageText(table, run),
  );
  return EXIT.asExpected;
}

async function coverageTable(run: Run | undefined): Promise<Coverage[]> {
  const cases = new Map<string, string[]>(REQUIREMENTS.map((id) => [id, []]));
  for (const { id, requirements } of listedCases()) {
    for (const requirement of requirements) cases.get(requirement)?.push(id);
  }
  const standings = new Map(run ? requirementVerdicts(run).map((one) => [one.id, one]) : []);
  return REQUIREMENTS.map((id): Coverage => {
    const verdict = standings.get(id);
    const own = cases.get(id) ?? [];
    const reason = own.length === 0 ? (whyUncovered(id) ?? 'no case yet') : undefined;
    const { document, section, asks, observable } = ruleOf(id);
    const ids = new Set(own);
    return {
      id,
      section: document === 'RFC 9293' ? section : `${document} ${section}`,
      text: asks,
      observable,
      cases: own,
      ...(run
        ? {
            verdicts: countVerdicts(
              run.cases.filter(({ id }) => ids.has(id)),
              run.profile,
            ),
          }
        : {}),
      ...(verdict ? { standing: verdict.standing } : {}),
      ...(verdict?.standing === 'not met' ? { against: verdict.cases } : {}),
      ...(reason ? { reason } : {}),
    };
  });
}

function coverageText(table: readonly Coverage[], run: Run | undefined): string {
  const profile = run?.profile;
  const covered = table.filter(({ cases }) => cases.length > 0);
  const width = Math.max(...table.map(({ id }) => id.length));
  const lines = covered.flatMap(({ id, text, cases, verdicts, standing, against = [] }) => {
    const counts = verdicts ? `  ${verdictText(verdicts)}` : '';
    const word = standing ? `  (${standing})` : '';
    return [
      `  ${id.padEnd(width)}  ${String(cases.length).padStart(4)}${counts}  ${text}${word}`,
      ...against.map((one) => `  ${' '.repeat(width)}        ${one}`),
    ];
  });
  const groups = new Map<string, Coverage[]>();
  for (const one of table) {
    if (one.reason) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one]);
  }
  const uncovered = [...groups].flatMap(([reason, members]) => [
    `  ${pc.bold(reason)}`,
    ...members.map(({ id, text }) => `    ${id.padEnd(width)}  ${text}`),
  ]);
  const legend = profile ? `, and verdicts under ${profile} (${VERDICTS.join(' / ')})` : '';
  return [
    `Requirements, and how many cases test each${legend}`,
    '',
    ...lines,
    '',
    'Requirements that no case tests, and why',
    '',
    ...uncovered,
    '',
    ...(run ? [standingsText(run)] : []),
    `${covered.length} of ${table.length} requirements have cases`,
    '',
  ].join('\n');
}

const verdictText = (counts: Counts): string =>
  VERDICTS.map((verdict) => String(counts[verdict]).padStart(4)).join(' /');

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type AcceptedFinding,
  type BaselineEntry,
  entriesOf,
  isReviewed,
  readBaseline,
  UNREVIEWED,
  writeBaseline,
} from '../../report/baseline/baseline.ts';
import { findingsOf } from '../../report/findings.ts';
import { findingTitle } from '../../report/finding-title.ts';
import { acceptedName, acceptedText } from '../../report/baseline/text.ts';
import { updateBaseline } from '../../report/baseline/update.ts';
import { readResults } from '../../report/results.ts';
import { knownCases } from '../compare-with-baseline.ts';
import { EXIT, UsageError } from '../failure.ts';

interface BaselineOptions {
  readonly results?: string;
  readonly baseline?: string;
}

const EXAMPLE = `
A baseline that has a reason for each case (version 0.2 and before) becomes one that has a reason for each finding.

Example:
  segment-arrives baseline update --results reports/results.json --baseline reports/baselines/linux.json`;

export function declare(command: Command): void {
  command
    .option(
      '--results <file>',
      'results.json of a run; without it, the command only converts the baseline to the current format',
    )
    .option('--baseline <file>', 'the baseline; created if it does not exist')
    .addHelpText('after', EXAMPLE)
    .action(async (options) => {
      process.exitCode = await update(options);
    });
}

async function update({ results, baseline: file }: BaselineOptions): Promise<number> {
  if (!file) throw new UsageError('baseline update needs --baseline FILE');
  if (!results) {
    writeBaseline(file, readBaseline(file));
    return EXIT.asExpected;
  }
  const run = readResults(results);
  const before = existsSync(file) ? readBaseline(file) : undefined;
  const { baseline, added, joined, changed, left, completed } = updateBaseline(
    run,
    before,
    await knownCases(),
  );
  writeBaseline(file, baseline);
  const titles = new Map(findingsOf(run).map((one) => [one.id, findingTitle(one)]));
  // Nobody has said anything of it yet: its title tells what it is.
  const named = (one: AcceptedFinding): string =>
    acceptedName({
      ...one,
      reason: (one.reason === UNREVIEWED && titles.get(one.finding ?? '')) || one.reason,
    });
  const lines = [
    ...added.map((finding) => `+ new: ${named(finding)}`),
    ...byFinding('+ joined', joined),
    ...byFinding('~ another observation', changed),
    ...byFinding('- left', left, '- gone'),
  ];
  if (completed > 0) lines.push(`  ${many(completed, 'case')} of version 0.1 now with the reply`);
  if (!baseline.permitted) {
    lines.push('  permitted choices are not listed: for that, update from a whole run, without --only');
  }
  const { findings, permitted = [], preflightFaults = [] } = baseline;
  const open = [...findings, ...preflightFaults].filter((one) => !isReviewed(one)).length;
  const rest =
    open === 0
      ? 'all reviewed'
      : `${open} to be reviewed: write the reason of each instead of "${UNREVIEWED}"`;
  const counts = [
    `${many(findings.length, 'finding')} with ${many(entriesOf(baseline).length, 'result')}`,
    ...(preflightFaults.length > 0 ? [`${many(preflightFaults.length, 'fault')} of the preflight`] : []),
    many(permitted.length, 'permitted choice'),
  ];
  console.log([...lines, `${file}: ${counts.join(', ')}; ${rest}`].join('\n'));
  return EXIT.asExpected;
}

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The reason once, and the cases beneath. */
function byFinding(how: string, entries: readonly BaselineEntry[], whenAll = how): string[] {
  const findings = new Map<AcceptedFinding, BaselineEntry[]>();
  for (const entry of entries) findings.set(entry.finding, [...(findings.get(entry.finding) ?? []), entry]);
  return [...findings].flatMap(([finding, some]) => [
    `${some.length === finding.cases.length ? whenAll : how}: ${acceptedName(finding)}`,
    ...some.map((entry) => `    ${entry.id}  IPv${entry.family}  ${acceptedText(entry)}`),
  ]);
}

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type BaselineEntry,
  isReviewed,
  readBaseline,
  UNREVIEWED,
  writeBaseline,
} from '../../report/baseline/baseline.ts';
import { entryText } from '../../report/baseline/text.ts';
import { updateBaseline } from '../../report/baseline/update.ts';
import { readResults } from '../../report/results.ts';
import { knownCases } from '../compare-with-baseline.ts';
import { EXIT, UsageError } from '../failure.ts';

interface BaselineOptions {
  readonly results?: string;
  readonly baseline?: string;
}

const EXAMPLE = `
Example:
  segment-arrives baseline update --results reports/results.json --baseline reports/baselines/linux.json`;

export function declare(command: Command): void {
  command
    .option('--results <file>', 'results.json of a run')
    .option('--baseline <file>', 'the baseline; created if it does not exist')
    .addHelpText('after', EXAMPLE)
    .action(async (options) => {
      process.exitCode = await update(options);
    });
}

async function update({ results, baseline: file }: BaselineOptions): Promise<number> {
  if (!results || !file) throw new UsageError('baseline update needs --results FILE and --baseline FILE');
  const run = readResults(results);
  const before = existsSync(file) ? readBaseline(file) : undefined;
  const { baseline, added, changed, removed, completed } = updateBaseline(run, before, await knownCases());
  writeBaseline(file, baseline);
  const lines = [
    ...listed('+ new', added),
    ...listed('~ observed otherwise', changed),
    ...listed('- taken out', removed),
  ];
  if (completed > 0) lines.push(`  ${completed} entries now hold the reply`);
  if (!baseline.permitted) {
    lines.push('  permitted choices are not listed: that needs the results of a whole run, without --only');
  }
  const { entries, permitted = [], findings = [] } = baseline;
  const open = [...entries, ...findings].filter((one) => !isReviewed(one)).length;
  const rest =
    open === 0
      ? 'all reviewed'
      : `${open} to be reviewed: write the reason of each instead of "${UNREVIEWED}"`;
  const found = findings.length > 0 ? `, ${findings.length} findings` : '';
  const counts = `${entries.length} entries${found} and ${permitted.length} permitted choices`;
  console.log([...lines, `${file}: ${counts}, ${rest}`].join('\n'));
  return EXIT.asExpected;
}

const listed = (how: string, entries: readonly BaselineEntry[]): string[] =>
  entries.map((entry) => `  ${how}: ${entry.id}  IPv${entry.family}  ${entryText(entry)}`);

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { historyPage, historyText } from '../../report/history.ts';
import { readResults } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { writeWhole } from '../../report/write-whole.ts';
import { EXIT, UsageError } from '../failure.ts';

interface HistoryOptions {
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  segment-arrives history nightly                        every results.json below the folder, the oldest first
  segment-arrives history nightly --out history.html
  segment-arrives history v1/results.json v2/results.json v3/results.json   in this order`;

export function declare(command: Command): void {
  command
    .argument(
      '<paths...>',
      'results.json of runs in their order; or folders: by date, whatever is below them',
    )
    .option('--out <page>', 'write the table as an HTML page, too')
    .addHelpText('after', EXAMPLES)
    .action((paths, options) => {
      process.exitCode = history(paths, options);
    });
}

function history(paths: readonly string[], { out }: HistoryOptions): number {
  const runs = paths.flatMap((path) => (isFolder(path) ? runsBelow(path) : [readResults(path)]));
  if (runs.length === 0) throw new UsageError(`there is no results.json in ${paths.join(', ')}`);
  const profiles = new Set(runs.map(({ profile }) => profile));
  if (profiles.size > 1)
    throw new UsageError(`the runs have different profiles: ${[...profiles].join(', ')}`);
  process.stdout.write(historyText(runs));
  if (out) {
    writeWhole(out, historyPage(runs));
    console.log(`\n${out}`);
  }
  return EXIT.asExpected;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The oldest first. */
function runsBelow(folder: string): Run[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)results[^/]*\.json$/.test(name))
    .sort();
  const runs = files.map((name) => readResults(join(folder, name)));
  return runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
}

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { findScenario } from '../../catalogue/catalogue.ts';
import { runText } from '../../report/console.ts';
import { mergeRuns, type Part } from '../../report/merge.ts';
import { captureName } from '../../report/pcapng.ts';
import { readResults } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { writeReports } from '../../report/write.ts';
import { EXIT, UsageError } from '../failure.ts';

const EXAMPLES = `
It also copies the captures beside the results of each part.

Examples:
  segment-arrives run --shard 1/4 --report-only --reports part-1        and so on, up to part-4
  segment-arrives merge part-*/results.json --out reports
  segment-arrives gate reports/results.json --baseline my-stack.json`;

export function declare(command: Command): void {
  command
    .argument('<results...>', 'results.json of each part, or its folder')
    .option('--out <directory>', 'where the reports go (default: reports)')
    .addHelpText('after', EXAMPLES)
    .action(async (files, options) => {
      process.exitCode = await merge(files, options);
    });
}

async function merge(given: readonly string[], { out = 'reports' }: { out?: string }): Promise<number> {
  const run = await mergeInto(out, given);
  console.log(`\n${runText(run)}\n\n  reports: ${join(out, 'index.html')}\n`);
  return EXIT.asExpected;
}

/**
 * Writes the reports of one run from those of its parts.
 *
 * @param given results, or their folders
 * @throws ReportError, UsageError when they are not the parts of one run
 */
export async function mergeInto(out: string, given: readonly string[]): Promise<Run> {
  const files = given.map((file) => (isFolder(file) ? join(file, 'results.json') : file));
  const own = files.find((file) => resolve(dirname(file)) === resolve(out));
  if (own !== undefined) throw new UsageError(`${own} would be written over: give another --out`);
  const parts = files.map((file): Part => ({ file, run: readResults(file) }));
  const merged = mergeRuns(parts);
  const stranger = merged.cases.find(({ id }) => !findScenario(id));
  if (stranger) throw new UsageError(`${stranger.id}: this version of the suite has no such case`);
  const folderOf = new Map(
    parts.flatMap(({ file, run }) => run.cases.map((one) => [captureName(one), dirname(file)] as const)),
  );
  const captureOf = (name: string): string => join(folderOf.get(name) ?? out, name);
  const { replay } = await import('../run/under-mocha.ts');
  // In the order of a whole run.
  const run: Run = { ...merged, cases: await replay(merged, out) };
  writeReports(out, run, {
    captures: {
      has: (result) => existsSync(captureOf(captureName(result))),
      read: (result) => readFileSync(captureOf(captureName(result))),
    },
  });
  return run;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

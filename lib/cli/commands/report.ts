import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { MARKERS, writeMarkedPart } from '../../report/marked-part.ts';
import type { Captures } from '../../report/matrix/encode.ts';
import { renderMatrix } from '../../report/matrix/render.ts';
import { captureName } from '../../report/pcapng.ts';
import { readResults } from '../../report/results.ts';
import type { Run } from '../../report/run.ts';
import { stacksTable } from '../../report/stacks-table.ts';
import { subjects } from '../../report/subject.ts';
import { writeWhole } from '../../report/write-whole.ts';
import type { Profile } from '../../standard/profile.ts';
import { EXIT, UsageError } from '../failure.ts';
import { profileOption } from '../options.ts';

interface ReportOptions {
  readonly out?: string;
  /** A Markdown page that gets a table between its markers. */
  readonly table?: string;
  readonly profile?: Profile;
}

const EXAMPLES = `
Examples:
  segment-arrives report linux/results.json lwip/results.json --out reports
  segment-arrives report linux/results.json lwip/results.json --table reports/README.md`;

export function declare(command: Command): void {
  command
    .argument('<results...>', 'results.json of each run')
    .option('--out <directory>', 'where index.html goes (default: reports)')
    .option(
      '--table <page>',
      `write no index.html, but a Markdown table into this page, between ${MARKERS.begin} and ${MARKERS.end}`,
    )
    .option('--profile <profile>', 'the profile of the table (default: that of the runs)', profileOption)
    .addHelpText('after', EXAMPLES)
    .action(async (files, options) => {
      process.exitCode = await report(files, options);
    });
}

/** Writes one page for one or several stored results, with links to the captures beside them; or a table into a page. */
export async function report(
  files: readonly string[],
  { out = 'reports', table, profile }: ReportOptions,
): Promise<number> {
  if (profile !== undefined && table === undefined) {
    throw new UsageError('--profile goes with --table: the page shows every profile');
  }
  const runs = files.map((file) => readResults(file));
  const page = table ?? join(out, 'index.html');
  if (table === undefined) {
    const captures = files.map((file) => capturesBeside(dirname(file), out));
    writeWhole(page, renderMatrix(runs, subjects(), captures));
  } else {
    writeMarkedPart(page, stacksTable(runs, decisive(runs, profile)));
  }
  const names = runs.map(({ target, cases }) => `${target.name} (${cases.length} results)`).join(', ');
  console.log(`${page}: ${names}`);
  return EXIT.asExpected;
}

function decisive(runs: readonly Run[], wanted: Profile | undefined): Profile {
  if (wanted !== undefined) return wanted;
  const [first, ...others] = new Set(runs.map(({ profile }) => profile));
  if (first !== undefined && others.length === 0) return first;
  throw new UsageError('the runs have different profiles: choose one with --profile');
}

function capturesBeside(folder: string, out: string): Captures {
  const way = relative(resolve(out), resolve(folder));
  return {
    base: way === '' ? '' : `${way.split(sep).map(encodeURIComponent).join('/')}/`,
    has: (result) => existsSync(join(folder, captureName(result))),
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { findStack, unknownStack } from '../../lab/stacks/index.ts';
import type { Stack } from '../../lab/stacks/stack.ts';
import { countVerdicts } from '../../report/groups.ts';
import { readResults } from '../../report/results.ts';
import { VERDICTS } from '../../verdict/result.ts';
import { EXIT, UsageError } from '../failure.ts';
import { allowOption, list } from '../options.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';
import { report } from './report.ts';

const BIN = fileURLToPath(new URL('../../../bin/segment-arrives.js', import.meta.url));

interface LabRunOptions {
  readonly reports?: string;
  readonly baselines?: string;
  readonly family?: string;
  readonly profile?: string;
  readonly strict?: boolean;
  readonly patient?: boolean;
  readonly slow?: boolean;
  readonly only?: readonly string[];
  readonly shard?: string;
  readonly seed?: string;
  readonly parallel?: string;
  readonly format?: string;
  readonly allow?: string;
  readonly reportOnly?: boolean;
}

const EXAMPLES = `
Each stack gets a folder of reports, reports/STACK/; several get a page side by side, reports/index.html.

Examples:
  segment-arrives lab run linux lwip --report-only
  segment-arrives lab run lwip --baselines reports/baselines
  segment-arrives lab run reference:rfc793 --profile rfc793 --strict`;

export function declare(command: Command): void {
  command
    .argument('<stacks...>', 'ids, as `lab list` prints them')
    .option('--reports <directory>', 'where the folders of reports go (default: reports)')
    .option('--baselines <directory>', 'accepted deviations: STACK.json for each')
    .option('--family <families>', '4, 6 or 4,6 (the default)')
    .option('--profile <profile>', 'the documents that decide')
    .option('--strict', 'treat `permitted` as a failure')
    .option('--patient', 'listen for the full time in every case, even after a reply')
    .option('--slow', 'also cases that take more than ten seconds, up to four minutes')
    .option('--only <glob>', 'only cases whose id matches; a comma separates several, ! leaves out', list)
    .option(
      '--shard <part/of>',
      'one part of the cases of each stack, e.g. 2/5: the second of five; `merge` joins the parts',
    )
    .option('--seed <number>', 'the seed of an earlier run, to repeat its random numbers')
    .option('--parallel <number>', 'how many cases may run at once')
    .option('--format <format>', 'what each run prints')
    .addOption(allowOption())
    .option('--report-only', 'exit code 0 when every run is complete, whatever the verdicts')
    .addHelpText('after', EXAMPLES)
    .action(async (stacks, options) => {
      process.exitCode = await runStacks(stacks, options);
    });
}

/** Runs the suite against stacks of the lab, one after the other, each in a process and a folder of its own. */
async function runStacks(ids: readonly string[], options: LabRunOptions): Promise<number> {
  const { reports = 'reports' } = options;
  // All of them first: what is missing is told before anything was run.
  const stacks = await readyStacks(ids);
  for (const stack of stacks) await stack.prepare?.();
  const outcomes: { id: string; folder: string; exitCode: number }[] = [];
  const relay = new Relay();
  try {
    for (const { id } of stacks) {
      if (relay.exitCode !== undefined) break;
      const folder = join(reports, folderOf(id));
      console.log(`\n${id}: reports in ${folder}`);
      const logs = join(folder, 'logs');
      mkdirSync(logs, { recursive: true });
      const exitCode = await relay.run(wordsFor(id, folder, options), { SEGMENT_ARRIVES_LOGS: logs });
      outcomes.push({ id, folder, exitCode });
    }
  } finally {
    relay.dispose();
  }
  const files = outcomes.flatMap(({ folder, exitCode }) => {
    const file = join(folder, 'results.json');
    return exitCode !== EXIT.cannotTest && existsSync(file) ? [file] : [];
  });
  if (files.length > 1) await report(files, { out: reports });
  for (const { id, folder, exitCode } of outcomes) console.log(outcomeLine(id, folder, exitCode));
  return relay.exitCode ?? Math.max(...outcomes.map(({ exitCode }) => exitCode));
}

/**
 * Stacks that can be started: all that they need is here.
 *
 * @throws UsageError with the one line that installs what is missing for all of them
 */
async function readyStacks(ids: readonly string[]): Promise<Stack[]> {
  const stacks = await Promise.all([...new Set(ids)].map(knownStack));
  const lacking = stacks.filter((stack) => stack.missing().length > 0);
  if (lacking.length === 0) return stacks;
  const packages = [...new Set(lacking.flatMap((stack) => stack.missing()))];
  const who = `${lacking.map(({ id }) => id).join(' and ')} ${lacking.length === 1 ? 'needs' : 'need'}`;
  throw new UsageError(`${who} packages that are not installed: apt-get install ${packages.join(' ')}`);
}

async function knownStack(id: string): Promise<Stack> {
  const stack = await findStack(id);
  if (stack) return stack;
  throw new UsageError(await unknownStack(id));
}

/** The name of its folder of reports, and of its baseline: `reference:rfc793` is `reference-rfc793`. */
const folderOf = (id: string): string => id.replace(/[^a-z0-9._-]+/gi, '-');

function wordsFor(id: string, folder: string, options: LabRunOptions): string[] {
  const words = ['run', '--stack', id, '--reports', folder];
  for (const name of ['family', 'profile', 'shard', 'seed', 'parallel', 'format', 'allow'] as const) {
    const value = options[name];
    if (value !== undefined) words.push(`--${name}`, value);
  }
  if (options.only) words.push('--only', options.only.join(','));
  if (options.strict) words.push('--strict');
  if (options.patient) words.push('--patient');
  if (options.slow) words.push('--slow');
  if (options.reportOnly) words.push('--report-only');
  if (options.baselines) words.push('--baseline', join(options.baselines, `${folderOf(id)}.json`));
  return words;
}

function outcomeLine(id: string, folder: string, exitCode: number): string {
  if (exitCode === EXIT.cannotTest) return `  ${id}: could not be tested`;
  const run = readResults(join(folder, 'results.json'));
  const counts = countVerdicts(run.cases, run.profile);
  const words = VERDICTS.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
  const how = exitCode === 0 ? 'as expected' : exitCode === 1 ? 'not as expected' : 'cut short';
  return `  ${id}: ${how}: ${run.target.name}, ${words}`;
}

/** Passes signals on to the run that is going on: the terminal's own would reach it twice. */
class Relay {
  #child: ChildProcess | undefined;
  #exitCode: number | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#exitCode ??= exitCodeAfter(signal);
    if (this.#child) this.#child.kill(signal);
    else process.exit(this.#exitCode);
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  async run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
    this.#child = spawn(process.execPath, [BIN, ...words], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      // A process group of its own.
      detached: true,
    });
    const [status, signal] = (await once(this.#child, 'exit')) as [number | null, NodeJS.Signals | null];
    this.#child = undefined;
    return status ?? exitCodeAfter(signal ?? 'SIGKILL');
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}

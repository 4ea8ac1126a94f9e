import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countVerdicts } from '../../report/judgement.ts';
import { readResults } from '../../report/results.ts';
import { VERDICTS } from '../../verdict/result.ts';
import { EXIT } from '../failure.ts';
import { report } from '../results/report.ts';
import { folderOf, readyStacks } from './stacks.ts';

const BIN = fileURLToPath(new URL('../../../bin/segment-arrives.js', import.meta.url));
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface LabRunOptions {
  readonly reports?: string;
  readonly baselines?: string;
  readonly family?: string;
  readonly profile?: string;
  readonly strict?: boolean;
  readonly only?: readonly string[];
  readonly seed?: string;
  readonly parallel?: string;
  readonly format?: string;
  readonly allow?: string;
  readonly reportOnly?: boolean;
}

/** Runs the suite against stacks of the lab, one after the other, each in a process and a folder of its own. */
export async function runStacks(ids: readonly string[], options: LabRunOptions): Promise<number> {
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

function wordsFor(id: string, folder: string, options: LabRunOptions): string[] {
  const words = ['run', '--stack', id, '--reports', folder];
  for (const name of ['family', 'profile', 'seed', 'parallel', 'format', 'allow'] as const) {
    const value = options[name];
    if (value !== undefined) words.push(`--${name}`, value);
  }
  if (options.only) words.push('--only', options.only.join(','));
  if (options.strict) words.push('--strict');
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
  readonly #hear = (signal: NodeJS.Signals): void => {
    this.#exitCode ??= 128 + constants.signals[signal];
    if (this.#child) this.#child.kill(signal);
    else process.exit(this.#exitCode);
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#hear);
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
    return status ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  }

  dispose(): void {
    for (const signal of SIGNALS) process.off(signal, this.#hear);
  }
}

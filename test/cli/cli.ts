import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

export const BIN = fileURLToPath(new URL('../../bin/segment-arrives.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Words before the program's own, e.g. to change the user. */
  readonly prefix?: readonly string[];
  readonly bin?: string;
}

/** Settings of whoever runs the tests are none of theirs. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...process.env, NO_COLOR: '1' }).filter(
      ([name]) => !name.startsWith('SEGMENT_ARRIVES_'),
    ),
  );

export function start(
  words: readonly string[],
  { cwd, env = {}, prefix = [], bin = BIN }: CliOptions = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const [command, ...args] = [...prefix, process.execPath, bin, ...words] as [string, ...string[]];
  const child = spawn(command, args, {
    ...(cwd ? { cwd } : {}),
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export const cli = (words: readonly string[], options?: CliOptions): Promise<Ended> =>
  start(words, options).ended;

/** Starts all of them, two at a time: most of their time is the start of a process. */
export function cliAll(all: readonly (readonly string[])[], options?: CliOptions): Promise<Ended>[] {
  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  return all.map((words, index) => {
    const one = (lanes[index % 2] as Promise<unknown>).then(() => cli(words, options));
    lanes[index % 2] = one;
    return one;
  });
}

/** What every reason for exit code 2 looks like: nothing but one sentence, on stderr. */
export function expectRefusal({ code, stdout, stderr }: Ended, words: RegExp): void {
  expect(stderr).to.match(/^segment-arrives: [^\n]+[.?!]\n$/);
  expect(stderr).to.match(words);
  expect(stderr).not.to.contain('    at ');
  expect(stdout).to.equal('');
  expect(code).to.equal(2);
}

/** A folder that is gone after the suite. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Processes that were started with a word in their environment, and have not ended. */
export function processesWith(word: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(word)) return [];
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return []; // it has ended meanwhile, or is somebody else's
    }
  });
}

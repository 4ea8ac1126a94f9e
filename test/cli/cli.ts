import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { main } from '../../lib/cli/main.ts';

export const BIN = fileURLToPath(new URL('../../bin/segment-arrives.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Words before the program, e.g. to change the user. */
  readonly prefix?: readonly string[];
  readonly bin?: string;
}

/** The tests ignore the settings in the environment of whoever runs them. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...process.env, NO_COLOR: '1' }).filter(
      ([name]) => !name.startsWith('SEGMENT_ARRIVES_'),
    ),
  );

export function start(
  words: readonly string[],
  { cwd, env = {}, prefix = [], bin = BIN }: ProcessOptions = {},
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

/** Runs the program in a process of its own. */
export const cliProcess = (words: readonly string[], options?: ProcessOptions): Promise<Ended> =>
  start(words, options).ended;

/**
 * Runs the program within this process, which spares the start of another: for words that start no engine and set no
 * handler of a signal. What it prints, its exit code and its environment are kept apart from those of the tests.
 */
export async function cli(
  words: readonly string[],
  { env = {} }: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  const stdout = captured(process.stdout);
  const stderr = captured(process.stderr);
  const { env: envBefore, exitCode: exitCodeBefore } = process;
  process.env = { ...environment(), ...env };
  process.exitCode = undefined;
  try {
    await main([process.execPath, BIN, ...words]);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.env = envBefore;
    process.exitCode = exitCodeBefore;
    stdout.release();
    stderr.release();
  }
}

/** Keeps what is written to a stream from now on, and the listeners that are added to it, until it is released. */
function captured(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  let text = '';
  const { write } = stream;
  const listeners = stream.listeners('error');
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  }) as typeof stream.write;
  return {
    // Whether there are colours is decided once for a process; those of the tests may have them.
    text: () => stripVTControlCharacters(text),
    release() {
      stream.write = write;
      for (const added of stream.listeners('error')) {
        if (!listeners.includes(added)) stream.removeListener('error', added as () => void);
      }
    },
  };
}

/** Every exit with code 2 prints one sentence on stderr, and nothing else. */
export function expectRefusal({ code, stdout, stderr }: Ended, words: RegExp): void {
  expect(stderr).to.match(/^segment-arrives: [^\n]+[.?!]\n$/);
  expect(stderr).to.match(words);
  expect(stderr).not.to.contain('    at ');
  expect(stdout).to.equal('');
  expect(code).to.equal(2);
}

/** A folder that is removed after the suite. */
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

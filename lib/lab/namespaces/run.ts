import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENDS_WITH_US, isStopped, stop } from '../../processes.ts';
import { LabUnavailable, labEnvironment } from './enter.ts';

/** Runs a command to its end. @returns its output @throws LabUnavailable that names the command and its complaint */
export async function run([command = '', ...args]: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, { env: labEnvironment(), stdio: 'pipe', detached: true });
  const called = [command, ...args].join(' ');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {}); // it may end before it has read all
  child.stdin.end(input);
  const [status, signal] = await once(child, 'close').catch((error: Error) => {
    throw new LabUnavailable(`\`${called}\` could not be started: ${error.message}.`);
  });
  if (status === 0) return stdout;
  const complaint = sentenceOf(stderr, input) || `it said nothing and ended with ${signal ?? status}`;
  throw new LabUnavailable(`\`${called}\` failed: ${complaint}.`);
}

/** Joins the lines of a complaint. Where `ip -batch` names the number of a line, this puts the line. */
const sentenceOf = (stderr: string, input: string): string =>
  stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const number = /^Command failed -:(\d+)$/.exec(line)?.[1];
      return number ? `in \`${input.split('\n')[Number(number) - 1]}\`` : line.replace(/\.$/, '');
    })
    .join(', ');

/** Runs commands of `ip` in order. @throws LabUnavailable that names the one that failed */
export async function ipBatch(commands: readonly string[], enter: readonly string[] = []): Promise<void> {
  await run([...enter, 'ip', '-batch', '-'], commands.map((one) => `${one}\n`).join(''));
}

/** Deletes a link, which may be gone already. */
export async function deleteLink(name: string): Promise<void> {
  await run(['ip', 'link', 'delete', name]).catch(() => {});
}

/** The version in a command's output; empty when there is none, or the command fails. */
export const versionIn = async (pattern: RegExp, words: readonly string[]): Promise<string> =>
  pattern.exec(await run(words).catch(() => ''))?.[1] ?? '';

interface Start<T> {
  /** What it is. Error messages begin with it. */
  readonly what: string;
  readonly words: readonly string[];
  /** Its descriptor 3: one of ours, or a pipe. */
  readonly third?: number | 'pipe' | undefined;
  readonly patienceMs: number;
  /** A file to which its output is appended. */
  readonly log?: string | undefined;
  /** Resolves when the program is ready. `onLine` listens to its output. */
  ready(child: ChildProcess, onLine: (listener: (line: string) => void) => void): Promise<T>;
}

/**
 * Starts a program and waits until it is ready. It ends when we end in any way: its standard input is a pipe of ours, and the
 * kernel kills it after us. It leads a process group, so an interrupt from the terminal reaches only us.
 *
 * @throws LabUnavailable with its last lines
 */
export async function startUntilReady<T>(start: Start<T>): Promise<{ child: ChildProcess; ready: T }> {
  const { what, words, patienceMs } = start;
  const [command, ...args] = [...ENDS_WITH_US, ...words];
  const child = spawn(command, args, {
    env: labEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe', start.third ?? 'ignore'],
    detached: true,
  });
  child.stdin?.on('error', () => {}); // it may end before it has read all
  const log = start.log === undefined ? undefined : createWriteStream(start.log, { flags: 'a' });
  const last: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (raw) => {
      // A serial console ends lines with CR LF.
      const line = raw.trim();
      log?.write(`${line}\n`);
      for (const listener of listeners) listener(line);
      if (line !== '') last.push(line);
      if (last.length > 3) last.shift();
    });
  }
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const fail = (how: string): void => {
      const said = last.join(', ').replace(/\.$/, '') || 'it said nothing';
      reject(new LabUnavailable(`${what} ${how}: ${said}.`));
    };
    timer = setTimeout(() => fail(`was not ready after ${patienceMs} ms`), patienceMs);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('close', (status, signal) => {
      // Who reads it looks for the program's own end.
      log?.end(`ended${isStopped(child) ? ' by the suite,' : ''} with ${signal ?? status}\n`);
      fail(`ended with ${signal ?? status} before it was ready`);
    });
  });
  failed.catch(() => {}); // most programs end much later
  try {
    return {
      child,
      ready: await Promise.race([failed, start.ready(child, (listener) => listeners.push(listener))]),
    };
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

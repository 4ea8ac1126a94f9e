import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENDS_WITH_US, stop } from '../../processes.ts';
import { LabUnavailable, labEnvironment } from './enter.ts';

/** Runs a command to its end and returns what it printed; its failure is an error that names it. */
export async function run(command: string, args: readonly string[], input = ''): Promise<string> {
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
  // A command that ends without reading its input breaks the pipe; its exit status tells more.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [status, signal] = (await once(child, 'close').catch((error: Error) => {
    throw new LabUnavailable(`\`${called}\` could not be started: ${error.message}.`);
  })) as [number | null, NodeJS.Signals | null];
  if (status !== 0)
    throw new LabUnavailable(`\`${called}\` failed: ${complaint(stderr, input, status, signal)}.`);
  return stdout;
}

/** One sentence of what a failed command said; `ip -batch` names the line, we put the line itself. */
function complaint(
  stderr: string,
  input: string,
  status: number | null,
  signal: NodeJS.Signals | null,
): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return `it said nothing and ended with ${signal ?? status}`;
  return lines
    .map((line) => {
      const at = /^Command failed -:(\d+)$/.exec(line.trim());
      return at ? `in \`${input.split('\n')[Number(at[1]) - 1]}\`` : line.trim().replace(/\.$/, '');
    })
    .join(', ');
}

/** Runs commands of `ip`, one after the other. @throws LabUnavailable with the one that failed */
export async function ipBatch(commands: readonly string[], enter: readonly string[] = []): Promise<void> {
  const [command = 'ip', ...args] = [...enter, 'ip', '-batch', '-'];
  await run(command, args, commands.map((one) => `${one}\n`).join(''));
}

/** Takes a link away; it may be gone already. */
export async function deleteLink(name: string): Promise<void> {
  await run('ip', ['link', 'delete', name]).catch(() => {});
}

export interface Start<T> {
  /** What it is, at the start of a sentence for the user. */
  readonly what: string;
  readonly words: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** A descriptor of ours that becomes its number 3, or a pipe from there. */
  readonly third?: number | 'pipe';
  readonly patienceMs: number;
  /** A file that gets what it prints; what is there stays. */
  readonly log?: string | undefined;
  /** Resolves when the program is ready. `onLine` listens to what it prints. */
  ready(child: ChildProcess, onLine: (listener: (line: string) => void) => void): Promise<T>;
}

/**
 * Starts a program and waits until it is ready. It ends with us, in whatever way we end: its standard input is a pipe that
 * we hold, and the kernel kills it when we are gone. It leads a process group: an interrupt from the terminal is for us.
 *
 * @throws LabUnavailable with what it said
 */
export async function startUntilReady<T>(start: Start<T>): Promise<{ child: ChildProcess; ready: T }> {
  const { what, words, patienceMs } = start;
  const [command, ...args] = [...ENDS_WITH_US, ...words];
  const child = spawn(command, args, {
    env: labEnvironment(start.env),
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
      // A serial console ends its lines as a teletype does.
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
      log?.end(`ended with ${signal ?? status}\n`);
      fail(`ended with ${signal ?? status} before it was ready`);
    });
  });
  // It ends later, as a rule.
  failed.catch(() => {});
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

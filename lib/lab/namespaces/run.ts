import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { LabUnavailable, labEnvironment } from './enter.ts';

/** How long a program may take to end when it is told to. */
const GRACE_MS = 1000;

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

/** Resolves when the process has ended, also when that was before. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    await once(child, 'exit');
}

/** Lets a process end by the end of its input or a SIGTERM, and kills it, with all of its own, if it does not. */
export async function stop(child: ChildProcess): Promise<void> {
  // The number of one that has ended may be another's by now.
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  signal(child, 'SIGTERM');
  const gone = ended(child);
  await Promise.race([gone, delay(GRACE_MS, undefined, { ref: false })]);
  signal(child, 'SIGKILL');
  await gone;
}

/** To the process and what it started: it leads a process group. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // all of it has ended
  }
}

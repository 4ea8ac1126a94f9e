import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Resolves when the process has ended, also when that was before. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    await once(child, 'exit');
}

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a program may take to end when it is told to, in ms. */
const GRACE_MS = 1000;

/** The words before a command so that the kernel kills it when the thread that started it ends. */
export const ENDS_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** The words that start a program of this suite's in a process of its own, before its arguments. @param source seen from the root */
export const wordsToStart = (source: string): string[] => [
  process.execPath,
  fileURLToPath(new URL('../bin/program.js', import.meta.url)),
  source,
];

/** Sends a signal to a process that leads a process group, and to all that it has started. */
export function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // all of it has ended
  }
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
  signalGroup(child, 'SIGTERM');
  const gone = ended(child);
  await Promise.race([gone, delay(GRACE_MS, undefined, { ref: false })]);
  signalGroup(child, 'SIGKILL');
  await gone;
}

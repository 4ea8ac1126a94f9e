import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a program has to end after SIGTERM. */
const GRACE_MS = 1000;

/** The words before a command that make the kernel kill it when the thread that started it ends. */
export const ENDS_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/**
 * The words that start a program of this suite.
 *
 * @param source its path in the repository
 * @param flags for Node
 */
export const wordsToStart = (source: string, ...flags: readonly string[]): string[] => [
  process.execPath,
  ...flags,
  fileURLToPath(new URL('../bin/program.js', import.meta.url)),
  source,
];

/** Sends a message to the parent process, if there still is one. */
export function tellParent(message: object): void {
  // It may end at any time, and `disconnect` comes later: an error here would end this process before its cleanups.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Signals the process group that a process leads. */
export function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The whole group has ended.
  }
}

/** Resolves when the process has ended. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    await once(child, 'exit');
}

const stopped = new WeakSet<ChildProcess>();

/** Whether a process ends, or has ended, because this one has stopped it. */
export const isStopped = (child: ChildProcess): boolean => stopped.has(child);

/** Ends a process by the end of its input and SIGTERM; after a second, kills its whole group. */
export async function stop(child: ChildProcess): Promise<void> {
  // After its end, its number may be another process's.
  if (child.exitCode !== null || child.signalCode !== null) return;
  stopped.add(child);
  child.stdin?.end();
  signalGroup(child, 'SIGTERM');
  const gone = ended(child);
  await Promise.race([gone, delay(GRACE_MS, undefined, { ref: false })]);
  signalGroup(child, 'SIGKILL');
  await gone;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { labEnvironment } from '../../lib/lab/namespaces/enter.ts';
import type { Lab } from '../../lib/lab/namespaces/lab.ts';
import { run } from '../../lib/lab/namespaces/run.ts';
import { ENDS_WITH_US } from '../../lib/processes.ts';

export type TargetProcess = ChildProcessByStdio<Writable, Readable, Readable | null>;

/** Runs a program on the target of a lab. It ends with the lab or with us. */
export function spawnInTarget(
  lab: Lab,
  command: string,
  args: readonly string[] = [],
  stderr: 'pipe' | 'inherit' = 'inherit',
): TargetProcess {
  // Innermost: a change of credentials on the way would cancel the death signal.
  const [program = '', ...words] = [...lab.entering, ...ENDS_WITH_US, command, ...args];
  const child = spawn(program, words, {
    env: labEnvironment(),
    stdio: ['pipe', 'pipe', stderr],
    detached: true,
  }) as TargetProcess;
  child.stdin.on('error', () => {}); // it may end before it has read all
  return child;
}

/** Takes the link down at the target's end: the tester's sends still succeed. `Lab.linkUp` takes it up. */
export async function linkDown(lab: Lab): Promise<void> {
  await run([...lab.entering, 'ip', 'link', 'set', 'dev', lab.interface, 'down']);
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { labCommand, labEnvironment } from '../../lib/lab/namespaces/enter.ts';

/** A network of a test's own, to run commands in: what others change in the machine's meanwhile is not seen there. */
export interface OwnNetwork {
  /** The words before a command that is to run in it. */
  readonly prefix: readonly string[];
  /** Its addresses, routes and rules. */
  shown(): string[];
  close(): Promise<void>;
}

/** @throws LabUnavailable */
export async function openOwnNetwork(): Promise<OwnNetwork> {
  const { command, args } = labCommand();
  // It holds the namespace until its input ends.
  const holder = spawn(command, [...args, 'sh', '-c', 'echo ready; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: labEnvironment(),
  });
  await once(createInterface(holder.stdout), 'line');
  const user = args.includes('-U') ? ['-U', '--preserve-credentials'] : [];
  const [enter, ...words] = ['nsenter', '-t', String(holder.pid), ...user, '-n', '--'] as const;
  return {
    prefix: [enter, ...words],
    shown: () =>
      ['-br addr', 'route', '-6 route', 'rule', '-6 rule'].map((what) =>
        execFileSync(enter, [...words, 'ip', ...what.split(' ')], {
          encoding: 'utf8',
          env: labEnvironment(),
        }),
      ),
    async close() {
      const ended = once(holder, 'exit');
      holder.stdin.end();
      await ended;
    },
  };
}

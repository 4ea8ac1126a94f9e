import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { labCommand, labEnvironment } from '../../lab/index.ts';
import { DEFAULT_PROFILE, isProfile, PROFILES } from '../../standard/profile.ts';
import { EXIT, UsageError } from '../failure.ts';
import type { FromServer } from './serve.ts';

const SERVER = fileURLToPath(new URL('./serve.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** Starts the reference target and leaves it running until Ctrl-C. */
export async function serveReference({ profile = DEFAULT_PROFILE }: { profile?: string }): Promise<number> {
  if (!isProfile(profile)) {
    throw new UsageError(`--profile ${profile}: unknown profile; there are ${PROFILES.join(', ')}`);
  }
  const { command, args } = labCommand();
  const server = spawn(
    command,
    [...args, process.execPath, '--import', TSX, SERVER, `reference:${profile}`, '4', '6'],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: labEnvironment(), detached: true },
  );
  const exited = once(server, 'exit');
  let exitCode: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    exitCode = 128 + constants.signals[signal];
    if (server.connected) server.disconnect();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  let problem: string | undefined;
  server.on('message', (message: FromServer) => {
    if (message.kind === 'impossible') {
      problem = message.message;
      return;
    }
    const { name, addresses, driver } = message;
    const user = process.getuid?.() === 0 ? '' : '-U --preserve-credentials ';
    console.log(`${name}: ${addresses.join(' and ')}, ${driver}; Ctrl-C ends it`);
    console.log(`nsenter -t ${server.pid} ${user}-n COMMAND runs a command on its link`);
  });
  await exited;
  if (problem !== undefined) throw new UsageError(problem);
  return exitCode ?? EXIT.cannotTest;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { labCommand, labEnvironment } from '../../lab/namespaces/enter.ts';
import { wordsToStart } from '../../processes.ts';
import { DEFAULT_PROFILE, type Profile } from '../../standard/profile.ts';
import { EXIT, UsageError } from '../failure.ts';
import { profileOption } from '../options.ts';
import type { FromServer } from '../serve-reference.ts';
import { exitCodeAfter, SIGNALS } from '../signals.ts';

export function declare(command: Command): void {
  command
    .option('--profile <profile>', 'the documents that it follows', profileOption)
    .addHelpText('after', '\nExample:\n  segment-arrives lab reference --profile rfc793')
    .action(async (options) => {
      process.exitCode = await serveReference(options);
    });
}

async function serveReference({ profile = DEFAULT_PROFILE }: { profile?: Profile }): Promise<number> {
  const { command, args } = labCommand();
  const server = spawn(
    command,
    [...args, ...wordsToStart('lib/cli/serve-reference.ts'), `reference:${profile}`, '4', '6'],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: labEnvironment(),
      detached: true,
    },
  );
  const exited = once(server, 'exit');
  let exitCode: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    exitCode = exitCodeAfter(signal);
    if (server.connected) server.disconnect();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
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

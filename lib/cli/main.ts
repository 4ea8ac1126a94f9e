import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { EXIT, sentence, tell } from './failure.ts';

/** The commands, in the order of the help; of groups (`lab list`), each command has a file of its own. */
const COMMANDS: Readonly<Record<string, () => Promise<{ declare(program: Command): void }>[]>> = {
  run: () => [import('./commands/run.ts')],
  list: () => [import('./commands/list.ts')],
  coverage: () => [import('./commands/coverage.ts')],
  reproduce: () => [import('./commands/reproduce.ts')],
  report: () => [import('./commands/report.ts')],
  diff: () => [import('./commands/diff.ts')],
  gate: () => [import('./commands/gate.ts')],
  baseline: () => [import('./commands/baseline-update.ts')],
  lab: () => [
    import('./commands/lab-list.ts'),
    import('./commands/lab-run.ts'),
    import('./commands/lab-reference.ts'),
  ],
  'upper-tester': () => [import('./commands/upper-tester-check.ts')],
};

const EXAMPLES = `
Examples:
  segment-arrives run                                      this machine's own kernel, in a lab of its own
  segment-arrives run --target 192.0.2.2 --upper-tester 192.0.2.2:10793
  segment-arrives list --only 'listen.*'                   what is tested in LISTEN, and what is expected
  segment-arrives report linux/results.json lwip/results.json --out reports
  segment-arrives COMMAND --help                           the options of a command, with examples

Exit codes:
  0    all as expected: by the profile, or by the baseline when one is given
  1    something is not as expected, or the target was lost
  2    could not test: bad arguments, nothing comes back from the target, no permission, nothing selected
  130  ended by Ctrl-C (143: by SIGTERM), after the reports of what was done were written`;

/** Runs the command that the command line names, and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // `segment-arrives list | head`: the reader has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    await (await program(argv[2])).parseAsync(argv as string[]);
  } catch (error) {
    // Commander has printed what is wrong. Its own exit code is 1.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.cannotTest;
    else {
      tell(error);
      process.exitCode = EXIT.cannotTest;
    }
  }
}

/** Loading a command takes time, so only the one that is asked for is loaded. */
async function program(asked: string | undefined): Promise<Command> {
  const command = new Command('segment-arrives')
    .description('Conformance tests for TCP implementations: what must come back when a segment arrives.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`segment-arrives: ${sentence(text.replace(/^error: /, ''))}\n`),
    })
    .addHelpText('after', EXAMPLES);
  const chosen =
    asked !== undefined && Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]] : Object.values(COMMANDS);
  for (const load of chosen) {
    for (const module of await Promise.all(load?.() ?? [])) module.declare(command);
  }
  return command;
}

import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addInspectCommands } from './commands/inspect.ts';
import { addLabCommands } from './commands/lab.ts';
import { addResultCommands } from './commands/results.ts';
import { addRunCommand } from './commands/run.ts';
import { EXIT, sentence, tell } from './failure.ts';

const EXAMPLES = `
Examples:
  segment-arrives run                                      this machine's own kernel, in a lab of its own
  segment-arrives run --target 192.0.2.2 --upper-tester 192.0.2.2:10793
  segment-arrives list --only 'listen.*'                   what is tested in LISTEN, and what is expected
  segment-arrives report linux/results.json lwip/results.json --out reports
  segment-arrives COMMAND --help                           the options of a command, with examples

Exit codes:
  0    all as expected: by the profile, or by the baseline when one is given
  1    not so
  2    could not test: bad arguments, nothing comes back from the target, no permission, nothing selected
  130  ended by Ctrl-C (143: by SIGTERM), after the reports of what was done were written`;

/** Parses the words of the command line and does what they say; the outcome is the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // `segment-arrives list | head`: the reader has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    await program().parseAsync(argv as string[]);
  } catch (error) {
    // Commander has said already what is wrong, and asks for exit code 1.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.cannotTest;
    else {
      tell(error);
      process.exitCode = EXIT.cannotTest;
    }
  }
}

function program(): Command {
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
  addRunCommand(command);
  addInspectCommands(command);
  addResultCommands(command);
  addLabCommands(command);
  return command;
}

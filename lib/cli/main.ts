import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { EXIT, sentence, tell, UsageError } from './failure.ts';

const SUITES = 'SEGMENT_ARRIVES_SUITES';
const SUITES_ONLY = 'SEGMENT_ARRIVES_SUITES_ONLY';

/** A command, or a group of commands as in `lab list`. */
type Entry = { readonly what: string } & (
  | {
      readonly load: () => Promise<{ declare(command: Command): void }>;
      /** The command ends so soon that V8's optimizing costs more than it gains. */
      readonly isShort?: true;
      /** The command knows all cases: those of the user, too. */
      readonly takesSuites?: true;
    }
  | { readonly commands: Entries }
);

type Entries = Readonly<Record<string, Entry>>;

/** In the order of the help. */
const COMMANDS: Entries = {
  run: {
    what: 'test a target: a machine at an address, or a stack that the lab starts here',
    load: () => import('./commands/run.ts'),
    takesSuites: true,
  },
  watch: {
    what: 'run cases again whenever a suite or the target changes; the target keeps running',
    load: () => import('./commands/watch.ts'),
    takesSuites: true,
  },
  explore: {
    what: 'generate sequences of segments and user calls, and report where the target breaks the specification',
    load: () => import('./commands/explore.ts'),
  },
  init: {
    what: 'write a target file, a first case of your own and a CI job, after three questions',
    load: () => import('./commands/init.ts'),
  },
  list: {
    what: 'print every case: its notation, expectations and citations',
    load: () => import('./commands/list.ts'),
    takesSuites: true,
    isShort: true,
  },
  coverage: {
    what: 'print which cases test each requirement, and why some requirements have no case',
    load: () => import('./commands/coverage.ts'),
    takesSuites: true,
    isShort: true,
  },
  explain: {
    what: 'print the cause of every reset in a capture',
    load: () => import('./commands/explain.ts'),
  },
  reproduce: {
    what: 'print the segments of a case as a packetdrill script with its ladder',
    load: () => import('./commands/reproduce.ts'),
    takesSuites: true,
  },
  report: {
    what: 'write an HTML page or a Markdown table of one run, or of several side by side',
    load: () => import('./commands/report.ts'),
    takesSuites: true,
  },
  merge: {
    what: 'join the parts of `run --shard` into one run: results, captures and reports',
    load: () => import('./commands/merge.ts'),
    takesSuites: true,
  },
  diff: {
    what: 'compare two runs; exit code 1 when they differ',
    load: () => import('./commands/diff.ts'),
  },
  history: {
    what: 'print how the findings changed over many runs, as a table or a page',
    load: () => import('./commands/history.ts'),
  },
  gate: {
    what: 'compare stored results with a baseline of accepted deviations, as `run --baseline` does',
    load: () => import('./commands/gate.ts'),
    takesSuites: true,
  },
  baseline: {
    what: 'update a baseline of accepted deviations',
    commands: {
      update: {
        what: 'write the results into a baseline; new findings are marked unreviewed',
        load: () => import('./commands/baseline-update.ts'),
        takesSuites: true,
      },
    },
  },
  lab: {
    what: 'start other TCP stacks on this machine, and test them',
    commands: {
      list: {
        what: 'print each stack, the packages that it needs, and whether they are installed',
        load: () => import('./commands/lab-list.ts'),
      },
      run: {
        what: 'start each stack, run the suite, stop it; the exit code is the worst one',
        load: () => import('./commands/lab-run.ts'),
        takesSuites: true,
      },
      tap: {
        what: 'start a program of yours that is a TCP on a tap interface, test it, and end it',
        load: () => import('./commands/lab-tap.ts'),
        takesSuites: true,
      },
      reference: {
        what: 'run the reference, a TCP that executes the steps of the RFC, as a target until Ctrl-C',
        load: () => import('./commands/lab-reference.ts'),
      },
    },
  },
  'upper-tester': {
    what: 'check the upper tester of a target, or print its source',
    commands: {
      check: {
        what: 'try every primitive of an upper tester, and print which states it can reach',
        load: () => import('./commands/upper-tester-check.ts'),
      },
      source: {
        what: 'print the upper tester as one C file, to be compiled on the target',
        load: () => import('./commands/upper-tester-source.ts'),
      },
    },
  },
};

const EXAMPLES = `
Examples:
  segment-arrives run                                      this machine's own kernel, in a network namespace
  segment-arrives run --target 192.0.2.2 --upper-tester 192.0.2.2:10793
  segment-arrives list --only 'listen.*'                   what is tested in LISTEN, and what is expected
  segment-arrives report linux/results.json lwip/results.json --out reports
  segment-arrives explain trace.pcapng                     the cause of every reset in a capture
  segment-arrives COMMAND --help                           the options of a command, with examples

Exit codes:
  0    all as expected: by the profile, or by the baseline when one is given
  1    something is not as expected, or the target was lost
  2    could not test: bad arguments, no answer from the target, no permission, nothing selected
  130  ended by Ctrl-C (143: by SIGTERM); the reports of the finished cases are written`;

/** Runs the command, and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // `segment-arrives list | head` closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    await (await program(argv.slice(2))).parseAsync(argv as string[]);
  } catch (error) {
    // Commander has printed the error. Its own exit code is 1.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.cannotTest;
    else {
      tell(error);
      process.exitCode = EXIT.cannotTest;
    }
  }
}

async function program(words: readonly string[]): Promise<Command> {
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
  await declareAll(COMMANDS, command, words);
  return command;
}

/** Declares all commands, and loads only the one that is asked for: loading takes longer than most commands run. */
async function declareAll(
  entries: Entries,
  parent: Command,
  [asked, ...rest]: readonly string[],
): Promise<void> {
  for (const [word, entry] of Object.entries(entries)) {
    const command = parent.command(word).description(entry.what);
    if ('commands' in entry) await declareAll(entry.commands, command, word === asked ? rest : []);
    else if (word === asked) {
      if (entry.isShort) setFlagsFromString('--no-opt');
      (await entry.load()).declare(command);
      if (entry.takesSuites) takeSuites(command);
    }
  }
}

/** Gives a command the options for suites of the user, which are taken before it runs. */
function takeSuites(command: Command): void {
  command
    .option('--suites <folder>', 'cases of your own beside ours: each .ts or .js file in it exports a suite')
    .option('--suites-only', 'only the cases of --suites')
    .hook('preAction', async () => {
      const { suites, suitesOnly } = command.opts<{ suites?: string; suitesOnly?: boolean }>();
      // The environment reaches the runs that a command starts.
      if (suites !== undefined) process.env[SUITES] = suites;
      if (suitesOnly) process.env[SUITES_ONLY] = '1';
      const folder = process.env[SUITES];
      if (!folder) {
        if (suitesOnly) throw new UsageError('--suites-only: which? give --suites FOLDER, too');
        return;
      }
      const { useSuitesOf } = await import('./own-suites.ts');
      await useSuitesOf(folder, process.env[SUITES_ONLY] === '1');
    });
}

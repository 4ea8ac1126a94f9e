import type { Command } from 'commander';
import { allowOption, list } from './run.ts';

const RUN_EXAMPLES = `
Each stack gets a folder of reports, reports/STACK/; several get a page side by side, reports/index.html.

Examples:
  segment-arrives lab run linux lwip --report-only
  segment-arrives lab run lwip --baselines reports/baselines
  segment-arrives lab run reference:rfc793 --profile rfc793 --strict`;

/** Commands about the lab's stacks, and about upper testers. */
export function addLabCommands(program: Command): void {
  const lab = program.command('lab').description('stacks that the lab can bring up');

  lab
    .command('list')
    .description('print each stack: what it is, which packages it needs, whether they are here')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  segment-arrives lab list')
    .action(async (options) => {
      const { listStacks } = await import('../lab/list.ts');
      process.exitCode = listStacks(options);
    });

  lab
    .command('run')
    .description('start each stack, run the suite, stop it; the worst exit code is the outcome')
    .argument('<stacks...>', 'ids, as `lab list` prints them')
    .option('--reports <directory>', 'where the folders of reports go (default: reports)')
    .option('--baselines <directory>', 'accepted deviations: STACK.json for each')
    .option('--family <families>', '4, 6 or 4,6 (the default)')
    .option('--profile <profile>', 'what decides')
    .option('--strict', 'a SHOULD or MAY that was not taken fails, too')
    .option('--only <glob>', 'only cases whose id matches; may be a list', list)
    .option('--seed <number>', 'repeats the free choices of an earlier run')
    .option('--parallel <number>', 'how many cases may be on the wire at once')
    .option('--format <format>', 'how each run is shown')
    .addOption(allowOption())
    .option('--report-only', 'exit code 0 when every run was completed, whatever the verdicts')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (stacks, options) => {
      const { runStacks } = await import('../lab/run.ts');
      process.exitCode = await runStacks(stacks, options);
    });

  lab
    .command('reference')
    .description('serve the RFC itself as a target, until Ctrl-C')
    .option('--profile <profile>', 'the letter of which document')
    .addHelpText('after', '\nExample:\n  segment-arrives lab reference --profile rfc793')
    .action(async (options) => {
      const { serveReference } = await import('../lab/reference.ts');
      process.exitCode = await serveReference(options);
    });

  program
    .command('upper-tester')
    .description('work on the agent that moves the target')
    .command('check')
    .description('try every primitive of an upper tester, and say which states it will reach')
    .argument('<address:port>', 'where it takes its commands')
    .option('--target <address>', 'addresses of the target, when they are others; one for each family', list)
    .addHelpText(
      'after',
      '\nExample:\n  segment-arrives upper-tester check 192.0.2.2:10793 --target 192.0.2.2,2001:db8::2',
    )
    .action(async (endpoint, options) => {
      const { check } = await import('../upper-tester/check.ts');
      process.exitCode = await check(endpoint, options);
    });
}

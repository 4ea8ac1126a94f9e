import type { Command } from 'commander';
import { MARKERS } from '../../report/markers.ts';
import { allowOption, list } from './run.ts';

const REPORT_EXAMPLES = `
Examples:
  segment-arrives report linux/results.json lwip/results.json --out reports
  segment-arrives report linux/results.json lwip/results.json --table reports/README.md`;

/** Commands that work on stored results. */
export function addResultCommands(program: Command): void {
  program
    .command('report')
    .description('make one page of one or several results, side by side, or a table by state and verdict')
    .argument('<results...>', 'results.json of each run')
    .option('--out <directory>', 'where index.html goes (default: reports)')
    .option(
      '--table <page>',
      `no index.html: a Markdown table, between ${MARKERS.begin} and ${MARKERS.end} of a page`,
    )
    .option('--profile <profile>', 'what decides in the table (default: the profile of the runs)')
    .addHelpText('after', REPORT_EXAMPLES)
    .action(async (files, options) => {
      const { report } = await import('../results/report.ts');
      process.exitCode = await report(files, options);
    });

  program
    .command('diff')
    .description('compare two runs; exit code 1 when they differ')
    .argument('<before>', 'results.json of the first run')
    .argument('<after>', 'results.json of the second run')
    .option('--json', 'for programs')
    .option('--profile <profile>', 'what decides (default: the profile of the second run)')
    .addHelpText('after', '\nExample:\n  segment-arrives diff yesterday/results.json reports/results.json')
    .action(async (before, after, options) => {
      const { diff } = await import('../results/diff.ts');
      process.exitCode = diff(before, after, options);
    });

  program
    .command('gate')
    .description('compare stored results with a baseline of accepted deviations, as `run --baseline` does')
    .argument('<results>', 'results.json of the run')
    .option('--baseline <file>', 'accepted deviations')
    .option('--only <glob>', 'only cases whose id matches; may be a list', list)
    .addOption(allowOption())
    .addHelpText(
      'after',
      '\nExample:\n  segment-arrives gate reports/results.json --baseline reports/baselines/linux.json',
    )
    .action(async (results, options) => {
      const { gate } = await import('../results/gate.ts');
      process.exitCode = await gate(results, options);
    });

  const baseline = program.command('baseline').description('work on a baseline of accepted deviations');
  baseline
    .command('update')
    .description('make a baseline say what the results say; new entries are marked unreviewed')
    .option('--results <file>', 'results.json of a run')
    .option('--baseline <file>', 'the baseline; made if it is not there')
    .addHelpText(
      'after',
      '\nExample:\n  segment-arrives baseline update --results reports/results.json --baseline reports/baselines/linux.json',
    )
    .action(async (options) => {
      const { update } = await import('../results/baseline.ts');
      process.exitCode = await update(options);
    });
}

import type { Command } from 'commander';
import { list as listOption } from './run.ts';

const LIST_EXAMPLES = `
Examples:
  segment-arrives list --state syn-received-passive
  segment-arrives list --only 'established.rst.*'
  segment-arrives list --json | jq '.cases[] | select(.condition) | .id'`;

const REPRODUCE_EXAMPLES = `
Examples:
  segment-arrives reproduce listen.syn-fin.empty --family 4 > listen.pkt && packetdrill listen.pkt
  segment-arrives reproduce listen.syn-fin.empty --ladder > listen.svg`;

/** Commands that look at the catalogue and at stored results: nothing is run. */
export function addInspectCommands(program: Command): void {
  program
    .command('list')
    .description('print every case: its notation, what is expected, and what it cites')
    .option('--json', 'for programs: resolved for every profile')
    .option('--only <glob>', 'only cases whose id matches, e.g. established.*; may be a list', listOption)
    .option('--state <state>', 'only cases in this state, e.g. LISTEN or syn-received-passive')
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (options) => {
      const { list } = await import('../list/list.ts');
      process.exitCode = await list(options);
    });

  program
    .command('coverage')
    .description('print which cases test each requirement, and why some have none')
    .option('--results <file>', 'results.json of a run: verdicts are counted as well')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  segment-arrives coverage --results reports/results.json')
    .action(async (options) => {
      const { coverage } = await import('../coverage/coverage.ts');
      process.exitCode = await coverage(options);
    });

  program
    .command('reproduce')
    .description('print the segments of a case that was run, as a packetdrill script with its ladder')
    .argument('<id>', 'the case')
    .option('--results <file>', 'results.json of the run (default: reports/results.json)')
    .option('--family <family>', '4 or 6; the first that was run when not given')
    .option('--profile <profile>', 'what decides what was expected (default: that of the run)')
    .option('--observed', 'the script holds what was observed, also where that deviates')
    .option('--ladder', 'the ladder alone, as an SVG picture for a bug report')
    .addHelpText('after', REPRODUCE_EXAMPLES)
    .action(async (id, options) => {
      const { reproduce } = await import('../reproduce/reproduce.ts');
      process.exitCode = await reproduce(id, options);
    });
}

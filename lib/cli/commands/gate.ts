import type { Command } from 'commander';
import { matcher } from '../../catalogue/choice.ts';
import { readResults } from '../../report/results.ts';
import { type Allowed, compareWith, concludeGate, namedBaseline } from '../compare-with-baseline.ts';
import { UsageError } from '../failure.ts';
import { allowOption, list } from '../options.ts';

interface GateOptions {
  readonly baseline?: string;
  readonly only?: readonly string[];
  readonly allow?: Allowed;
}

const EXAMPLE = `
Example:
  segment-arrives gate reports/results.json --baseline reports/baselines/linux.json`;

export function declare(command: Command): void {
  command
    .argument('<results>', 'results.json of the run')
    .option('--baseline <file>', 'accepted deviations')
    .option('--only <glob>', 'only cases whose id matches; a comma separates several, ! leaves out', list)
    .addOption(allowOption())
    .addHelpText('after', EXAMPLE)
    .action(async (results, options) => {
      process.exitCode = await gate(results, options);
    });
}

async function gate(results: string, { baseline, only, allow }: GateOptions): Promise<number> {
  if (!baseline) throw new UsageError('the gate needs --baseline FILE');
  const named = namedBaseline(baseline);
  const all = readResults(results);
  const wanted = only?.join(',');
  const isSelected = wanted === undefined ? undefined : matcher(wanted);
  const run = isSelected ? { ...all, cases: all.cases.filter(({ id }) => isSelected(id)) } : all;
  if (run.cases.length === 0) {
    throw new UsageError(
      wanted ? `--only ${wanted} matches no case of ${results}` : `${results} holds no case`,
    );
  }
  return concludeGate(await compareWith(run, named, { only: wanted, allow }), run, named, results);
}

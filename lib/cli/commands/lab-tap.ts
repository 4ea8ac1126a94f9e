import { join } from 'node:path';
import type { Command } from 'commander';
import { variableOf } from '../../runner/settings.ts';
import { caseOptions, type RunOptions } from '../run/options.ts';
import { run, runOptions } from './run.ts';

const EXAMPLES = `
The program is started in a network namespace with a tap interface, tested when it answers, started again when a segment has killed
it, and ended. In its words, {tap} is the name of the tap, {target} and {target6} are its addresses, those of the target file,
{tester} and {tester6} are the gateway's, and {mac} is a MAC address. The networks are a /24 and a /64. Its output goes to
reports/logs/tap.log.

Examples:
  segment-arrives lab tap --target-file my-stack.json -- ./my-stack --tap {tap} --ip {target}
  segment-arrives lab tap --target-file my-stack.json --only 'listen.*' -- sh -c 'cd build && ./my-stack {tap}'`;

export function declare(command: Command): void {
  runOptions(caseOptions(command))
    .argument('<program...>', 'the words that start the program, after --')
    .requiredOption('--target-file <file>', 'a JSON file that describes the target')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], options: RunOptions & { readonly targetFile: unknown }) => {
      process.env[variableOf('tap')] = JSON.stringify(words);
      process.env[variableOf('logs')] ??= join(options.reports ?? 'reports', 'logs');
      process.exitCode = await run({ ...options, targetFile: [String(options.targetFile)] });
    });
}

import { type Command, Option } from 'commander';
import { requireProfile } from '../../report/baseline/baseline.ts';
import { namedBaseline } from '../compare-with-baseline.ts';
import { allowOption, list } from '../options.ts';
import { FORMATS, type RunOptions, settingsOf } from '../run/options.ts';

const EXAMPLES = `
Without a target, the run tests this machine's own kernel, in a network namespace that is removed afterwards.
Each option is also an environment variable, which mocha reads too: --upper-tester is SEGMENT_ARRIVES_UPPER_TESTER.

Examples:
  segment-arrives run
  segment-arrives run --only 'time-wait.*,*.rst.*' --family 4 --verbose
  segment-arrives run --target 192.0.2.2,2001:db8::2 --upper-tester 192.0.2.2:10793 --closed-port 9
  segment-arrives run --target-file examples/targets/nginx.json
  segment-arrives run --target 192.0.2.2 --await 8793
  segment-arrives run --profile rfc793 --strict --dry-run
  segment-arrives run --baseline reports/baselines/linux.json
  segment-arrives run --format jsonl --report-only > cases.jsonl`;

export function declare(command: Command): void {
  command
    .option('--target <address>', 'an address of the target; one for each family', list)
    .option('--upper-tester <address:port>', "where the target's upper tester listens for commands")
    .option('--target-file <file>', 'a JSON file that describes the target')
    .option('--stack <id>', 'a stack of the lab, see `lab list` (default without a target: linux)')
    .option('--open-port <port>', 'a port of the target that accepts connections')
    .option('--await <port>', 'a port of this machine that the target connects to by itself, again and again')
    .option('--closed-port <port>', 'a port of the target without a listener')
    .option('--ports <low-high>', "the tester's ports, one for each connection (default: 10000-31999)")
    .option('--family <families>', '4, 6 or 4,6 (the default)')
    .option(
      '--profile <profile>',
      'the documents that decide: rfc793, rfc1122, rfc5961 or rfc9293 (default: that of the target file, or rfc9293)',
    )
    .option('--strict', 'treat `permitted` as a failure')
    .option('--only <glob>', 'only cases whose id matches, e.g. established.*; may be a list', list)
    .option('--shard <part/of>', 'a part of the cases, by their ids, e.g. 2/5; `merge` joins the parts')
    .option('--seed <number>', 'the seed of an earlier run, to repeat its random numbers')
    .option('--parallel <number>', 'how many cases may run at once')
    .option('--patient', 'wait for silence in every case, also where a reply has come')
    .option('--reports <directory>', 'where the reports go (default: reports)')
    .option('--baseline <file>', 'accepted deviations: exit code 0 when the run shows the same')
    .addOption(allowOption())
    .option('--report-only', 'exit code 0 when the run is complete, whatever the verdicts')
    .addOption(new Option('--format <format>', 'what the run prints').choices(FORMATS).default('progress'))
    .option('--verbose', 'print every segment of each case')
    .option('--dry-run', 'print the cases that would run, and run nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      process.exitCode = await run(options);
    });
}

/** Checks the arguments before it loads what the run needs. @returns the exit code */
async function run(options: RunOptions): Promise<number> {
  const settings = settingsOf(options);
  const { baseline: file } = options;
  const baseline = file === undefined ? undefined : namedBaseline(file);
  if (baseline) requireProfile(baseline.baseline, settings.profile);
  const { execute } = await import('../run/execute.ts');
  return execute(settings, baseline, options);
}

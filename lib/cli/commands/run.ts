import { type Command, Option } from 'commander';
import { requireProfile } from '../../report/baseline/baseline.ts';
import { dismissEngine, startEngineEarly } from '../../runner/engine-process.ts';
import { namedBaseline } from '../compare-with-baseline.ts';
import { UsageError } from '../failure.ts';
import { allowOption } from '../options.ts';
import { Interruption } from '../run/interrupt.ts';
import { FORMATS, type RunOptions, settingOptions, settingsOf } from '../run/options.ts';

const EXAMPLES = `
Without a target, the run tests this machine's own kernel, in a network namespace that is removed afterwards.
Each option is also an environment variable, which mocha reads too: --upper-tester is SEGMENT_ARRIVES_UPPER_TESTER.

Examples:
  segment-arrives run
  segment-arrives run --only 'time-wait.*,*.rst.*' --family 4 --verbose
  segment-arrives run --target 192.0.2.2,2001:db8::2 --upper-tester 192.0.2.2:10793 --closed-port 9
  segment-arrives run --ssh admin@192.0.2.2                another machine's kernel: its upper tester comes and goes by ssh
  segment-arrives run --target-file examples/targets/nginx.json
  segment-arrives run --target-file board-1.json --target-file board-2.json
  segment-arrives run --target 192.0.2.2 --await 8793
  segment-arrives run --profile rfc793 --strict --dry-run
  segment-arrives run --baseline reports/baselines/linux.json
  segment-arrives run --format jsonl --report-only > cases.jsonl`;

export function declare(command: Command): void {
  runOptions(settingOptions(command))
    .option('--ssh <destination>', 'start the upper tester on the target by ssh, and end it afterwards')
    .option(
      '--agent <file>',
      'with --ssh: an upper tester that was built for the target (default: built there)',
    )
    .option('--agent-port <port>', 'with --ssh: where it takes commands, by UDP (default: any free port)')
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      process.exitCode = await run(options);
    });
}

/** What a run prints and what decides on its exit code. */
export const runOptions = (command: Command): Command =>
  command
    .option('--baseline <file>', 'accepted deviations: exit code 0 when the run shows the same')
    .addOption(allowOption())
    .option('--report-only', 'exit code 0 when the run is complete, whatever the verdicts')
    .addOption(new Option('--format <format>', 'what the run prints').choices(FORMATS).default('progress'))
    .option('--verbose', 'print every segment of each case')
    .option('--dry-run', 'print the cases that would run, and run nothing');

/** Checks the arguments before it loads what the run needs. @returns the exit code */
export async function run(options: RunOptions): Promise<number> {
  if (options.ssh !== undefined) {
    const { runOverSsh } = await import('../run/over-ssh.ts');
    return runOverSsh(options, run);
  }
  if (options.agent ?? options.agentPort) throw new UsageError('--agent and --agent-port go with --ssh');
  const { baseline: file, targetFile: targets = [] } = options;
  if (targets.length > 1) {
    const { runOnSeveral } = await import('../run/several.ts');
    return runOnSeveral(targets, options);
  }
  const settings = settingsOf(options);
  const baseline = file === undefined ? undefined : namedBaseline(file);
  if (baseline) requireProfile(baseline.baseline, settings.profile);
  // Before there is a process to be left behind.
  const interruption = new Interruption();
  // Both processes load the catalogue side by side.
  const engine = options.dryRun ? undefined : startEngineEarly(settings);
  try {
    const { execute } = await import('../run/execute.ts');
    return await execute(settings, baseline, options, { engine, interruption });
  } finally {
    dismissEngine(engine);
    interruption.dispose();
  }
}

import type { Command } from 'commander';
import { list } from '../options.ts';
import { type SettingOptions, settingOptions, settingsOf } from '../run/options.ts';

const EXAMPLES = `
Lab, target and preflight stay as they are from one run to the next. Enter runs the cases again; q ends.

Examples:
  segment-arrives watch --only established.rst.middle
  segment-arrives watch --only 'listen.*' --target-file my-stack.json --on-change build/my-stack`;

interface WatchOptions extends SettingOptions {
  readonly onChange?: readonly string[];
}

export function declare(command: Command): void {
  settingOptions(command)
    .option('--on-change <file>', 'when it changes, look at the target anew, and run; may be a list', list)
    .addHelpText('after', EXAMPLES)
    .action(async (options: WatchOptions) => {
      const settings = settingsOf(options);
      const { watch } = await import('../run/watch.ts');
      process.exitCode = await watch(settings, options.onChange ?? []);
    });
}

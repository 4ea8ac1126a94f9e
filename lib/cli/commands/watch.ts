import type { Command } from 'commander';
import { list } from '../options.ts';
import { type SettingOptions, settingOptions, settingsOf } from '../run/options.ts';

const EXAMPLES = `
From one run to the next, the target keeps running, and the results of the preflight stay valid. Enter runs the cases again; q and Enter end.

Examples:
  segment-arrives watch --only established.rst.middle
  segment-arrives watch --only 'listen.*' --target-file my-stack.json --on-change build/my-stack`;

interface WatchOptions extends SettingOptions {
  readonly onChange?: readonly string[];
}

export function declare(command: Command): void {
  settingOptions(command)
    .option(
      '--on-change <file>',
      'a file of the target: when it changes, run the preflight and the cases again; a comma separates several',
      list,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: WatchOptions) => {
      const settings = settingsOf(options);
      const { watch } = await import('../run/watch.ts');
      process.exitCode = await watch(settings, options.onChange ?? []);
    });
}

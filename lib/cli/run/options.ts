import type { Command } from 'commander';
import {
  SETTING_NAMES,
  type Settings,
  SettingsError,
  settingsFrom,
  variableOf,
} from '../../runner/settings.ts';
import type { Allowed } from '../compare-with-baseline.ts';
import { UsageError } from '../failure.ts';
import { list } from '../options.ts';

export const FORMATS = ['progress', 'spec', 'dots', 'jsonl'] as const;

/** How progress is shown. */
export type Format = (typeof FORMATS)[number];

/** The options of `run` that are settings, as commander returns them. */
export interface SettingOptions {
  readonly target?: readonly string[];
  readonly targetFile?: readonly string[];
  readonly stack?: string;
  readonly upperTester?: string;
  readonly openPort?: string;
  readonly await?: string;
  readonly closedPort?: string;
  readonly ports?: string;
  readonly family?: string;
  readonly profile?: string;
  readonly strict?: boolean;
  readonly patient?: boolean;
  readonly slow?: boolean;
  readonly forgeSources?: boolean;
  readonly only?: readonly string[];
  readonly shard?: string;
  readonly seed?: string;
  readonly reports?: string;
  readonly parallel?: string;
}

/** The options of `run`, as commander returns them. */
export interface RunOptions extends SettingOptions {
  readonly ssh?: string;
  readonly agent?: string;
  readonly agentPort?: string;
  /** Of a machine that ssh reaches. */
  readonly targetName?: string;
  readonly baseline?: string;
  readonly allow?: Allowed;
  readonly reportOnly?: boolean;
  readonly format: Format;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
}

/** Gives a command the options that are settings of a run. */
export const settingOptions = (command: Command): Command => caseOptions(targetOptions(command));

/** What is tested. */
export const targetOptions = (command: Command): Command =>
  command
    .option('--target <address>', 'an address of the target; one for each family', list)
    .option('--upper-tester <address:port>', "where the target's upper tester listens for commands")
    .option(
      '--target-file <file>',
      'a JSON file that describes the target; `run` shares the cases among several of the same stack',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--stack <id>', 'a stack of the lab, see `lab list` (default without a target: linux)')
    .option('--open-port <port>', 'a port of the target that accepts connections')
    .option('--await <port>', 'a port of this machine that the target connects to by itself, again and again')
    .option('--closed-port <port>', 'a port of the target without a listener');

/** Which cases run, and how. */
export const caseOptions = (command: Command): Command =>
  testerOptions(
    command
      .option(
        '--only <glob>',
        'only cases whose id matches, e.g. established.*; a comma separates several; !established.* leaves out',
        list,
      )
      .option('--strict', 'treat `permitted` as a failure')
      .option(
        '--shard <part/of>',
        'one part of the cases, e.g. 2/5: the second of five; `merge` joins the parts',
      )
      .option('--patient', 'listen for the full time in every case, even after a reply')
      .option(
        '--slow',
        'also run cases that take more than ten seconds, up to four minutes: mostly about timers',
      ),
  );

/** How the tester tests, whatever it plays. */
export const testerOptions = (command: Command): Command =>
  command
    .option('--ports <low-high>', "the tester's ports, one for each connection (default: 10000-31999)")
    .option('--family <families>', '4, 6 or 4,6 (the default)')
    .option(
      '--profile <profile>',
      'the documents that decide: rfc793, rfc1122, rfc5961 or rfc9293 (default: that of the target file, or rfc9293)',
    )
    .option('--seed <number>', 'the seed of an earlier run, to repeat its random numbers')
    .option('--parallel <number>', 'how many cases may run at once')
    .option(
      '--forge-sources',
      "also send segments from broadcast and multicast addresses, and from the target's own (always on in the lab)",
    )
    .option('--reports <directory>', 'where the reports go (default: reports)');

/** The option of a setting: `upperTester` is --upper-tester. */
const optionOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * The settings of a run, from the environment and the command line. The command line wins.
 *
 * @throws SettingsError, UsageError with the name of the wrong variable or option
 */
export function settingsOf(options: SettingOptions): Settings {
  if ((options.targetFile?.length ?? 0) > 1)
    throw new UsageError('give one --target-file: only `run` takes several');
  const environment: NodeJS.ProcessEnv = { ...process.env };
  const given = new Set<string>();
  for (const name of SETTING_NAMES) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(',') : String(value);
    if (text.trim() === '') throw new UsageError(`${optionOf(name)} needs a value`);
    given.add(name);
    environment[variableOf(name)] = text;
  }
  try {
    return checked(settingsFrom(environment), options);
  } catch (error) {
    // The error names the variable; the user gave the option.
    const wrong = error instanceof SettingsError ? error.setting : undefined;
    if (!wrong || !given.has(wrong.name)) throw error;
    throw new SettingsError(`${optionOf(wrong.name)} ${wrong.value}: ${wrong.fault}`, wrong);
  }
}

/** @throws UsageError for an option without effect */
function checked(settings: Settings, options: SettingOptions): Settings {
  if (settings.target || options.targetFile) {
    if (options.stack)
      throw new UsageError('give either --stack or a target: --stack names a stack of the lab');
    return settings;
  }
  for (const name of ['upperTester', 'openPort', 'await', 'closedPort'] as const) {
    if (options[name]) throw new UsageError(`${optionOf(name)} belongs to a target: give --target as well`);
  }
  return settings;
}

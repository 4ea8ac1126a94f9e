import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../explore/finding.ts';
import type { Extent, PlayedScenario, Unplayed } from '../../explore/messages.ts';
import { ExploringProcess } from '../../explore/session.ts';
import { findStack } from '../../lab/stacks/index.ts';
import type { TargetInfo } from '../../report/run.ts';
import { writeWhole } from '../../report/write-whole.ts';
import { usesLab } from '../../runner/settings.ts';
import type { Profile } from '../../standard/profile.ts';
import { explorationPage, type FoundAndSaved } from '../explore/page.ts';
import { type SavedFiles, saveFinding } from '../explore/save.ts';
import { knownBefore, storeExploration } from '../explore/stored.ts';
import { exploredText, findingText } from '../explore/text.ts';
import { EXIT, UsageError } from '../failure.ts';
import { Interruption } from '../run/interrupt.ts';
import { type SettingOptions, settingsOf, targetOptions, testerOptions } from '../run/options.ts';

interface ExploreOptions extends SettingOptions {
  readonly seconds?: string;
  readonly scenarios?: string;
  readonly baseline?: string;
}

const EXAMPLES = `
The executable specification generates sequences of segments and user calls, and says for each step what the target may do. A
sequence that fails is shrunk to the shortest one that still fails, confirmed on three more connections, and printed as a finding.
The exit code is 1 when there is a finding. Only the first address family is explored.

Examples:
  segment-arrives explore --seconds 60
  segment-arrives explore --target-file my-stack.json --seed 7
  segment-arrives explore --seconds 300 --baseline reports/explore/findings.json
  segment-arrives explore --stack lwip --scenarios 10000 --profile rfc1122`;

export function declare(command: Command): void {
  testerOptions(targetOptions(command))
    .option('--seconds <number>', 'stop after so many seconds (default: 60, unless --scenarios is given)')
    .option('--scenarios <number>', 'stop after so many sequences')
    .option(
      '--baseline <file>',
      'known deviations, which are not reported again: findings.json of an exploration, results.json of a run, or a baseline',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options) => {
      process.exitCode = await exploreTarget(options);
    });
}

/** @throws UsageError */
function positive(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0)
    throw new UsageError(`--${name} ${value}: not a positive number`);
  return number;
}

/** The files; or why there are none. */
function saved(
  folder: string,
  { number }: Finding,
  scenario: PlayedScenario | Unplayed,
  target: TargetInfo,
  profile: Profile,
): SavedFiles | Unplayed {
  if ('trouble' in scenario) return scenario;
  try {
    return saveFinding(folder, number, scenario, target, profile);
  } catch (error) {
    return { trouble: (error as Error).message };
  }
}

const DEFAULT_SECONDS = 60;

async function exploreTarget(options: ExploreOptions): Promise<number> {
  const settings = settingsOf(options);
  const sequences = positive('scenarios', options.scenarios);
  const seconds =
    positive('seconds', options.seconds) ?? (sequences === undefined ? DEFAULT_SECONDS : undefined);
  const extent: Extent = {
    ...(sequences === undefined ? {} : { sequences }),
    ...(seconds === undefined ? {} : { milliseconds: seconds * 1000 }),
    ...(options.baseline === undefined ? {} : knownBefore(options.baseline, settings.profile)),
  };
  if (usesLab(settings)) await (await findStack(settings.stack))?.prepare?.();
  const interruption = new Interruption();
  try {
    const exploring = new ExploringProcess(settings);
    interruption.endInOrder(() => exploring.stop());
    const findings: FoundAndSaved[] = [];
    const folder = join(settings.reports, 'explore');
    let target: TargetInfo | undefined;
    const explored = await exploring.explore(settings, extent, {
      ready: (message) => {
        target = message.target;
        console.log(`exploring ${target.name}, profile ${settings.profile}, seed ${settings.seed}`);
      },
      finding: ({ finding, scenario }) => {
        if (!target) return;
        const files = saved(folder, finding, scenario, target, settings.profile);
        findings.push([finding, scenario, files]);
        console.log(findingText(finding, scenario, files));
      },
    });
    const page = join(folder, 'index.html');
    if (target) {
      storeExploration(folder, target, settings, explored, findings);
      writeWhole(page, explorationPage(target, settings, explored, findings));
    }
    console.log(exploredText(findings.length, explored));
    console.log(`  findings: ${join(folder, 'findings.json')}\n  page:     ${page}`);
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    return findings.length > 0 ? EXIT.notAsExpected : EXIT.asExpected;
  } finally {
    interruption.dispose();
  }
}

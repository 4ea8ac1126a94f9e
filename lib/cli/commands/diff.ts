import type { Command } from 'commander';
import pc from 'picocolors';
import { findingExtent } from '../../report/findings.ts';
import { CHANGES, type Difference, diffRuns, type Told } from '../../report/diff.ts';
import { differentFindings, type FindingDifference } from '../../report/finding-rows.ts';
import { findingTitle } from '../../report/finding-title.ts';
import { readResults } from '../../report/results.ts';
import type { Profile } from '../../standard/profile.ts';
import { EXIT } from '../failure.ts';
import { profileOption } from '../options.ts';

interface DiffOptions {
  readonly json?: boolean;
  readonly profile?: Profile;
}

export function declare(command: Command): void {
  command
    .argument('<before>', 'results.json of the first run')
    .argument('<after>', 'results.json of the second run')
    .option('--json', 'JSON, for programs')
    .option(
      '--profile <profile>',
      'the profile to compare by (default: that of the second run)',
      profileOption,
    )
    .addHelpText('after', '\nExample:\n  segment-arrives diff yesterday/results.json reports/results.json')
    .action((before, after, options) => {
      process.exitCode = diff(before, after, options);
    });
}

function diff(before: string, after: string, { json, profile }: DiffOptions): number {
  const [first, second] = [readResults(before, true), readResults(after, true)];
  const judgedBy = profile ?? second.profile;
  const differences = diffRuns(first, second, judgedBy);
  const findings = differentFindings({ ...first, profile: judgedBy }, { ...second, profile: judgedBy });
  if (json) {
    const told = findings.map(({ finding, ...rest }) => ({
      ...{ id: finding.id, title: findingTitle(finding), ...rest },
    }));
    process.stdout.write(
      `${JSON.stringify({ before, after, profile: judgedBy, findings: told, differences }, null, 1)}\n`,
    );
  } else {
    const names = `${before} (${first.target.name}) → ${after} (${second.target.name}), profile ${judgedBy}`;
    const parts = [names, ...findingsText(findings), diffText(differences), ...countText(findings)];
    process.stdout.write(`${parts.join('\n\n')}\n`);
  }
  return differences.length === 0 ? EXIT.asExpected : EXIT.notAsExpected;
}

function findingsText(findings: readonly FindingDifference[]): string[] {
  const lines = findings.map(({ change, finding, before, after }) => {
    const count = Math.abs(after - before);
    const by =
      change === 'grew' || change === 'shrank' ? ` by ${count} ${count === 1 ? 'case' : 'cases'}` : '';
    const head = `${change}${by}: ${findingTitle(finding)}`;
    return `  ${change === 'new' || change === 'grew' ? pc.red(head) : pc.green(head)} (${findingExtent(finding)})`;
  });
  return lines.length > 0 ? [[pc.bold('findings'), ...lines].join('\n')] : [];
}

/** `findings: 4 new, 1 grew`: the list of cases may be long, and the findings out of sight. */
function countText(findings: readonly FindingDifference[]): string[] {
  const told = (['new', 'grew', 'shrank', 'gone'] as const).flatMap((change) => {
    const { length } = findings.filter((one) => one.change === change);
    return length > 0 ? [`${length} ${change}`] : [];
  });
  return told.length > 0 ? [`findings: ${told.join(', ')}`] : [];
}

export function diffText(differences: readonly Difference[]): string {
  if (differences.length === 0) return pc.green('no difference');
  const sections = CHANGES.flatMap((change) => {
    const group = differences.filter((one) => one.change === change);
    if (group.length === 0) return [];
    return [[pc.bold(`${change} (${group.length})`), ...group.flatMap(lines)].join('\n')];
  });
  const count = differences.length === 1 ? '1 difference' : `${differences.length} differences`;
  return `${sections.join('\n\n')}\n\n${count}`;
}

const lines = ({ id, family, before, after }: Difference): string[] => [
  `  ${id}  IPv${family}`,
  ...(before ? [pc.red(`    - ${told(before)}`)] : []),
  ...(after ? [pc.green(`    + ${told(after)}`)] : []),
];

const told = ({ verdict, observed }: Told): string => `${verdict}: ${observed}`;

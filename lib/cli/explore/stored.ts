import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioDeclaration } from '../../catalogue/case.ts';
import type { Finding } from '../../explore/explore.ts';
import type { Explored, PlayedScenario, Unplayed } from '../../explore/messages.ts';
import { sequenceText } from '../../explore/sequence.ts';
import { printConcrete } from '../../notation/index.ts';
import type { TargetInfo } from '../../report/run.ts';
import { writeWhole } from '../../report/write-whole.ts';
import type { Settings } from '../../runner/settings.ts';
import type { Profile } from '../../standard/profile.ts';
import { version } from '../../version.ts';
import { UsageError } from '../failure.ts';

/** A finding as findings.json keeps it. */
export interface StoredFinding {
  readonly number: number;
  /** What tells it from others. */
  readonly keys: readonly string[];
  readonly sequence: string;
  /** What the last step expects, any of these, and what came of it: in the notation. */
  readonly expected: readonly string[];
  readonly observed: string;
  /** How often it was met. */
  readonly times: number;
  /** Absent where an exception has kept it from being written. */
  readonly scenario?: ScenarioDeclaration;
  /** The connection on which it was confirmed, with the numbers of the wire. */
  readonly segments: readonly string[];
}

/** An exploration as findings.json keeps it. */
export interface StoredExploration {
  readonly version: string;
  readonly target: Pick<TargetInfo, 'name' | 'address'>;
  readonly profile: Profile;
  readonly seed: number;
  readonly explored: Explored;
  readonly findings: readonly StoredFinding[];
}

export type FoundAndPlayed = readonly [Finding, PlayedScenario | Unplayed];

/** Writes findings.json. @throws ReportError */
export function storeExploration(
  folder: string,
  target: TargetInfo,
  { profile, seed }: Settings,
  explored: Explored,
  findings: readonly (readonly [...FoundAndPlayed, ...unknown[]])[],
): void {
  const { name, address } = target;
  const stored: StoredExploration = {
    ...{ version, target: { name, ...(address ? { address } : {}) }, profile, seed, explored },
    findings: findings.map(([{ number, keys, sequence, times, played, effect }, scenario]) => ({
      ...{ number, keys, sequence: sequenceText(sequence), times },
      ...('trouble' in scenario
        ? { expected: effect.due, observed: effect.seen }
        : {
            ...{ expected: scenario.expected, observed: scenario.observed },
            scenario: scenario.declaration,
          }),
      segments: played.log.map(
        ({ from, segment }) => `${from === 'tester' ? '──▶' : '◀──'} ${printConcrete(segment)}`,
      ),
    })),
  };
  writeWhole(join(folder, 'findings.json'), `${JSON.stringify(stored, undefined, 2)}\n`);
}

/** The keys of the findings of an earlier exploration. @throws UsageError */
export function knownKeys(file: string, profile: Profile): readonly string[] {
  let stored: Partial<StoredExploration>;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8')) as Partial<StoredExploration>;
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(stored.findings) || stored.findings.some((one) => !Array.isArray(one?.keys)))
    throw new UsageError(`--baseline ${file}: not the findings.json of an exploration`);
  if (stored.profile !== profile)
    throw new UsageError(`--baseline ${file}: its profile is ${stored.profile}, not ${profile}`);
  return stored.findings.flatMap(({ keys }) => keys);
}

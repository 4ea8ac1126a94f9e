import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioDeclaration } from '../../catalogue/case.ts';
import type { Finding } from '../../explore/finding.ts';
import type { Habit, NamedHabit } from '../../explore/habits.ts';
import type { Explored, Extent, PlayedScenario, Unplayed } from '../../explore/messages.ts';
import { sequenceText } from '../../explore/sequence.ts';
import { printConcrete } from '../../notation/index.ts';
import { readBaseline, requireProfile } from '../../report/baseline/baseline.ts';
import { updateBaseline } from '../../report/baseline/update.ts';
import { readResults } from '../../report/results.ts';
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
  readonly habits: readonly Habit[];
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
    findings: findings.map(([{ number, habits, sequence, times, played, effect }, scenario]) => ({
      ...{ number, habits, sequence: sequenceText(sequence), times },
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

/** What a file says of the target: the findings.json of an exploration, the results.json of a run, or a baseline. */
export type KnownBefore = Pick<Extent, 'known' | 'cases'>;

/** @throws UsageError, BaselineError */
export function knownBefore(file: string, profile: Profile): KnownBefore {
  let stored: { readonly explored?: unknown; readonly findings?: unknown; readonly cases?: unknown };
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`);
  }
  if ('explored' in stored) return { known: habitsIn(stored as StoredExploration, file, profile) };
  const baseline =
    'cases' in stored
      ? updateBaseline(readResults(file), undefined, () => true).baseline
      : readBaseline(file);
  requireProfile(baseline, profile);
  return {
    cases: baseline.findings.flatMap(({ finding, cases }) =>
      cases.flatMap(({ id, observed, stateAfter }) =>
        observed === undefined || stateAfter === undefined
          ? []
          : [{ name: finding ?? (cases[0] as { id: string }).id, id, observed, stateAfter }],
      ),
    ),
  };
}

function habitsIn(
  { profile, findings }: Partial<StoredExploration>,
  file: string,
  asked: Profile,
): readonly NamedHabit[] {
  if (!Array.isArray(findings) || findings.some((one) => !Array.isArray(one?.habits)))
    throw new UsageError(`--baseline ${file}: not the findings.json of an exploration`);
  if (profile !== asked) throw new UsageError(`--baseline ${file}: its profile is ${profile}, not ${asked}`);
  return (findings as readonly StoredFinding[]).flatMap(({ habits, sequence }) =>
    habits.map((habit) => ({ name: sequence, habit })),
  );
}

import type { KnownAdoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import type { Finding } from '../verdict/finding.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { WireRecord } from '../verdict/observed.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { TargetFacts } from '../verdict/target-facts.ts';

/** A segment of a case; the packet is there only while the run is in memory (results.json leaves it out). */
export type ReportRecord = Omit<WireRecord, 'packet'> & { readonly packet?: string };

/** What came of a case: as the runner made it, or as it was read back from results.json. */
export type ReportCase = CaseResult<ReportRecord>;

/** A finding of the preflight: as it was made, or as it was read back from results.json. */
export type RunFinding = Omit<Finding, 'records'> & { readonly records: readonly ReportRecord[] };

/** The TCP under test. */
export interface TargetInfo {
  /** What the columns of a report are headed with, e.g. `Linux 6.1`. */
  readonly name: string;
  readonly address?: string;
  readonly families: readonly (4 | 6)[];
  /** The checks of RFC 5961 that it was found to have adopted, or not to have; absent in results of older versions. */
  readonly adoption?: KnownAdoption;
  /** What was found out about it before the first case; absent in results of older versions. */
  readonly facts?: TargetFacts;
}

/** What a run was asked to do: all that is known before the first case ends. */
export interface RunSettings {
  readonly version: string;
  readonly seed: number | string;
  readonly target: TargetInfo;
  /** The profile that decides about success; a verdict is kept for each of them. */
  readonly profile: Profile;
  /** Whether `permitted` is a failure, too. */
  readonly strict: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  /** What was found wrong with the target before the first case; none when absent. */
  readonly findings?: readonly RunFinding[];
}

/** A whole run. */
export interface Run extends RunSettings {
  readonly durationMs: number;
  /** False when it was cut short, or the target was lost: cases are missing, or were not run. */
  readonly complete: boolean;
  /** The target was given up on the way. */
  readonly loss?: Loss;
  /** Those after which the target was up again; absent when there were none. */
  readonly deaths?: readonly Death[];
  readonly cases: readonly ReportCase[];
}

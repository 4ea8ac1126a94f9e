import { printSegment } from '../notation/index.ts';
import type { KnownAdoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import type { MiddleboxSign } from '../verdict/middlebox-sign.ts';
import type { PreflightFault } from '../verdict/preflight-fault.ts';
import type { WireRecord } from '../verdict/observed.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { TargetFacts } from '../verdict/target-facts.ts';

/** A segment of a case. results.json leaves the packet out. */
export type ReportRecord = Omit<WireRecord, 'packet'> & { readonly packet?: string };

/** A record in words: a segment, or what it is said of one. */
export const recordText = ({ icmp, relative }: Pick<ReportRecord, 'icmp' | 'relative'>): string =>
  icmp ? `ICMP ${icmp} about ${printSegment(relative)}` : printSegment(relative);

/** From which port to which; empty where one connection only is in play. */
function portsText({ from, ports }: Pick<ReportRecord, 'from' | 'ports'>): string {
  if (!ports) return '';
  const [source, destination] =
    from === 'tester' ? [ports.tester, ports.target] : [ports.target, ports.tester];
  return `${source}→${destination} `;
}

/**
 * The segments of a connection in words, with the window where it is what matters: where an end closes it, and from then on until
 * it is open again. A reset has no window.
 */
export function recordTexts(records: readonly ReportRecord[]): string[] {
  const isClosed = new Map<string, boolean>();
  return records.map((record) => {
    const { from, segment, icmp } = record;
    const text = `${portsText(record)}${recordText(record)}`;
    if (icmp || segment.wnd === undefined || segment.ctl.has('RST')) return text;
    const end = `${from} ${record.ports?.tester}`;
    const isTold = segment.wnd === 0 || isClosed.get(end);
    isClosed.set(end, segment.wnd === 0);
    return isTold ? `${text}<WND=${segment.wnd}>` : text;
  });
}

/** The result of a case, from the runner or from results.json. */
export type ReportCase = CaseResult<ReportRecord>;

/** A fault of the preflight, from the runner or from results.json. */
export type RunFault = Omit<PreflightFault, 'records'> & { readonly records: readonly ReportRecord[] };

/** A sign of a middlebox, in the same way. */
export type RunMiddlebox = Omit<MiddleboxSign, 'records'> & { readonly records: readonly ReportRecord[] };

/** The TCP under test. */
export interface TargetInfo {
  /** What reports call it, e.g. `Linux 6.1`. */
  readonly name: string;
  readonly address?: string;
  readonly families: readonly (4 | 6)[];
  /** Which checks of RFC 5961 it has adopted; absent in results of older versions. */
  readonly adoption?: KnownAdoption;
  /** What the preflight measured; absent in results of older versions. */
  readonly facts?: TargetFacts;
}

/** What is known before the first case: what the run was asked to do, and what the preflight found. */
export interface RunSettings {
  readonly version: string;
  readonly seed: number | string;
  readonly target: TargetInfo;
  /** The profile that decides the exit code; results have a verdict under each profile. */
  readonly profile: Profile;
  /** Whether `permitted` fails. */
  readonly strict: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The part of the cases that was asked for, counted from 1; all of them when absent. */
  readonly shard?: { readonly part: number; readonly of: number };
  /** How many of the selected cases are slow and were not asked for, one for each family; absent: none. */
  readonly slowUnasked?: number;
  /** None when absent. */
  readonly preflightFaults?: readonly RunFault[];
  /** What something between tester and target seems to have done; absent: nothing. */
  readonly middleboxes?: readonly RunMiddlebox[];
}

/** A whole run. */
export interface Run extends RunSettings {
  readonly durationMs: number;
  /** False when the run was cut short or the target was lost: cases are missing or were not run. */
  readonly complete: boolean;
  /** Why the run gave the target up. */
  readonly loss?: Loss;
  /** Deaths that the target came back from; absent when there were none. */
  readonly deaths?: readonly Death[];
  readonly cases: readonly ReportCase[];
}

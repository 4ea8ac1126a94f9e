import type { Finding } from '../findings/findings.ts';
import { seenOf } from '../verdict/result.ts';
import { findingsOf } from './findings.ts';
import type { ReportCase, Run } from './run.ts';

type Judged = Pick<Run, 'cases' | 'profile'>;

/** A finding over several runs: of each, what it has of it; undefined where it has nothing. */
export interface FindingRow {
  readonly byRun: readonly (Finding | undefined)[];
}

const keyOf = ({ id, family }: { readonly id: string; readonly family: number }): string => `${id} ${family}`;

// Findings of two runs are one when so much of the smaller is in the other, seen alike, and is so much of the larger.
const SHARED = 0.5;
const OF_THE_LARGER = 0.1;

/**
 * The findings of several runs, those that are one in one row, in the order in which the first run has them, then the second,
 * and so on. Two are one when they share results that were observed alike: an id may change where a finding grows.
 */
export function findingRows(runs: readonly Judged[]): readonly FindingRow[] {
  const rows: (Finding | undefined)[][] = [];
  const seen = runs.map(({ cases }) => new Map(cases.map((result) => [keyOf(result), observation(result)])));
  for (const [at, run] of runs.entries()) {
    const findings = findingsOf(run);
    const pairs = findings.flatMap((finding) =>
      rows.map((row) => ({ finding, row, shared: sharedWith(finding, at, row, seen) })),
    );
    const placed = new Map<Finding, (Finding | undefined)[]>();
    for (const { finding, row, shared } of pairs.sort((a, b) => b.shared - a.shared)) {
      if (shared === 0) break;
      if (placed.has(finding) || row[at]) continue;
      row[at] = finding;
      placed.set(finding, row);
    }
    for (const finding of findings) {
      if (placed.has(finding)) continue;
      const row: (Finding | undefined)[] = [];
      row[at] = finding;
      rows.push(row);
    }
  }
  return rows.map((row) => ({ byRun: runs.map((_, at) => row[at]) }));
}

function observation(result: ReportCase): string {
  const seen = seenOf(result);
  return seen ? `${seen.kind} ${seen.stateAfter}` : '';
}

/** How many results a finding shares with that of the last run which has the row; 0 where they are too few. */
function sharedWith(
  finding: Finding,
  at: number,
  row: readonly (Finding | undefined)[],
  seen: readonly ReadonlyMap<string, string>[],
): number {
  const before = row.findLastIndex((one, index) => index < at && one !== undefined);
  const other = row[before];
  if (!other) return 0;
  const keys = new Set(other.cases.map(keyOf));
  const shared = finding.cases.map(keyOf).filter((key) => keys.has(key));
  const alike = shared.filter((key) => seen[at]?.get(key) === seen[before]?.get(key)).length;
  const sizes = [finding.cases.length, other.cases.length];
  const isOne = alike >= SHARED * Math.min(...sizes) && alike >= OF_THE_LARGER * Math.max(...sizes);
  return isOne ? alike : 0;
}

/** What became of a finding from one run to another. */
export interface FindingDifference {
  readonly change: 'new' | 'gone' | 'grew' | 'shrank';
  readonly finding: Finding;
  /** Numbers of cases, over whatever family. */
  readonly before: number;
  readonly after: number;
}

export const casesOf = (finding: Finding | undefined): number =>
  new Set(finding?.cases.map(({ id }) => id)).size;

/** The findings in which two runs differ; the new ones first. */
export function differentFindings(before: Judged, after: Judged): readonly FindingDifference[] {
  const differences = findingRows([before, after]).flatMap(({ byRun: [old, now] }): FindingDifference[] => {
    const [finding, counts] = [now ?? old, { before: casesOf(old), after: casesOf(now) }];
    if (!finding || counts.before === counts.after) return [];
    const change = !old ? 'new' : !now ? 'gone' : counts.after > counts.before ? 'grew' : 'shrank';
    return [{ change, finding, ...counts }];
  });
  const order = ['new', 'grew', 'shrank', 'gone'];
  return differences.sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
}

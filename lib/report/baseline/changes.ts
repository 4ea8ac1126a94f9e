import type { Finding } from '../../findings/findings.ts';
import { verdictOf } from '../../verdict/result.ts';
import { findingByCase } from '../findings.ts';
import type { ReportCase, Run } from '../run.ts';
import { type AcceptedFinding, type Baseline, type BaselineEntry, entriesOf, keyOf } from './baseline.ts';
import { isAsAccepted, type Objection } from './gate.ts';
import { repliesText, seenIn } from './replies.ts';

/** What became of a finding since it was accepted. */
export type FindingChange =
  /** Nothing accepted is of its kind. Of a result that no finding has, none is named. */
  | { readonly kind: 'new'; readonly finding?: Finding; readonly results: readonly ReportCase[] }
  /** More results show it. */
  | { readonly kind: 'grew'; readonly finding: AcceptedFinding; readonly results: readonly ReportCase[] }
  /** No result shows it any more, or fewer do. */
  | { readonly kind: 'gone' | 'shrank'; readonly finding: AcceptedFinding; readonly results: readonly Pair[] }
  /** Results show another reply or state. */
  | { readonly kind: 'changed'; readonly finding: AcceptedFinding; readonly results: readonly Pair[] };

interface Pair {
  readonly result: ReportCase;
  readonly entry: BaselineEntry;
}

/** The objections of a gate that are about accepted or new findings, by finding. */
export function changesOf(
  objections: readonly Objection[],
  run: Pick<Run, 'cases' | 'profile'>,
  baseline: Pick<Baseline, 'findings'>,
): readonly FindingChange[] {
  const joins = joinedBy(run, baseline);
  const findingOf = findingByCase(run);
  const fresh = new Map<Finding | string, ReportCase[]>();
  const grown = new Map<AcceptedFinding, ReportCase[]>();
  const passed = new Map<AcceptedFinding, Pair[]>();
  const changed = new Map<AcceptedFinding, Pair[]>();
  for (const one of objections) {
    if (one.kind === 'new deviation') {
      const joined = joins(one.result);
      if (joined) add(grown, joined, one.result);
      else add(fresh, findingOf(one.result) ?? keyOf(one.result), one.result);
    }
    if (one.kind === 'unexpected pass') add(passed, one.entry.finding, one);
    if (one.kind === 'changed observation') add(changed, one.entry.finding, one);
  }
  return [
    ...[...fresh].map(([finding, results]): FindingChange => {
      return { kind: 'new', results, ...(typeof finding === 'string' ? {} : { finding }) };
    }),
    ...[...grown].map(([finding, results]): FindingChange => ({ kind: 'grew', finding, results })),
    ...[...changed].map(([finding, results]): FindingChange => ({ kind: 'changed', finding, results })),
    ...[...passed].map(([finding, results]): FindingChange => {
      return { kind: results.length === finding.cases.length ? 'gone' : 'shrank', finding, results };
    }),
  ];
}

function add<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

/**
 * Returns a function that tells which accepted finding a result belongs to that is not accepted: one with other results of the
 * same finding of this run, seen as they were accepted. Of several, it is the one with the case over the other family, then that
 * with most results of the same reply.
 */
export function joinedBy(
  run: Pick<Run, 'cases' | 'profile'>,
  baseline: Pick<Baseline, 'findings'>,
): (result: ReportCase) => AcceptedFinding | undefined {
  const findingOf = findingByCase(run);
  const results = new Map(run.cases.map((result) => [keyOf(result), result]));
  const byFinding = new Map<Finding, BaselineEntry[]>();
  for (const entry of entriesOf(baseline)) {
    const result = results.get(keyOf(entry));
    if (!result || !isAsAccepted(result, verdictOf(result, run.profile), entry)) continue;
    const finding = findingOf(result);
    if (finding) add(byFinding, finding, entry);
  }
  return (result) => {
    const finding = findingOf(result);
    const seen = seenIn(result);
    if (!finding || !seen) return undefined;
    const reply = repliesText(seen);
    const likeness = new Map<AcceptedFinding, number>();
    for (const entry of byFinding.get(finding) ?? []) {
      const worth = entry.id === result.id ? 1_000_000 : entry.observed === reply ? 1000 : 1;
      likeness.set(entry.finding, (likeness.get(entry.finding) ?? 0) + worth);
    }
    return [...likeness].sort((a, b) => b[1] - a[1])[0]?.[0];
  };
}

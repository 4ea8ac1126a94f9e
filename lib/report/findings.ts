import { type Finding, findingsIn, type Harm } from '../findings/findings.ts';
import type { AcceptedDeviations } from './preflight-faults.ts';
import { failuresOf } from './preflight-faults.ts';
import type { ReportCase, Run } from './run.ts';
import { ruleText } from './subject.ts';

const memory = new WeakMap<readonly ReportCase[], Map<string, readonly Finding[]>>();

/** The findings of a run: one for each likely cause, the most serious first. */
export function findingsOf(
  { cases, profile }: Pick<Run, 'cases' | 'profile'>,
  verdict: Finding['verdict'] = 'deviates',
): readonly Finding[] {
  const known = memory.get(cases) ?? new Map<string, readonly Finding[]>();
  memory.set(cases, known);
  const key = `${profile} ${verdict}`;
  const findings = known.get(key) ?? findingsIn(cases, profile, verdict);
  known.set(key, findings);
  return findings;
}

const keyOf = ({ id, family }: Pick<ReportCase, 'id' | 'family'>): string => `${id} ${family}`;

/** A finding with its results. */
export interface ShownFinding {
  readonly finding: Finding;
  readonly results: readonly ReportCase[];
}

/** The findings of a run that a baseline does not wholly accept, each with the results that it does not accept. */
export function failingFindings(run: Run, accepted?: AcceptedDeviations): readonly ShownFinding[] {
  const fresh = new Map(failuresOf(run, accepted).fresh.map((result) => [keyOf(result), result]));
  const all = [...findingsOf(run), ...(run.strict ? findingsOf(run, 'permitted') : [])];
  return all.flatMap((finding) => {
    const results = finding.cases.flatMap((one) => fresh.get(keyOf(one)) ?? []);
    return results.length > 0 ? [{ finding, results }] : [];
  });
}

const byCaseOf = new WeakMap<readonly ReportCase[], Map<string, ReadonlyMap<string, Finding>>>();

/** The finding that each result belongs to. */
export function findingByCase(
  run: Pick<Run, 'cases' | 'profile'>,
): (result: ReportCase) => Finding | undefined {
  const known = byCaseOf.get(run.cases) ?? new Map<string, ReadonlyMap<string, Finding>>();
  byCaseOf.set(run.cases, known);
  const all = () => [...findingsOf(run), ...findingsOf(run, 'permitted')];
  const byCase =
    known.get(run.profile) ??
    new Map(all().flatMap((finding) => finding.cases.map((one) => [keyOf(one), finding] as const)));
  known.set(run.profile, byCase);
  return (result) => byCase.get(keyOf(result));
}

/** Of the results of a finding, the one with the fewest segments: the shortest to read. */
export const shortestOf = (results: readonly ReportCase[]): ReportCase | undefined =>
  [...results].sort((a, b) => a.records.length - b.records.length || a.family - b.family)[0];

/** The rule that a finding is about, in one sentence with its citation; empty where no rule is known. */
export const findingRule = ({ rule }: Finding): string => (rule ? ruleText(rule) : '');

const HARM: Readonly<Record<Harm, string>> = {
  death: 'whoever can send such a segment kills the target',
  'connection lost': 'a segment that should have no such effect ends a connection',
  'wrong state': 'the two ends no longer agree on the state of the connection',
  'wrong reply': 'the reply tells the peer something untrue, or more than it should',
  'missing reply': 'the peer does not learn that it is out of step',
};

/** What a finding can do to peers. */
export const findingHarm = ({ harm }: Finding): string => HARM[harm];

/** `4 cases in SYN-SENT and TIME-WAIT`; both families of a case count once. */
export function findingExtent({ cases, states }: Pick<Finding, 'cases' | 'states'>): string {
  const count = new Set(cases.map(({ id }) => id)).size;
  const names =
    states.length > 4 ? `${states.length} states` : states.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return `${count} ${count === 1 ? 'case' : 'cases'} in ${names}`;
}

/** The option of `run` that shows a finding alone: its first cases, since no wildcard fits ids that differ. */
export function findingSelection({ cases }: Pick<Finding, 'cases'>, limit = 3): string {
  const ids = [...new Set(cases.map(({ id }) => id))];
  return `--only '${ids.slice(0, limit).join(',')}'`;
}

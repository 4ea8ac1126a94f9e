import type { Profile } from '../standard/profile.ts';
import { STATES } from '../standard/state.ts';
import { VERDICTS, type Verdict, verdictOf } from '../verdict/result.ts';
import type { ReportCase } from './run.ts';

/** How many cases got each verdict. */
export type Counts = Record<Verdict, number>;

/** The cases of one state recipe; SYN-RECEIVED is two of them. */
export interface StateGroup {
  readonly name: string;
  readonly cases: readonly ReportCase[];
}

/** The state as a suite heads it, e.g. `SYN-RECEIVED (active)`. */
export const stateName = (result: Pick<ReportCase, 'state' | 'origin'>): string =>
  result.origin ? `${result.state} (${result.origin})` : result.state;

export function countVerdicts(cases: readonly ReportCase[], profile: Profile): Counts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
  for (const result of cases) counts[verdictOf(result, profile)] += 1;
  return counts;
}

/** The cases by state recipe, in the order of the RFC; within a state in the order given. */
export function byState(cases: readonly ReportCase[]): StateGroup[] {
  const groups = new Map<string, ReportCase[]>();
  const ordered = [...cases].sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  for (const result of ordered) {
    const name = stateName(result);
    const group = groups.get(name);
    if (group) group.push(result);
    else groups.set(name, [result]);
  }
  return [...groups].map(([name, members]) => ({ name, cases: members }));
}

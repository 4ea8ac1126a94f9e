import type { Profile } from '../standard/profile.ts';
import { STATES } from '../standard/state.ts';
import { VERDICTS, type Verdict, verdictOf, whyInconclusive } from '../verdict/result.ts';
import { observedText } from './expectation.ts';
import type { ReportCase, Run } from './run.ts';

/** How many cases got each verdict. */
export type Counts = Record<Verdict, number>;

/** The cases of one state. SYN-RECEIVED is two groups: after a passive and after an active open. */
export interface StateGroup {
  readonly name: string;
  readonly cases: readonly ReportCase[];
}

/** The state and its origin, e.g. `SYN-RECEIVED (active)`. */
export const stateName = (result: Pick<ReportCase, 'state' | 'origin'>): string =>
  result.origin ? `${result.state} (${result.origin})` : result.state;

export function countVerdicts(cases: readonly ReportCase[], profile: Profile): Counts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
  for (const result of cases) counts[verdictOf(result, profile)] += 1;
  return counts;
}

/** The cases by state, in the order of the RFC. Within a state they keep their order. */
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

/**
 * Groups failures that are the same over both families, in the RFC's order. Reports show each group once.
 *
 * @param also what else must be the same
 */
export function alike(
  failed: readonly ReportCase[],
  run: Pick<Run, 'profile'>,
  also: (result: ReportCase) => string | undefined = () => undefined,
): (readonly ReportCase[])[] {
  const groups = new Map<string, ReportCase[]>();
  for (const { cases } of byState(failed)) {
    for (const result of cases) {
      const key = [
        result.id,
        verdictOf(result, run.profile),
        observedText(result),
        JSON.stringify(whyInconclusive(result, run.profile)),
        also(result),
      ].join('\n');
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
  }
  return [...groups.values()];
}

/** `IPv4`, `IPv6` or `IPv4 and IPv6`. */
export const familiesText = (results: readonly ReportCase[]): string =>
  results.map(({ family }) => `IPv${family}`).join(' and ');

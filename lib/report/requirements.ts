import { SCENARIOS } from '../catalogue/catalogue.ts';
import type { Profile } from '../standard/profile.ts';
import { isNumbered, REQUIREMENTS, type RuleId } from '../standard/rules.ts';
import { verdictOf } from '../verdict/result.ts';
import type { ReportCase, Run } from './run.ts';

export const STANDINGS = ['met', 'not met', 'not tested'] as const;
export type Standing = (typeof STANDINGS)[number];

export interface RequirementVerdict {
  readonly id: RuleId;
  /**
   * `not met`: a case of it deviates. `met`: none does, and at least one is conformant or permitted. `not tested`: no case has a
   * verdict.
   */
  readonly standing: Standing;
  /** The ids of the cases that decide, each once. */
  readonly cases: readonly string[];
}

/** What the results of a run say of each requirement, under the profile of the run. */
export function requirementVerdicts({
  cases,
  profile,
}: Pick<Run, 'cases' | 'profile'>): RequirementVerdict[] {
  const byCase = new Map<string, ReportCase[]>();
  for (const one of cases) byCase.set(one.id, [...(byCase.get(one.id) ?? []), one]);
  const members = new Map<RuleId, string[]>();
  for (const { id, requirements } of SCENARIOS)
    for (const one of requirements) members.set(one, [...(members.get(one) ?? []), id]);
  return REQUIREMENTS.map((id) => ({ id, ...standing(members.get(id) ?? [], byCase, profile) }));
}

function standing(
  ids: readonly string[],
  byCase: ReadonlyMap<string, readonly ReportCase[]>,
  profile: Profile,
): Pick<RequirementVerdict, 'standing' | 'cases'> {
  const verdicts = (id: string) => (byCase.get(id) ?? []).map((result) => verdictOf(result, profile));
  const against = ids.filter((id) => verdicts(id).includes('deviates'));
  if (against.length > 0) return { standing: 'not met', cases: against };
  const judged = ids.filter((id) => verdicts(id).some((verdict) => verdict !== 'inconclusive'));
  return judged.length > 0 ? { standing: 'met', cases: judged } : { standing: 'not tested', cases: [] };
}

/** How many of RFC 9293's numbered requirements stand how. */
export function countStandings(verdicts: readonly RequirementVerdict[]): Record<Standing, number> {
  const counts: Record<Standing, number> = { met: 0, 'not met': 0, 'not tested': 0 };
  for (const { id, standing } of verdicts) if (isNumbered(id)) counts[standing] += 1;
  return counts;
}

/** For people, on one line. */
export function standingsText(run: Pick<Run, 'cases' | 'profile'>): string {
  const counts = countStandings(requirementVerdicts(run));
  return `numbered requirements of RFC 9293: ${STANDINGS.map((each) => `${counts[each]} ${each}`).join(', ')}`;
}

import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { TargetDeath } from '../../verdict/reason.ts';
import {
  type CaseResult,
  type InconclusiveResult,
  type JudgedResult,
  type NotRunResult,
  type ProfileVerdict,
  seenOf,
  withoutVerdict,
} from '../../verdict/result.ts';
import type { DeathTrial } from './try-for-death.ts';

/** The verdict of a case whose stimulus ends the target: no document lets a TCP die of a segment. */
export function convicted({ result, variables }: DeathTrial, death: TargetDeath): JudgedResult {
  const { id, title, state, origin, conditions, family, send, notes, records, startedAt, durationMs } =
    result;
  const deviates: ProfileVerdict = {
    verdict: 'deviates',
    others: 0,
    faults: [{ kind: 'death', ...death }],
  };
  const judgements = Object.fromEntries(PROFILES.map((profile) => [profile, deviates])) as Record<
    Profile,
    ProfileVerdict
  >;
  return {
    ...{ id, title, state, family, send, notes, records, startedAt, durationMs },
    ...(origin ? { origin } : {}),
    ...(conditions ? { conditions } : {}),
    stimulus: sentIn(result),
    variables,
    observed: seenOf(result)?.observed ?? [],
    kind: seenOf(result)?.kind ?? 'silence',
    stateAfter: 'unknown',
    proof: [],
    outcome: 'judged',
    judgements,
  };
}

const sentIn = ({ records }: CaseResult): string =>
  records
    .filter(({ role, from }) => role === 'stimulus' && from === 'tester')
    .map(({ segment }) => segment)
    .join(' ');

/** The target died in an attempt with nobody else on the wire, and not in the next ones. */
export function undecided(
  { result }: DeathTrial,
  { deaths, trials }: Pick<TargetDeath, 'deaths' | 'trials'>,
): InconclusiveResult | NotRunResult {
  return withoutVerdict(result, { kind: 'died at times', deaths, trials });
}

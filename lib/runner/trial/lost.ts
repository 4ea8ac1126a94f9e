import { PROFILES, type Profile } from '../../spec/profile.ts';
import type { CaseResult, Verdict } from '../../verdict/result.ts';
import type { Described } from './described.ts';

/** The result of a case that was never run, or whose result was lost: inconclusive, with the reason. */
export function lostResult(subject: Described, family: 4 | 6, reason: string): CaseResult {
  const { id, title, state, origin, condition, send } = subject;
  return {
    id,
    title,
    state,
    ...(origin ? { origin } : {}),
    ...(condition ? { condition } : {}),
    family,
    send,
    stimulus: '',
    variables: {},
    observed: [],
    kind: 'silence',
    stateAfter: 'unknown',
    proof: '',
    verdicts: Object.fromEntries(PROFILES.map((profile) => [profile, 'inconclusive'])) as Record<
      Profile,
      Verdict
    >,
    reasons: {},
    inconclusive: { reason, byCapability: false },
    notes: [],
    records: [],
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
}

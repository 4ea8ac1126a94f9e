import { CASES } from './cases.ts';
import { forecastOf } from './forecast.ts';
import { PROFILES, type Profile } from '../lib/standard/profile.ts';
import type { CaseResult, ProfileVerdict } from '../lib/verdict/result.ts';
import type { Mutant } from './mutants/index.ts';

const NUMBERS = { iss: 1000, rcvNxt: 5000, any: 77_777 };

/** The results of all cases of one stimulus against a mutant, worked out without a wire. */
export function resultsOf({
  base,
  behaviour = {},
  family = 4,
}: Pick<Mutant, 'base'> & Partial<Mutant>): CaseResult<unknown>[] {
  return CASES.filter(({ families }) => families.includes(family)).map((subject) => {
    const { stimulus, variables, judgement } = forecastOf(subject, {
      ...{ follows: base, judgedBy: base, behaviour, numbers: NUMBERS },
    });
    const { id, title, state, origin, conditions } = subject;
    return {
      ...{ id, title, state, conditions, family, ...(origin ? { origin } : {}) },
      ...{ send: '', notes: [], records: [], startedAt: '', durationMs: 0 },
      ...{
        stimulus: [stimulus],
        variables,
        observed: [],
        kind: 'other',
        stateAfter: 'unknown',
        proof: [],
      },
      outcome: 'judged',
      judgements: Object.fromEntries(PROFILES.map((profile) => [profile, judgement])) as Record<
        Profile,
        ProfileVerdict
      >,
    };
  });
}

import { PROFILES } from '../../lib/spec/profile.ts';
import type { CaseResult, Verdict } from '../../lib/verdict/result.ts';

/** A result of which only the parts named matter. */
export function resultOf(verdict: Verdict, parts: Partial<CaseResult> = {}): CaseResult {
  return {
    ...{ id: 'established.rst.one-after', title: 'a title', state: 'ESTABLISHED', family: 4 },
    ...{ send: '<SEQ=RCV.NXT+1><CTL=RST>', stimulus: '<SEQ=2><ACK=0><CTL=RST>', variables: {} },
    ...{ observed: [], kind: 'silence', stateAfter: 'ESTABLISHED', proof: '' },
    verdicts: Object.fromEntries(PROFILES.map((profile) => [profile, verdict])) as CaseResult['verdicts'],
    ...{ reasons: {}, notes: [], records: [], startedAt: '2026-01-01T00:00:00Z', durationMs: 1 },
    ...parts,
  };
}

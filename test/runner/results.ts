import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import type { InconclusiveResult, JudgedResult, ProfileVerdict, Verdict } from '../../lib/verdict/result.ts';
import { segment } from '../tester/memory-link.ts';

type Tried = Omit<JudgedResult, 'outcome' | 'judgements'>;

const SEEN: Tried = {
  ...{ id: 'established.rst.one-after', title: 'a title', state: 'ESTABLISHED', family: 4 },
  ...{ send: '<SEQ=RCV.NXT+1><CTL=RST>', stimulus: [segment('<SEQ=2><ACK=0><CTL=RST>')], variables: {} },
  ...{ observed: [], kind: 'silence', stateAfter: 'ESTABLISHED', proof: [] },
  ...{ notes: [], records: [], startedAt: '2026-01-01T00:00:00Z', durationMs: 1 },
};

const JUDGED_AS = {
  conformant: { verdict: 'conformant' },
  permitted: { verdict: 'permitted', taken: [{ outcome: { reply: [] }, better: [] }] },
  deviates: { verdict: 'deviates', others: 0, faults: [{ kind: 'RCV.NXT', observed: 1, offset: 1 }] },
} as const satisfies Partial<Record<Verdict, ProfileVerdict>>;

/** The same verdict under every profile. */
export const judgedAs = (verdict: Exclude<Verdict, 'inconclusive'>): Record<Profile, ProfileVerdict> =>
  Object.fromEntries(PROFILES.map((profile) => [profile, JUDGED_AS[verdict]])) as Record<
    Profile,
    ProfileVerdict
  >;

/** A judged result. Only the parts named matter. */
export const resultOf = (
  verdict: Exclude<Verdict, 'inconclusive'>,
  parts: Partial<JudgedResult> = {},
): JudgedResult => ({ ...SEEN, outcome: 'judged', judgements: judgedAs(verdict), ...parts });

/** A result that says nothing about the target. */
export const inconclusiveResult = (told: string, byCapability = false): InconclusiveResult => ({
  ...SEEN,
  outcome: 'inconclusive',
  why: byCapability ? { kind: 'not capable', lack: { what: 'as told', told } } : { kind: 'failed', told },
});

import { z } from 'zod';
import { CONDITION_IDS, conditionsCalled, conditionText } from '../catalogue/conditions.ts';
import { VARIABLES } from '../notation/types.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { STATES } from '../standard/state.ts';
import { inconclusiveOf, KINDS, type ProfileVerdict, ROLES, reasonOf, VERDICTS } from '../verdict/result.ts';
import type { ReportCase } from './run.ts';

export const familySchema = z.union([z.literal(4), z.literal(6)]);

const profiled = <T extends z.ZodType>(value: T) =>
  z.object(Object.fromEntries(PROFILES.map((p) => [p, value])) as Record<Profile, T>);

/** A segment on the wire, without its packet. */
export const recordSchema = z.object({
  from: z.enum(['tester', 'target']),
  at: z.number().describe('milliseconds since the case began'),
  role: z.enum(ROLES),
  segment: z.string().describe('in the notation, absolute numbers'),
  relative: z.string().describe("in the notation, in terms of the target's TCB"),
});

const about = {
  id: z.string().min(1),
  title: z.string(),
  state: z.enum(STATES),
  origin: z.enum(['passive', 'active']).optional(),
  condition: z.string().optional().describe('the conditions, for people'),
  conditions: z.array(z.enum(CONDITION_IDS)).readonly().optional(),
  family: familySchema,
  send: z.string().describe('the stimulus as declared'),
  notes: z.array(z.string()),
  records: z.array(recordSchema),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().nonnegative(),
};

const seen = {
  stimulus: z.string().describe('the stimulus as sent, absolute numbers'),
  observed: z.array(z.string()).describe('the replies, absolute numbers; empty for silence'),
  kind: z.enum(KINDS),
  stateAfter: z.enum([...STATES, 'unknown']),
  proof: z.string(),
  variables: z.partialRecord(z.enum(VARIABLES), z.number()),
};

const why = {
  reason: z.string().describe('why there is no verdict'),
  byCapability: z.boolean().describe('true when the target or its driver cannot do this case at all'),
  blockedBy: z.string().optional().describe('the finding about the target that stands in the way'),
};

const undecided = { ...why, verdicts: profiled(z.literal('inconclusive')) };

const judged = {
  outcome: z.literal('judged'),
  verdicts: profiled(z.enum(VERDICTS)),
  death: z
    .object({
      ending: z
        .object({ exitCode: z.number().int().optional(), signal: z.string().optional() })
        .optional()
        .describe("how the target's process ended; absent where nobody knows"),
      deaths: z.number().int().describe('in how many attempts, with nobody else on the wire'),
      trials: z.number().int().describe('of how many'),
    })
    .optional()
    .describe('the stimulus was the end of the target'),
  reasons: profiled(z.string()).partial().describe('of every verdict that is not `conformant`'),
  byCapability: why.byCapability.optional().describe('of those verdicts that are inconclusive'),
  blockedBy: why.blockedBy.describe('of those verdicts that are inconclusive'),
};

const current = z
  .discriminatedUnion('outcome', [
    z.object({ ...about, ...seen, ...judged }),
    z.object({ ...about, ...seen, ...undecided, outcome: z.literal('inconclusive') }),
    z.object({ ...about, ...undecided, outcome: z.literal('not run') }),
  ])
  .superRefine((stored, context) => {
    if (stored.outcome !== 'judged') return;
    for (const profile of PROFILES) {
      if (stored.verdicts[profile] === 'conformant' || stored.reasons[profile] !== undefined) continue;
      context.addIssue({ code: 'custom', path: ['reasons', profile], message: 'missing' });
    }
  });

/** One case of results.json. Versions up to 0.1 did not say the outcome, and gave what was not run a kind and a state. */
export const caseSchema = z.preprocess((data) => withOutcome(data), current);

/** A case as results.json holds it: without the packets, which the captures have. */
export type StoredCase = z.infer<typeof caseSchema>;

function withOutcome(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || 'outcome' in data) return data;
  if (!('reason' in data)) return { ...data, outcome: 'judged' };
  const sent = 'stimulus' in data && data.stimulus !== '';
  return { byCapability: false, ...data, outcome: sent ? 'inconclusive' : 'not run' };
}

export function toStored(result: ReportCase): StoredCase {
  const records = result.records.map(({ from, at, role, segment, relative }) => {
    return { from, at, role, segment, relative };
  });
  const notes = [...result.notes];
  const condition = conditionText(result.conditions);
  const told = { notes, records, ...(condition === undefined ? {} : { condition }) };
  if (result.outcome === 'judged') {
    const { judgements, observed, ...rest } = result;
    const inconclusive = PROFILES.map((profile) => inconclusiveOf(result, profile)).find(Boolean);
    const { reason: _, ...because } = inconclusive ?? {};
    const verdicts = byProfile((profile) => judgements[profile].verdict);
    const reasons = Object.fromEntries(
      PROFILES.map((profile) => [profile, reasonOf(result, profile)]).filter(([, reason]) => reason),
    );
    return { ...rest, observed: [...observed], verdicts, reasons, ...because, ...told };
  }
  const verdicts = byProfile(() => 'inconclusive' as const);
  if (result.outcome === 'inconclusive') {
    const { why, observed, ...rest } = result;
    return { ...rest, observed: [...observed], verdicts, ...why, ...told };
  }
  const { why, ...rest } = result;
  return { ...rest, verdicts, ...why, ...told };
}

/** What JSON leaves out, zod may hold as undefined; the cast says that it does not. */
export function fromStored({ condition, ...named }: StoredCase): ReportCase {
  const conditions = named.conditions ?? conditionsCalled(condition);
  const stored = { ...named, ...(conditions.length > 0 ? { conditions } : {}) } as StoredCase;
  if (stored.outcome === 'judged') {
    const { verdicts, reasons, byCapability = false, blockedBy, ...rest } = stored;
    const judgements = byProfile((profile): ProfileVerdict => {
      const verdict = verdicts[profile];
      if (verdict === 'conformant') return { verdict };
      const reason = reasons[profile] as string;
      if (verdict !== 'inconclusive') return { verdict, reason };
      return { verdict, reason, byCapability, ...(blockedBy === undefined ? {} : { blockedBy }) };
    });
    return { ...rest, judgements } as ReportCase;
  }
  const { verdicts: _, reason, byCapability, blockedBy, ...rest } = stored;
  return {
    ...rest,
    why: { reason, byCapability, ...(blockedBy === undefined ? {} : { blockedBy }) },
  } as ReportCase;
}

const byProfile = <T>(of: (profile: Profile) => T): Record<Profile, T> =>
  Object.fromEntries(PROFILES.map((profile) => [profile, of(profile)])) as Record<Profile, T>;

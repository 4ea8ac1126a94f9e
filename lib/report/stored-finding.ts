import { z } from 'zod';
import { REPLY_WORDS, STATE_EFFECTS } from '../findings/effect.ts';
import { type Finding, HARMS } from '../findings/findings.ts';
import { STATES } from '../standard/state.ts';
import { findingRule, findingSelection } from './findings.ts';
import { findingTitle } from './finding-title.ts';
import { alsoOn } from './elsewhere.ts';
import type { Run } from './run.ts';
import { familySchema } from './stored-case.ts';

const effectSchema = z.object({
  reply: z
    .object({ due: z.enum(REPLY_WORDS).optional(), seen: z.enum(REPLY_WORDS) })
    .optional()
    .describe('a reply of another kind than is due; without `due`, the same whatever is due'),
  form: z
    .object({ of: z.enum(REPLY_WORDS), field: z.string().optional() })
    .optional()
    .describe('a reply of the right kind, and its wrong field'),
  state: z.enum(STATE_EFFECTS).optional(),
  extra: z
    .string()
    .optional()
    .describe('another fault: an option, ICMP, ISS, ISN, time, back-off, delivered text, death'),
});

/** What results.json holds of a finding. */
export const findingSchema = z.object({
  id: z.string().min(1).describe('the same in every run that shows the same'),
  title: z.string().describe('for people'),
  verdict: z.enum(['deviates', 'permitted']),
  harm: z.enum(HARMS).describe('how bad it is for a peer, the worst first'),
  rule: z.string().optional().describe('the rule that is broken'),
  asks: z.string().optional().describe('the rule in a sentence, with its citation'),
  effect: effectSchema.describe('the difference that all the results have in common'),
  effects: z.array(effectSchema).describe('every difference that was seen, the most frequent first'),
  where: z.array(z.string()).describe('what the stimuli have in common'),
  states: z.array(z.enum(STATES)),
  cases: z.array(z.object({ id: z.string(), family: familySchema })),
  also: z.array(z.string()).optional().describe('stacks of the lab that are known to have it, too'),
  alone: z.string().describe('options of `segment-arrives run` that show it'),
});

export type StoredFinding = z.infer<typeof findingSchema>;

export function toStoredFinding(
  finding: Finding,
  run: Pick<Run, 'cases' | 'target' | 'profile'>,
): StoredFinding {
  const also = alsoOn(finding, run);
  const { id, verdict, harm, rule, effect, effects, where, states, cases } = finding;
  return {
    ...{ id, title: findingTitle(finding), verdict, harm },
    ...(rule ? { rule, asks: findingRule(finding) } : {}),
    ...{ effect, effects: [...effects], where: [...where], states: [...states], cases: [...cases] },
    ...(also.length > 0 ? { also: [...also] } : {}),
    alone: findingSelection(finding),
  };
}

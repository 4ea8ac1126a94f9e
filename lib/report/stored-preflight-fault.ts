import { z } from 'zod';
import { CLOSED_BY } from '../catalogue/scenario.ts';
import { STEPS } from '../catalogue/steps.ts';
import { printSegment } from '../notation/index.ts';
import { STATES } from '../standard/state.ts';
import { GRAVITIES } from '../verdict/preflight-fault.ts';
import type { RunFault } from './run.ts';
import { familySchema, notation, recordSchema, toStoredRecord, wrongFieldSchema } from './stored-case.ts';

const sentSchema = z
  .union([z.literal('').transform(() => undefined), notation])
  .optional()
  .describe('in the notation; empty where the user of the target was told something');

/** What results.json holds of what the preflight found. */
export const preflightFaultSchema = z.object({
  id: z.string().min(1).describe('names it within the run'),
  step: z.enum(STEPS),
  family: familySchema,
  gravity: z
    .enum(GRAVITIES)
    .describe(
      'deviation: a rule is broken; obstacle: a user or a filter may be the cause; described: the target file tells of it',
    ),
  port: z.number().optional().describe("the target's"),
  sent: sentSchema,
  observed: z.array(notation).describe('in terms of the segment that was sent; empty for silence'),
  wrong: z.array(wrongFieldSchema),
  refusal: z.string().optional().describe('what was said by ICMP'),
  mayBeFilter: z.boolean().describe('a filter before the target would look the same'),
  blocks: z
    .array(
      z.object({
        state: z.enum(STATES),
        origin: z.enum(['passive', 'active']).optional(),
        closedBy: z.enum(CLOSED_BY).optional(),
      }),
    )
    .describe('the states that cannot be reached, or told, because of it'),
  records: z.array(recordSchema),
});

export type StoredFinding = z.input<typeof preflightFaultSchema>;

export const toStoredFault = ({
  sent,
  observed,
  wrong,
  blocks,
  records,
  ...rest
}: RunFault): StoredFinding => ({
  ...rest,
  sent: sent ? printSegment(sent) : '',
  observed: observed.map(printSegment),
  wrong: [...wrong],
  blocks: [...blocks],
  records: records.map(toStoredRecord),
});

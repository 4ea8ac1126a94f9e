import { z } from 'zod';
import { CHECKS } from '../standard/adoption.ts';
import { ACCEPT_TIMES, LIMITED_ACKS, MEASURES } from '../verdict/target-facts.ts';
import { driverSchema, familySchema, pathSchema } from './stored-case.ts';

const share = z.object({ asked: z.number(), answered: z.number() });
const again = z.number().optional().describe('milliseconds; absent where it was not seen');

const factsSchema = z.object({
  driver: driverSchema,
  unasked: z
    .array(z.enum(MEASURES))
    .optional()
    .describe('what was not looked for, since no case of the run asks for it'),
  roundTrip: z
    .object({ median: z.number(), worst: z.number(), spread: z.number() })
    .describe('in milliseconds'),
  path: pathSchema,
  resetsAtOnce: z.union([share, z.literal('silent')]).describe('of SYNs to a closed port, all at once'),
  ackLimits: z
    .object({ of: z.enum(LIMITED_ACKS), perConnection: share, hostWide: share })
    .optional()
    .describe('how many of so many were sent'),
  synAckAgain: again,
  finAgain: again,
  halfOpen: z
    .object({ asked: z.number(), held: z.number(), cookies: z.number() })
    .optional()
    .describe('of so many half-open connections, how many had a TCB, and how many a SYN cookie'),
  acceptTime: z.enum(ACCEPT_TIMES).optional(),
  avoided: z
    .object({ rcvNxt: z.array(z.number()), why: z.string() })
    .optional()
    .describe('values of RCV.NXT that it does not survive'),
  described: z
    .object({
      ...{ connections: z.number(), resetsPerSecond: z.number(), challengeAcksPerSecond: z.number() },
      ...{ mslSeconds: z.number(), simultaneousOpen: z.boolean(), timestamps: z.boolean() },
      ...{ halfClose: z.boolean(), severalInFlight: z.boolean(), resets: z.boolean() },
    })
    .partial()
    .optional()
    .describe('what the target file says'),
});

/** The target in results.json. */
export const targetSchema = z.object({
  name: z.string(),
  address: z.string().optional(),
  families: z.array(familySchema),
  adoption: z
    .partialRecord(z.enum(CHECKS), z.boolean())
    .optional()
    .describe(
      'the checks of RFC 5961 that the target was found to have adopted, or not; what is missing is not known',
    ),
  facts: factsSchema.optional().describe('what was found out before the first case'),
});

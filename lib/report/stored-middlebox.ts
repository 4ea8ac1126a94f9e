import { z } from 'zod';
import {
  ANSWERS,
  CARRIED,
  MARKS_OF_ANOTHER,
  OPTIONS_OF_SYNS,
  PROXY_TRAITS,
  STRAY_SEGMENTS,
} from '../verdict/middlebox-sign.ts';
import type { RunMiddlebox } from './run.ts';
import { familySchema, recordSchema, toStoredRecord } from './stored-case.ts';

const peer = z.object({ address: z.string(), port: z.number() });
const distance = { ttl: z.number(), routers: z.number().describe('crossed, by the TTL') };
const change = z.object({
  field: z.enum(CARRIED),
  sent: z.number().optional(),
  arrived: z.number().optional().describe('absent: an option that is not there any more, or text'),
});

const deedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rewritten'),
    at: z.string().describe('who quoted the segment by ICMP'),
    isTarget: z.boolean(),
    changes: z.array(change),
    quote: z.string().describe('the segment as it was there, from the TCP header on, in hexadecimal digits'),
  }),
  z.object({ kind: z.literal('peer rewritten'), own: peer, seen: peer }),
  z.object({ kind: z.literal('text changed'), sent: z.string(), read: z.string() }),
  z.object({ kind: z.literal('text answered'), octets: z.number() }),
  z.object({
    ...{ kind: z.literal('other sender'), of: z.enum(ANSWERS), ...distance },
    usual: z.object(distance).describe('of what the user of the target sends'),
    marks: z.array(z.enum(MARKS_OF_ANOTHER)),
  }),
  z.object({ kind: z.literal('SYN proxy'), by: z.array(z.enum(PROXY_TRAITS)) }),
  z.object({ kind: z.literal('numbers shifted'), by: z.number() }),
  z.object({ kind: z.literal('timestamps changed'), sent: z.number(), echoed: z.number() }),
  z.object({ kind: z.literal('options not taken'), options: z.array(z.enum(OPTIONS_OF_SYNS)) }),
  z.object({ kind: z.literal('MSS lowered'), agreed: z.number(), used: z.number() }),
  z.object({ kind: z.literal('urgent pointer not told') }),
  z.object({
    kind: z.literal('not answered'),
    segments: z.array(z.enum(STRAY_SEGMENTS)),
    ports: z.number(),
    beyond: z.string().optional().describe('the router that SYNs get to, and these segments do not'),
  }),
]);

/** What results.json holds of a sign of a middlebox. */
export const middleboxSchema = z.object({
  family: familySchema,
  deed: deedSchema,
  records: z.array(recordSchema),
});

export const toStoredMiddlebox = ({ records, ...rest }: RunMiddlebox) => ({
  ...rest,
  records: records.map(toStoredRecord),
});

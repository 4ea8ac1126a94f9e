import { z } from 'zod';
import type { Account, Told } from '../../explain/account.ts';
import { CAUSES, type Cause } from '../../explain/cause.ts';
import type { CaptureFacts } from '../../explain/explain.ts';
import { citationsOf } from '../../standard/rules.ts';
import { STATES } from '../../standard/state.ts';
import { version } from '../../version.ts';
import { endingText } from './about.ts';
import { explanationLines } from './sentences.ts';
import { notationOf } from './segments.ts';
import type { Tally } from './text.ts';

const CAUSE_NAMES = Object.keys(CAUSES) as [Cause, ...Cause[]];

const end = z.union([z.literal(0), z.literal(1)]).describe('an end of the connection: its place in `ends`');
const uint32 = z.number().int().min(0).max(0xffffffff);
const tripSchema = z.number().nonnegative().nullable();

const segmentSchema = z.object({
  frame: z.number().int().positive(),
  time: z.number().describe('seconds since the first frame'),
  from: end,
  seq: uint32,
  ack: uint32.optional().describe('absent without the ACK bit'),
  flags: z.array(z.enum(['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'])),
  data: z.number().int().nonnegative().describe('octets of text'),
  window: z.number().int().nonnegative().describe('as in the header, not scaled'),
});

const explanationSchema = z.object({
  kind: z.enum(['reset', 'empty ACK', 'reply', 'silence', 'SYN unanswered', 'unacknowledged']),
  segment: segmentSchema.describe('what is explained; of a silence, the segment that got no answer'),
  by: end.describe('who has sent it, or was silent'),
  cause: z.enum(CAUSE_NAMES),
  candidates: z.array(z.enum(CAUSE_NAMES)).describe('other causes that are possible, the likeliest first'),
  drawnBy: z.number().int().positive().optional().describe('the frame that drew it'),
  states: z.array(z.enum(STATES)).describe('the states that its sender may have been in'),
  rules: z.array(z.string()).describe('document, section and step'),
  formIsRight: z.boolean().optional().describe('whether its fields are what the rule says'),
  expected: z
    .array(z.string())
    .optional()
    .describe('silence, or segments in the notation, with numbers as on the wire'),
  sure: z.enum(['certain', 'likely', 'cannot tell']),
  verdict: z.enum(['conformant', 'deviates']),
  comment: z.string().optional().describe('what the capture says about the segment'),
  notable: z.boolean().describe('whether the text output has it without --all'),
  text: z.record(z.string(), z.string()).describe('the same in sentences, by label'),
});

const connectionSchema = z.object({
  connection: z.number().int().positive().describe('in the order of the first segments'),
  family: z.union([z.literal(4), z.literal(6)]),
  ends: z.array(z.object({ address: z.string(), port: z.number().int() })).length(2),
  opener: end.optional().describe('who has sent the first SYN'),
  iss: z.array(uint32.nullable()).length(2),
  segments: z.number().int().positive(),
  began: z.number().describe('seconds since the first frame'),
  lasted: z.number().nonnegative(),
  ending: z.object({
    kind: z.enum(['open', 'closed', 'half closed', 'reset', 'refused', 'unanswered', 'never opened']),
    text: z.string(),
  }),
  capturedAt: z.object({
    at: z.enum(['unknown', 'end', 'both', 'between']),
    end: end.optional(),
    roundTrips: z
      .array(tripSchema)
      .length(2)
      .optional()
      .describe('seconds from the capture to each end and back'),
  }),
  begunInTheMiddle: z.boolean(),
  doubled: z.number().int(),
  damaged: z.number().int(),
  fragments: z.number().int(),
  explanations: z.array(explanationSchema),
});

/** What `explain --json` prints. Fields are added, never renamed; readers skip fields they do not know. */
export const explanationsSchema = z.object({
  suite: z.literal('segment-arrives'),
  format: z.literal(1),
  version: z.string(),
  frames: z.number().int(),
  segments: z.number().int(),
  connections: z.number().int(),
  seconds: z.number(),
  damage: z.string().optional().describe('why the capture could not be read to its end'),
  causes: z
    .record(z.string(), z.number().int())
    .describe('how often each cause was found, in all connections'),
  deviations: z.number().int(),
  explained: z
    .array(connectionSchema)
    .describe('the connections that have something to explain; all with --all'),
});

export type ExplainedConnection = z.infer<typeof connectionSchema>;

export const explanationsJsonSchema = (): object => z.toJSONSchema(explanationsSchema, { io: 'output' });

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;

const segmentOf = ({ flags, ...told }: Told) => ({
  ...told,
  flags: FLAGS.filter((_, bit) => flags & (1 << bit)),
});

export function explainedConnection(account: Account): ExplainedConnection {
  const { point, oddities } = account;
  const trips =
    point.at === 'unknown'
      ? undefined
      : point.roundTrips.map((trip) => (Number.isFinite(trip) ? trip : null));
  return {
    connection: account.index,
    family: account.family,
    ends: account.ends.map(({ address, port }) => ({ address, port })),
    ...(account.opener === undefined ? {} : { opener: account.opener }),
    iss: account.isses.map((isses) => isses.at(-1) ?? null),
    segments: account.segments,
    began: account.began,
    lasted: account.lasted,
    ending: { kind: account.ending.kind, text: endingText(account, account.ending) },
    capturedAt: {
      at: point.at,
      ...(point.at === 'end' ? { end: point.end } : {}),
      ...(trips ? { roundTrips: trips } : {}),
    },
    begunInTheMiddle: account.begunInTheMiddle,
    doubled: oddities.doubled,
    damaged: oddities.damaged,
    fragments: oddities.fragments,
    explanations: account.explanations.map((explanation) => ({
      kind: explanation.kind,
      segment: segmentOf(explanation.segment),
      by: explanation.by,
      cause: explanation.cause,
      candidates: [...explanation.candidates],
      ...(explanation.drawnBy === undefined ? {} : { drawnBy: explanation.drawnBy }),
      states: [...explanation.states],
      rules: [...citationsOf(explanation.rules)],
      ...(explanation.form ? { formIsRight: explanation.form.right } : {}),
      ...(explanation.form?.expected
        ? { expected: explanation.form.expected.map((one) => (one === 'silence' ? one : notationOf(one))) }
        : {}),
      sure: explanation.sure,
      verdict: explanation.verdict,
      ...(explanation.comment === undefined ? {} : { comment: explanation.comment }),
      notable: explanation.notable,
      text: Object.fromEntries(explanationLines(account, explanation)),
    })),
  };
}

export const explainedCapture = (
  facts: CaptureFacts,
  tally: Tally,
  explained: readonly ExplainedConnection[],
): z.infer<typeof explanationsSchema> => ({
  suite: 'segment-arrives',
  format: 1,
  version,
  frames: facts.frames,
  segments: facts.segments,
  connections: facts.connections,
  seconds: facts.seconds,
  ...(facts.damage ? { damage: facts.damage.kind } : {}),
  causes: Object.fromEntries(tally.causes),
  deviations: tally.deviations,
  explained: [...explained],
});

import { z } from 'zod';
import { CONDITION_IDS, conditionText } from '../catalogue/conditions.ts';
import { printReply, readReply } from '../catalogue/resolve.ts';
import { ASPECTS } from '../catalogue/scenario.ts';
import { STEPS } from '../catalogue/steps.ts';
import {
  type ConcreteSegment,
  evaluateSegment,
  NotationError,
  parseSegment,
  printConcrete,
  printSegment,
  VARIABLES,
} from '../notation/index.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { STATES } from '../standard/state.ts';
import { EVIDENCE } from '../verdict/evidence.ts';
import type { Fault, Named } from '../verdict/fault.ts';
import { ABILITIES, AWAITED, LACKS, OBSTACLES } from '../verdict/lack.ts';
import { KINDS, ROLES } from '../verdict/observed.ts';
import type { Reason } from '../verdict/reason.ts';
import { OPTION_FAULTS } from '../verdict/reply-options.ts';
import { type ProfileVerdict, seenOf, VERDICTS, verdictOf } from '../verdict/result.ts';
import { ICMP_ERROR_NAMES, type IcmpErrorName } from '../wire/icmp.ts';
import { reasonText } from './expectation.ts';
import type { ReportCase, ReportRecord } from './run.ts';

export const familySchema = z.union([z.literal(4), z.literal(6)]);

/** A text that is read as segments. */
const readBy = <T>(read: (text: string) => T) =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
export const notation = readBy(parseSegment);
const concreteOf = (text: string): ConcreteSegment => evaluateSegment(parseSegment(text), {});
const concrete = readBy(concreteOf);
const reply = readBy(readReply);

/** A segment on the wire, without its packet. */
export const recordSchema = z.object({
  from: z.enum(['tester', 'target']),
  at: z.number().describe('milliseconds since the case began'),
  role: z.enum(ROLES),
  segment: concrete.describe('in the notation, absolute numbers'),
  ports: z
    .object({ tester: z.number().int(), target: z.number().int() })
    .optional()
    .describe('of both ends, where several connections are in play'),
  icmp: z
    .enum(ICMP_ERROR_NAMES as readonly [IcmpErrorName, ...IcmpErrorName[]])
    .optional()
    .describe("the ICMP error that was sent, about that segment of the target's"),
  relative: notation.describe("in the notation, in terms of the target's TCB"),
});

export const toStoredRecord = ({ from, at, role, segment, ports, icmp, relative }: ReportRecord) => ({
  ...{ from, at, role, segment: printConcrete(segment), relative: printSegment(relative) },
  ...(ports ? { ports } : {}),
  ...(icmp ? { icmp } : {}),
});

const stateAfter = z.enum([...STATES, 'unknown']);
const proof = z.array(z.enum(EVIDENCE)).describe('what the proof of the state after has seen');
const told = z.string().describe('the text of an error');
const count = z.number().int();
const kind = <const Kinds extends readonly [string, ...string[]]>(...kinds: Kinds) => ({
  kind: z.enum(kinds),
});

const ending = z.object({ exitCode: count.optional(), signal: z.string().optional() });
const death = { deaths: count, trials: count };

/** What drives the application on the target. */
export const driverSchema = z.object({ name: z.string(), address: z.string().optional() });

const absence = z.discriminatedUnion('what', [
  z.object({ what: z.literal('process') }),
  z.object({ what: z.literal('address'), address: z.string() }),
  z.object({ what: z.literal('driver'), driver: driverSchema }),
]);

export const lossCauseSchema = z.discriminatedUnion('kind', [
  z.object({ ...kind('absent'), absence, ending: ending.optional(), seconds: z.number() }),
  z.object({ ...kind('absent after a restart'), absence }),
  z.object({ ...kind('restart failed', 'driver failed after a restart'), told }),
  z.object({ ...kind('no culprit', 'no time'), deaths: count }),
]);

export const deathSchema = z.object({
  ending: ending.optional(),
  cause: z.discriminatedUnion('kind', [
    z.object({
      ...kind('segment'),
      part: z.enum(['setup', 'stimulus', 'proof', 'farewell']),
      ...{ id: z.string(), family: familySchema },
    }),
    z.object({
      ...{ ...kind('unknown'), tried: count },
      likely: z
        .array(z.object({ id: z.string(), family: familySchema }))
        .optional()
        .describe('cases that were under way then, the most likely culprits first'),
    }),
    z.object({ ...kind('preflight'), repeated: z.boolean() }),
  ]),
});

/** A field of a reply to the preflight that is wrong. */
export const wrongFieldSchema = z.object({ field: z.string(), expected: z.string(), observed: z.string() });

const disagreement = z.object({
  ...kind('contradiction', 'no agreement'),
  seen: z.array(z.object({ count, kind: z.enum(KINDS), replies: count, stateAfter })),
});

const octets = z.number();
const what = <const Whats extends readonly [string, ...string[]]>(...whats: Whats) => ({
  what: z.enum(whats),
});

const lack = z.discriminatedUnion('what', [
  z.object({ what: z.enum(LACKS) }),
  z.object({
    ...what('tester address', 'calls over the family', 'way in over the family'),
    family: familySchema,
  }),
  z.object({ ...what('kind of listener'), listener: z.string() }),
  z.object({ ...what('choice of port'), ports: z.array(count) }),
  z.object({ ...what('upper tester'), ability: z.enum(ABILITIES), answer: z.string() }),
  z.object({ ...what('closed window', 'window of one segment'), octets }),
  z.object({ ...what('as told'), told }),
]);

const obstacle = z.discriminatedUnion('what', [
  z.object({ what: z.enum(OBSTACLES) }),
  z.object({ ...what('no answer'), awaited: z.enum(AWAITED), within: z.number() }),
  z.object({ ...what('open window', 'text not at once'), octets }),
  z.object({ ...what('upper tester'), primitive: z.string(), answer: z.string() }),
  z.object({ ...what('as told'), told }),
]);

/** Where results once held a sentence, it stands for what it tells of. */
function withoutTold(value: unknown): unknown {
  const { told, ...reason } = value as { kind?: string; told?: string };
  if (told === undefined) return value;
  if (reason.kind === 'not capable') return { lack: { what: 'as told', told }, ...reason };
  return reason.kind === 'not reached' ? { obstacle: { what: 'as told', told }, ...reason } : value;
}

const typedReason = z
  .discriminatedUnion('kind', [
    z.object(
      kind(
        ...(['SYN cookies', 'packets dropped', 'acknowledgment lost', 'text not told'] as const),
        'checksum right by accident',
      ),
    ),
    z.object(kind('stimulus late', 'target away')),
    z.object({
      ...kind('failed', 'engine lost', 'socket failed', 'not sent', 'path refuses'),
      told,
    }),
    z.object({ ...kind('not capable'), lack }),
    z.object({ ...kind('not reached'), step: z.enum(STEPS).optional(), obstacle }),
    z.object({ ...kind('not proven'), proof }),
    z.object({
      ...kind('blocked'),
      by: z.object({
        ...{ id: z.string(), step: z.enum(STEPS), family: familySchema },
        ...{ observed: z.array(notation), wrong: z.array(wrongFieldSchema) },
      }),
    }),
    z.object({ ...kind('tester late'), milliseconds: z.number() }),
    disagreement,
    z.object({ ...kind('died at times'), ...death }),
    z.object({ ...kind('dies on the way'), state: z.enum(STATES) }),
    z.object({ ...kind('target lost'), cause: lossCauseSchema }),
  ])
  .describe('why there is no verdict');
const reason = z.preprocess(withoutTold, typedReason);

/** What the path does to segments. */
export const pathSchema = z
  .object({ lost: z.number(), doubled: z.number(), reordered: z.number() })
  .describe('what the path does to segments, in percent');

const note = z.discriminatedUnion('kind', [
  z.object({ ...kind('void attempt'), attempt: count, why: reason }),
  z.object(kind('away before', 'away meanwhile')),
  z.object({
    ...kind('confirmed'),
    ...{ alike: count, connections: count },
    disturbed: pathSchema.optional(),
  }),
  disagreement,
]);

const step = count.optional().describe('of a case of several steps, from 1');
const outcome = z.object({ reply, then: z.enum(STATES).optional() });

const fault = z.discriminatedUnion('kind', [
  z.object({
    ...kind('field'),
    ...{ step, field: z.string(), expected: z.string(), observed: z.string() },
    due: z.number().optional().describe('the number that `expected` stands for'),
    relative: z.string().optional().describe('`observed` in terms of the TCB, the same in each run'),
  }),
  z.object({
    ...kind('replies'),
    step,
    expected: z.array(reply).describe('in the notation'),
    observed: z.array(notation).describe('in the notation'),
    again: z.literal(true).optional(),
  }),
  z.object({ ...kind('ICMP'), step, message: z.string() }),
  z.object({ ...kind('option'), step, rule: z.enum(OPTION_FAULTS) }),
  z.object({ ...kind('ISS'), step, iss: z.number(), old: z.number() }),
  z.object({ ...kind('state'), step, expected: z.enum(STATES), observed: stateAfter }),
  z.object({ ...kind('RCV.NXT'), step, observed: z.number(), offset: z.number() }),
  z.object({
    ...kind('time'),
    ...{ step, limit: z.enum(['within', 'not before']), expected: z.number(), observed: z.number() },
  }),
  z.object({ ...kind('back-off'), step, before: z.number(), observed: z.number() }),
  z.object({ ...kind('ISN'), step, iss: z.number() }),
  z.object({
    ...kind('delivered'),
    ...{ step, expected: z.number(), observed: z.number(), wrongAt: z.number().optional() },
  }),
  z.object({
    ...kind('aspect'),
    ...{ step, aspect: z.enum(ASPECTS), expected: z.string(), observed: z.string() },
  }),
  z.object({ ...kind('death'), step, ending: ending.optional(), ...death }),
]);

const judgement = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('conformant'), outcome: outcome.optional() }),
  z.object({
    verdict: z.literal('permitted'),
    taken: z.array(z.object({ step, outcome, better: z.array(outcome) })),
  }),
  z.object({
    verdict: z.literal('deviates'),
    outcome: outcome.optional().describe('the allowed outcome that is nearest to what was observed'),
    others: count.describe('how many other outcomes are allowed'),
    faults: z.array(fault),
  }),
  z.object({ verdict: z.literal('inconclusive'), why: reason }),
]);

const about = {
  id: z.string().min(1),
  title: z.string(),
  state: z.enum(STATES),
  origin: z.enum(['passive', 'active']).optional(),
  condition: z.string().optional().describe('the conditions, for people'),
  conditions: z.array(z.enum(CONDITION_IDS)).readonly().optional(),
  family: familySchema,
  send: z.string().describe('the stimulus as declared'),
  notes: z.array(note),
  records: z.array(recordSchema),
  calls: z
    .array(z.object({ step: z.number().int(), at: z.number() }))
    .optional()
    .describe(
      "the calls of the target's user: the step of the scenario, and milliseconds since the case began",
    ),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().nonnegative(),
  sentence: z
    .string()
    .optional()
    .describe("what the verdict of the run's profile says, for people; no program reads it back"),
};

const seen = {
  stimulus: readBy((text) => (text === '' ? [] : text.split(' ').map(concreteOf))).describe(
    'the stimulus as sent, absolute numbers',
  ),
  observed: z.array(concrete).describe('the replies, absolute numbers; empty for silence'),
  kind: z.enum(KINDS),
  stateAfter,
  proof,
  variables: z.partialRecord(z.enum(VARIABLES), z.number()),
};

const profiled = <T extends z.ZodType>(value: T) =>
  z.object(Object.fromEntries(PROFILES.map((p) => [p, value])) as Record<Profile, T>);

const verdicts = profiled(z.enum(VERDICTS));

/** One case of results.json. */
export const caseSchema = z
  .discriminatedUnion('outcome', [
    z.object({
      ...about,
      ...seen,
      outcome: z.literal('judged'),
      verdicts,
      judgements: z
        .array(z.object({ profiles: z.array(z.enum(PROFILES)), judgement }))
        .describe('profiles of which the same is said stand together'),
    }),
    z.object({ ...about, ...seen, outcome: z.literal('inconclusive'), verdicts, why: reason }),
    z.object({ ...about, outcome: z.literal('not run'), verdicts, why: reason }),
  ])
  .superRefine((stored, context) => {
    if (stored.outcome !== 'judged') return;
    for (const profile of PROFILES) {
      const own = stored.judgements.find(({ profiles }) => profiles.includes(profile));
      if (own?.judgement.verdict === stored.verdicts[profile]) continue;
      context.addIssue({ code: 'custom', path: ['judgements', profile], message: 'missing' });
    }
  });

/** A case as results.json holds it: without the packets, which the captures have. */
export type StoredCase = z.input<typeof caseSchema>;

/** @param profile the one of which the sentence for people tells */
export function toStored(result: ReportCase, profile: Profile): StoredCase {
  const records = result.records.map(toStoredRecord);
  const seen = seenOf(result);
  const sentence = reasonText(result, profile);
  const verdicts = byProfile((one) => verdictOf(result, one));
  const condition = conditionText(result.conditions);
  const { judgements, ...rest } = { judgements: undefined, ...result };
  return {
    ...rest,
    ...{ records, verdicts },
    ...(seen ? { stimulus: printAll(seen.stimulus).join(' '), observed: printAll(seen.observed) } : {}),
    ...(judgements ? { judgements: together(judgements) } : {}),
    ...(rest.outcome === 'judged' ? {} : { why: toStoredReason(rest.why) }),
    notes: rest.notes.map((one) => ('why' in one ? { ...one, why: toStoredReason(one.why) } : one)),
    ...(condition === undefined ? {} : { condition }),
    ...(sentence ? { sentence } : {}),
  } as unknown as StoredCase;
}

const printAll = (segments: readonly ConcreteSegment[]): string[] => segments.map(printConcrete);

const toStoredOutcome = ({ reply, ...rest }: Named) => ({ reply: printReply(reply), ...rest });

const toStoredReason = (why: Reason) =>
  why.kind === 'blocked' ? { ...why, by: { ...why.by, observed: why.by.observed.map(printSegment) } } : why;

const toStoredFault = (fault: Fault) =>
  fault.kind === 'replies'
    ? { ...fault, expected: fault.expected.map(printReply), observed: fault.observed.map(printSegment) }
    : fault;

const toStoredJudgement = (judgement: ProfileVerdict) => ({
  ...judgement,
  ...('outcome' in judgement && judgement.outcome ? { outcome: toStoredOutcome(judgement.outcome) } : {}),
  ...('faults' in judgement ? { faults: judgement.faults.map(toStoredFault) } : {}),
  ...('why' in judgement ? { why: toStoredReason(judgement.why) } : {}),
  ...('taken' in judgement
    ? {
        taken: judgement.taken.map((one) => ({
          ...{ ...one, outcome: toStoredOutcome(one.outcome), better: one.better.map(toStoredOutcome) },
        })),
      }
    : {}),
});

function together(judgements: Readonly<Record<Profile, ProfileVerdict>>) {
  const groups = new Map<string, { profiles: Profile[]; judgement: unknown }>();
  for (const profile of PROFILES) {
    const judgement = toStoredJudgement(judgements[profile]);
    const key = JSON.stringify(judgement);
    const group = groups.get(key);
    if (group) group.profiles.push(profile);
    else groups.set(key, { profiles: [profile], judgement });
  }
  return [...groups.values()];
}

/** What JSON leaves out, zod may hold as undefined; the cast says that it does not. */
export function fromStored({
  verdicts: _,
  sentence: __,
  condition: ___,
  ...stored
}: z.output<typeof caseSchema>): ReportCase {
  if (stored.outcome !== 'judged') return stored as ReportCase;
  const { judgements: groups, ...rest } = stored;
  const judgements = byProfile(
    (profile) => groups.find(({ profiles }) => profiles.includes(profile))?.judgement,
  );
  return { ...rest, judgements } as ReportCase;
}

const byProfile = <T>(of: (profile: Profile) => T): Record<Profile, T> =>
  Object.fromEntries(PROFILES.map((profile) => [profile, of(profile)])) as Record<Profile, T>;

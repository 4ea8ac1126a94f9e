import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readReply } from '../../catalogue/resolve.ts';
import { NotationError } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import { STATES } from '../../standard/state.ts';
import { KINDS } from '../../verdict/observed.ts';
import { familySchema } from '../stored-case.ts';
import { writeWhole } from '../write-whole.ts';

/** The file is no baseline, or not one for this run. The message is one sentence for the user. */
export class BaselineError extends Error {
  override name = 'BaselineError';
}

/** `baseline update` writes it where a person must give a reason. The gate refuses it. */
export const UNREVIEWED = 'unreviewed';

/** Whether a person has given a reason. */
export const isReviewed = ({ reason }: { readonly reason: string }): boolean =>
  !reason.toLowerCase().startsWith(UNREVIEWED);

function isRepliesText(text: string): boolean {
  try {
    // A TCP may send a segment without any control bit.
    readReply(text);
    return true;
  } catch (error) {
    if (error instanceof NotationError) return false;
    throw error;
  }
}

const about = { id: z.string().min(1), family: familySchema };
const observed = z
  .string()
  .refine(isRepliesText, 'is not in the notation')
  .describe('the replies, in terms of the TCB; or `silence`');
const stateAfter = z.enum([...STATES, 'unknown']);

const accepted = {
  reason: z.string().trim().min(1).describe('why it is accepted'),
  issue: z.string().min(1).optional().describe('where it is being dealt with'),
  date: z.iso.date().optional().describe('when it was accepted'),
};

const caseSchema = z.strictObject({
  ...about,
  verdict: z.enum(['deviates', 'permitted']),
  kind: z.enum(KINDS).describe('what was observed'),
  observed: observed.optional().describe('absent in baselines of version 0.1: then any reply of the kind'),
  stateAfter: stateAfter.optional(),
});

const permittedSchema = z.strictObject({ ...about, observed, stateAfter });

const findingSchema = z.strictObject({
  ...accepted,
  finding: z
    .string()
    .min(1)
    .optional()
    .describe('its id in the reports; several reasons may share a finding, and an update keeps them apart'),
  cases: z.array(caseSchema).min(1),
});

const unjudgedSchema = z.strictObject({ ...accepted, cases: z.array(z.strictObject(about)).min(1) });

const preflightFaultSchema = z.strictObject({
  id: z.string().min(1).describe('of the fault, e.g. `ack-to-a-closed-port.ipv4`'),
  observed: z.string().min(1).describe('the reply, or its wrong fields'),
  ...accepted,
});

const head = {
  suite: z.literal('segment-arrives'),
  target: z.string().min(1),
  profile: z.enum(PROFILES),
};

const permitted = z
  .array(permittedSchema)
  .optional()
  .describe('absent in baselines of version 0.1: then everything permitted passes');

export const baselineSchema = z.strictObject({
  ...head,
  preflightFaults: z
    .array(preflightFaultSchema)
    .optional()
    .describe('faults of the preflight that no case covers; the cases that they block are accepted too'),
  findings: z.array(findingSchema),
  unjudged: z
    .array(unjudgedSchema)
    .optional()
    .describe('cases that may have no verdict, written by hand; one that has a verdict counts as any other'),
  permitted,
});

/** Up to version 0.2, each case had a reason of its own. */
const byCaseSchema = z.strictObject({
  ...head,
  entries: z.array(caseSchema.extend(accepted)),
  findings: z.array(preflightFaultSchema).optional(),
  permitted,
});

/** An accepted result: of one case over one address family. */
export type AcceptedCase = z.infer<typeof caseSchema>;

/** What the target chose where the documents leave a choice. It needs no reason. */
export type PermittedChoice = z.infer<typeof permittedSchema>;

/** An accepted finding: results with one cause and one reason. */
export type AcceptedFinding = z.infer<typeof findingSchema>;

/** Cases that may have no verdict, and why. */
export type AcceptedUnjudged = z.infer<typeof unjudgedSchema>;

/** An accepted fault of the preflight. */
export type AcceptedFault = z.infer<typeof preflightFaultSchema>;

/** All results that are not conformant: accepted findings, and what is only permitted. Every other case must conform. */
export type Baseline = z.infer<typeof baselineSchema>;

/** An accepted result with the finding that it belongs to. */
export type BaselineEntry = AcceptedCase & { readonly finding: AcceptedFinding };

export const entriesOf = ({ findings }: Pick<Baseline, 'findings'>): readonly BaselineEntry[] =>
  findings.flatMap((finding) => finding.cases.map((one) => ({ ...one, finding })));

/** Why a case may have no verdict. */
export const unjudgedOf = ({ unjudged = [] }: Pick<Baseline, 'unjudged'>): ReadonlyMap<string, string> =>
  new Map(unjudged.flatMap(({ reason, cases }) => cases.map((one) => [keyOf(one), reason] as const)));

type Key = Pick<AcceptedCase, 'id' | 'family'>;

export const keyOf = ({ id, family }: Key): string => `${id} ${family}`;

/** By id, then by family; the same on every machine. */
export const inOrder = (a: Key, b: Key): number =>
  a.id === b.id ? a.family - b.family : a.id < b.id ? -1 : 1;

/** @throws BaselineError naming the first field that is wrong */
export function parseBaseline(text: string, name: string): Baseline {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new BaselineError(`${name} is not JSON: ${(error as Error).message}`);
  }
  const isByCase = typeof data === 'object' && data !== null && 'entries' in data;
  const parsed = isByCase ? byCaseSchema.safeParse(data) : baselineSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String) ?? [];
    const id = idAt(data, path);
    throw new BaselineError(
      `${name}: ${path.join('.') || 'the document'}${id ? ` (${id})` : ''}: ${issue?.message}`,
    );
  }
  if ('entries' in parsed.data) requireOrder(parsed.data.entries, name);
  const baseline = 'entries' in parsed.data ? byFinding(parsed.data) : parsed.data;
  const { findings, permitted = [], preflightFaults = [] } = baseline;
  for (const { cases } of [...findings, ...(baseline.unjudged ?? [])]) requireOrder(cases, name);
  requireOrder(permitted, name);
  const again = preflightFaults.find(
    ({ id }, index) => preflightFaults.findIndex((one) => one.id === id) < index,
  );
  if (again) throw new BaselineError(`${name} has the fault ${again.id} twice`);
  const keys = new Set<string>();
  for (const entry of entriesOf(baseline)) {
    const key = keyOf(entry);
    if (keys.has(key)) throw new BaselineError(`${name} has ${entry.id}, IPv${entry.family}, twice`);
    keys.add(key);
  }
  const both = permitted.find((choice) => keys.has(keyOf(choice)));
  if (both) throw new BaselineError(`${name} has ${both.id}, IPv${both.family}, in both lists`);
  return baseline;
}

/** The id of what a path leads to or through. */
function idAt(data: unknown, path: readonly string[]): string | undefined {
  let id: unknown;
  let at = data as Record<string, unknown> | undefined;
  for (const step of path) {
    at = at?.[step] as typeof at;
    id = at?.id ?? id;
  }
  return typeof id === 'string' ? id : undefined;
}

/** Cases of one reason are one finding. */
function byFinding({ entries, findings, ...rest }: z.infer<typeof byCaseSchema>): Baseline {
  const byReason = new Map<string, AcceptedFinding>();
  for (const { reason, issue, date, ...one } of entries) {
    const why = { reason, ...(issue ? { issue } : {}), ...(date ? { date } : {}) };
    const key = JSON.stringify(why);
    const known = byReason.get(key);
    if (known) known.cases.push(one);
    else byReason.set(key, { ...why, cases: [one] });
  }
  return {
    ...rest,
    findings: [...byReason.values()],
    ...(findings ? { preflightFaults: findings } : {}),
  };
}

function requireOrder(list: readonly Key[], name: string): void {
  for (const [index, one] of list.entries()) {
    const next = list[index + 1];
    if (!next) continue;
    const order = inOrder(one, next);
    if (order === 0) throw new BaselineError(`${name} has ${next.id}, IPv${next.family}, twice`);
    if (order > 0) {
      throw new BaselineError(`${name} is not sorted: ${next.id}, IPv${next.family}, is out of place`);
    }
  }
}

/** @throws BaselineError when it cannot be read or is not one */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BaselineError(`${file} could not be read: ${(error as Error).message}`);
  }
  return parseBaseline(text, file);
}

/** @throws BaselineError when the baseline is for another profile */
export function requireProfile(baseline: Baseline, profile: Profile): void {
  if (baseline.profile === profile) return;
  throw new BaselineError(
    `the baseline is for profile ${baseline.profile}, the results are judged by ${profile}`,
  );
}

/** One case per line, sorted: each change is one line of a diff. */
export function printBaseline({ findings, unjudged, permitted, preflightFaults, ...head }: Baseline): string {
  const lists = [
    ...(preflightFaults ? [` "preflightFaults": ${linesOf(preflightFaults.map(printLine), 2)}`] : []),
    ` "findings": ${linesOf(findings.map(printFinding), 2)}`,
    ...(unjudged ? [` "unjudged": ${linesOf(unjudged.map(printUnjudged), 2)}`] : []),
    ...(permitted ? [` "permitted": ${linesOf(sorted(permitted, permittedSchema), 2)}`] : []),
  ];
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n${lists.join(',\n')}\n}\n`;
}

const printFinding = ({ finding, cases, ...why }: AcceptedFinding): string =>
  printGroup({ finding, ...why }, sorted(cases, caseSchema));

const printUnjudged = ({ cases, ...why }: AcceptedUnjudged): string =>
  printGroup(why, sorted(cases, z.strictObject(about)));

function printGroup(about: Record<string, unknown>, cases: readonly string[]): string {
  const fields = Object.entries(about).filter(([, value]) => value !== undefined);
  const lines = fields.map(([key, value]) => `   "${key}": ${JSON.stringify(value)},`);
  return ['{', ...lines, `   "cases": ${linesOf(cases, 4)}`, '  }'].join('\n');
}

const printLine = (one: unknown): string => JSON.stringify(one);

/** In the schema's order of fields, whichever way they were made. */
const sorted = (list: readonly Key[], schema: z.ZodType): string[] =>
  [...list].sort(inOrder).map((one) => printLine(schema.parse(one)));

function linesOf(lines: readonly string[], indent: number): string {
  const space = ' '.repeat(indent);
  return lines.length === 0
    ? '[]'
    : `[\n${lines.map((line) => space + line).join(',\n')}\n${space.slice(1)}]`;
}

/** @throws ReportError when it cannot be written */
export const writeBaseline = (file: string, baseline: Baseline): void =>
  writeWhole(file, printBaseline(baseline));

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readReply } from '../../catalogue/resolve.ts';
import { NotationError } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import { STATES } from '../../standard/state.ts';
import { KINDS } from '../../verdict/observed.ts';
import { writeWhole } from '../results.ts';
import { familySchema } from '../stored-case.ts';

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
    return readReply(text).every(({ ctl }) => ctl.length > 0);
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

const entrySchema = z.strictObject({
  ...about,
  verdict: z.enum(['deviates', 'permitted']),
  kind: z.enum(KINDS).describe('what was observed'),
  observed: observed.optional().describe('absent in baselines of version 0.1: then any reply of the kind'),
  stateAfter: stateAfter.optional(),
  reason: z.string().trim().min(1).describe('why it is accepted'),
  issue: z.string().min(1).optional().describe('where it is being dealt with'),
  date: z.iso.date().optional().describe('when it was accepted'),
});

const permittedSchema = z.strictObject({ ...about, observed, stateAfter });

const findingSchema = z.strictObject({
  id: z.string().min(1).describe('of the finding, e.g. `ack-to-a-closed-port.ipv4`'),
  observed: z.string().min(1).describe('the reply, or its wrong fields'),
  reason: z.string().trim().min(1).describe('why it is accepted, and what it blocks'),
  issue: z.string().min(1).optional(),
  date: z.iso.date().optional(),
});

export const baselineSchema = z.strictObject({
  suite: z.literal('segment-arrives'),
  target: z.string().min(1),
  profile: z.enum(PROFILES),
  entries: z.array(entrySchema),
  findings: z
    .array(findingSchema)
    .optional()
    .describe('findings of the preflight that no entry covers; the cases that they block are accepted too'),
  permitted: z
    .array(permittedSchema)
    .optional()
    .describe('absent in baselines of version 0.1: then everything permitted passes'),
});

/** An accepted result: of one case over one address family. */
export type BaselineEntry = z.infer<typeof entrySchema>;

/** What the target chose where the documents leave a choice. It needs no reason. */
export type PermittedChoice = z.infer<typeof permittedSchema>;

/** An accepted finding of the preflight. */
export type AcceptedFinding = z.infer<typeof findingSchema>;

/** All results that are not conformant: accepted failures, and what is only permitted. Every other case must conform. */
export type Baseline = z.infer<typeof baselineSchema>;

type Key = Pick<BaselineEntry, 'id' | 'family'>;

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
  const parsed = baselineSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String) ?? [];
    const entry = (data as { entries?: { id?: unknown }[] }).entries?.[Number(path[1])];
    const id = typeof entry?.id === 'string' ? ` (${entry.id})` : '';
    throw new BaselineError(`${name}: ${path.join('.') || 'the document'}${id}: ${issue?.message}`);
  }
  const { entries, permitted = [], findings = [] } = parsed.data;
  requireOrder(entries, name);
  requireOrder(permitted, name);
  const again = findings.find(({ id }, index) => findings.findIndex((one) => one.id === id) < index);
  if (again) throw new BaselineError(`${name} has the finding ${again.id} twice`);
  const keys = new Set(entries.map(keyOf));
  const both = permitted.find((choice) => keys.has(keyOf(choice)));
  if (both) throw new BaselineError(`${name} has ${both.id}, IPv${both.family}, in both lists`);
  return parsed.data;
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

/** One entry per line, sorted: each change is one line of a diff. */
export function printBaseline({ entries, permitted, findings, ...head }: Baseline): string {
  const lists = [
    ...(findings ? [printLines('findings', findings)] : []),
    printList('entries', entries, entrySchema),
    ...(permitted ? [printList('permitted', permitted, permittedSchema)] : []),
  ];
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n${lists.join(',\n')}\n}\n`;
}

/** In the schema's order of fields, whichever way an entry was made. */
const printList = (name: string, list: readonly Key[], schema: z.ZodType): string =>
  printLines(
    name,
    [...list].sort(inOrder).map((one) => schema.parse(one)),
  );

function printLines(name: string, list: readonly unknown[]): string {
  const lines = list.map((one) => `  ${JSON.stringify(one)}`);
  return ` "${name}": ${lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n ]`}`;
}

/** @throws ReportError when it cannot be written */
export const writeBaseline = (file: string, baseline: Baseline): void =>
  writeWhole(file, printBaseline(baseline));

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PROFILES, type Profile } from '../../spec/profile.ts';
import { STATES } from '../../spec/state.ts';
import { KINDS } from '../../verdict/result.ts';
import { writeWhole } from '../results.ts';

/** A baseline that is none, or is not for this run; the message is one sentence for the user. */
export class BaselineError extends Error {
  override name = 'BaselineError';
}

/** What `baseline update` writes where a person has to say why; the gate refuses it. */
export const UNREVIEWED = 'unreviewed';

const entrySchema = z.strictObject({
  id: z.string().min(1),
  family: z.union([z.literal(4), z.literal(6)]),
  verdict: z.enum(['deviates', 'permitted']),
  kind: z.enum(KINDS).describe('what was observed'),
  stateAfter: z.enum([...STATES, 'unknown']).optional(),
  reason: z.string().trim().min(1).describe('why it is accepted'),
  issue: z.string().min(1).optional().describe('where it is being dealt with'),
  date: z.iso.date().optional().describe('when it was accepted'),
});

export const baselineSchema = z.strictObject({
  suite: z.literal('segment-arrives'),
  target: z.string().min(1),
  profile: z.enum(PROFILES),
  entries: z.array(entrySchema),
});

/** An accepted result: of one case over one address family. */
export type BaselineEntry = z.infer<typeof entrySchema>;

/** Every result of a target that is not conformant and was accepted; what is absent must conform. */
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
  const { entries } = parsed.data;
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1];
    if (!next) continue;
    const order = inOrder(entry, next);
    if (order === 0) throw new BaselineError(`${name} has ${next.id}, IPv${next.family}, twice`);
    if (order > 0) {
      throw new BaselineError(`${name} is not sorted: ${next.id}, IPv${next.family}, is out of place`);
    }
  }
  return parsed.data;
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

/**
 * Of verdicts under one profile, a baseline for another says nothing.
 *
 * @throws BaselineError
 */
export function requireProfile(baseline: Baseline, profile: Profile): void {
  if (baseline.profile === profile) return;
  throw new BaselineError(
    `the baseline is for profile ${baseline.profile}, the results are judged by ${profile}`,
  );
}

/** An entry a line, sorted: a change is a line of a diff. */
export function printBaseline({ entries, ...head }: Baseline): string {
  const lines = [...entries].sort(inOrder).map((entry) => `  ${JSON.stringify(ordered(entry))}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n ]`;
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "entries": ${list}\n}\n`;
}

const ordered = ({ id, family, verdict, kind, stateAfter, reason, issue, date }: BaselineEntry) => ({
  id,
  family,
  verdict,
  kind,
  stateAfter,
  reason,
  issue,
  date,
});

/** @throws ReportError when it cannot be written */
export const writeBaseline = (file: string, baseline: Baseline): void =>
  writeWhole(file, printBaseline(baseline));

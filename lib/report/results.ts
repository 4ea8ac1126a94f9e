import { openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { findingsOf } from './findings.ts';
import type { ReportCase, Run } from './run.ts';
import {
  caseSchema,
  deathSchema,
  familySchema,
  fromStored,
  lossCauseSchema,
  toStored,
} from './stored-case.ts';
import { findingSchema, toStoredFinding } from './stored-finding.ts';
import { middleboxSchema, toStoredMiddlebox } from './stored-middlebox.ts';
import { preflightFaultSchema, toStoredFault } from './stored-preflight-fault.ts';
import { targetSchema } from './stored-target.ts';
import { ReportError, writeWhole } from './write-whole.ts';

/**
 * Of results.json. Format 1 (up to version 0.2) held sentences where this one holds data. In format 2, the faults of the preflight
 * were its `findings`, and the findings `caseFindings`.
 */
const FORMAT = 3;

/** The schema of results.json. It is stable within a format: fields are added; readers skip fields they do not know. */
export const resultsSchema = z.object({
  suite: z.literal('segment-arrives'),
  format: z.literal(FORMAT),
  version: z.string(),
  seed: z.union([z.number(), z.string()]),
  target: targetSchema,
  profile: z.enum(PROFILES),
  strict: z.boolean(),
  shard: z
    .object({ part: z.number(), of: z.number() })
    .optional()
    .describe('which part of the cases was asked for, counted from 1'),
  slowUnasked: z
    .number()
    .optional()
    .describe('how many cases are slow and were not asked for, one for each family'),
  startedAt: z.iso.datetime({ offset: true }),
  durationMs: z.number().nonnegative(),
  complete: z.boolean().describe('false when the run was cut short, or the target was lost'),
  loss: z
    .object({
      cause: lossCauseSchema,
      onTheWire: z
        .array(z.object({ id: z.string(), family: familySchema }))
        .describe('the cases that were under way then, the most likely culprits first'),
    })
    .optional()
    .describe('the target was given up on the way'),
  deaths: z
    .array(deathSchema)
    .optional()
    .describe('the target died on the way and was up again, in the order in which it did'),
  preflightFaults: z
    .array(preflightFaultSchema)
    .optional()
    .describe('what was found wrong with the target before the first case'),
  middleboxes: z
    .array(middleboxSchema)
    .optional()
    .describe(
      'what something between tester and target seems to have done: then the run judges the path, too',
    ),
  findings: z
    .array(findingSchema)
    .optional()
    .describe(
      'what the results amount to: one for each likely cause, the most serious first; absent in older results',
    ),
  cases: z.array(caseSchema),
});

/** The JSON Schema of results.json, as it is published. */
export const resultsJsonSchema = () => z.toJSONSchema(resultsSchema, { io: 'input' });

/** What results.json holds. */
export type Results = z.input<typeof resultsSchema>;

/** The run as results.json holds it. */
export function toResults(run: Run): Results {
  return { ...headOf(run), cases: run.cases.map((result) => toStored(result, run.profile)) };
}

function headOf(run: Run): Omit<Results, 'cases'> {
  const { version, seed, target, profile, strict, startedAt, durationMs, complete, ...rest } = run;
  const { shard, slowUnasked, loss, deaths, preflightFaults, middleboxes } = rest;
  return {
    ...{ suite: 'segment-arrives', format: FORMAT, version, seed, target, profile, strict, startedAt },
    ...{ shard, slowUnasked, durationMs, complete, loss, deaths },
    preflightFaults: preflightFaults?.map(toStoredFault),
    middleboxes: middleboxes?.map(toStoredMiddlebox),
    findings: [...findingsOf(run), ...findingsOf(run, 'permitted')].map((one) => toStoredFinding(one, run)),
    // What is undefined JSON leaves out, and the arrays of a run are only read.
  } as unknown as Omit<Results, 'cases'>;
}

/**
 * The text of results.json: one case per line, so that line tools and diffs are of use. Made one by one: all of them would take as much
 * memory again as the run.
 *
 * @param known gives lines that have been made already
 */
function* linesOf(
  run: Run,
  known: (result: ReportCase) => Uint8Array | undefined,
): Generator<string | Uint8Array> {
  yield `${JSON.stringify(headOf(run), null, 1).slice(0, -2)},\n "cases": [\n`;
  for (const [index, result] of run.cases.entries()) {
    if (index > 0) yield ',\n';
    yield known(result) ?? lineOf(result, run.profile);
  }
  yield '\n]}\n';
}

const lineOf = (result: ReportCase, profile: Profile): string => JSON.stringify(toStored(result, profile));

/** The lines of the cases, made while the run goes on. They wait in a file that has no name, so that no end of the run leaves it. */
export class EarlyLines {
  readonly #places = new Map<ReportCase, { readonly at: number; readonly length: number }>();
  readonly #directory: string;
  readonly #profile: Profile;
  #handle: number | undefined;
  #end = 0;

  /** @param directory exists */
  constructor(directory: string, profile: Profile) {
    this.#directory = directory;
    this.#profile = profile;
  }

  /** What cannot be written now, {@link writeResults} makes again. */
  add(result: ReportCase): void {
    const line = Buffer.from(lineOf(result, this.#profile));
    try {
      this.#handle ??= nameless(join(this.#directory, `.cases-${process.pid}`));
      if (writeSync(this.#handle, line, 0, line.length, this.#end) < line.length) return;
      this.#places.set(result, { at: this.#end, length: line.length });
      this.#end += line.length;
    } catch {}
  }

  of(result: ReportCase): Uint8Array | undefined {
    const place = this.#places.get(result);
    if (!place || this.#handle === undefined) return undefined;
    const line = Buffer.alloc(place.length);
    return readSync(this.#handle, line, 0, place.length, place.at) === place.length ? line : undefined;
  }
}

function nameless(file: string): number {
  const handle = openSync(file, 'w+');
  rmSync(file);
  return handle;
}

/**
 * Writes `results.json` into the directory, which is made if need be; the file is complete or not there at all.
 *
 * @param early lines that have been made already
 * @returns its path
 * @throws ReportError when it cannot be written
 */
export function writeResults(directory: string, run: Run, early?: EarlyLines): string {
  const file = join(directory, 'results.json');
  writeWhole(
    file,
    linesOf(run, (result) => early?.of(result)),
  );
  return file;
}

/**
 * Reads a results.json back; what it left out (the packets) stays out.
 *
 * @param isOlderRead takes format 1 as well, of which only verdicts and observations are known then
 * @throws ReportError when it cannot be read or is not one; the message names the field
 */
export function readResults(file: string, isOlderRead = false): Run {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ReportError(`${file} could not be read: ${(error as Error).message}.`, { cause: error });
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`${file} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
  return parseResults(isOlderRead ? withoutSentences(data) : data, file);
}

/**
 * A run from the value of a results.json.
 *
 * @param name what the error calls it
 * @throws ReportError naming the first field that is wrong, and its case
 */
export function parseResults(data: unknown, name: string): Run {
  if (isOlder(data)) {
    throw new ReportError(
      `${name} was written by an older version, whose results hold sentences in place of data: run the suite again, or read it with \`segment-arrives diff\`, which compares older results with new ones.`,
    );
  }
  const parsed = resultsSchema.safeParse(withNewNames(data));
  if (parsed.success) return fromResults(parsed.data);
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  const id = path[0] === 'cases' ? caseId(data, Number(path[1])) : undefined;
  const where = path.join('.') || 'the document';
  throw new ReportError(`${name}: ${where}${id ? ` (${id})` : ''}: ${issue?.message ?? 'not valid'}.`);
}

const isOlder = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'suite' in data && !('format' in data);

/** Format 2 with the names of this one. */
function withNewNames(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('format' in data) || data.format !== 2) return data;
  const { findings, caseFindings, ...rest } = data as { findings?: unknown; caseFindings?: unknown };
  return { ...rest, format: FORMAT, preflightFaults: findings, findings: caseFindings };
}

interface OlderResults {
  readonly target?: { readonly facts?: unknown };
  readonly cases?: readonly OlderCase[];
  readonly loss?: unknown;
  readonly findings?: unknown;
}

interface OlderCase {
  readonly reason?: string;
  readonly byCapability?: boolean;
  readonly outcome?: string;
  readonly stimulus?: string;
  readonly verdicts: Readonly<Record<string, string>>;
}

/** Results of format 1 with what a comparison takes: verdicts and observations. */
function withoutSentences(data: unknown): unknown {
  if (!isOlder(data)) return data;
  const { cases = [], loss: _, findings: __, target, ...head } = data as OlderResults;
  const { facts: ___, ...about } = target ?? {};
  return { ...head, format: 2, target: about, cases: cases.map(caseWithoutSentences) };
}

function caseWithoutSentences({ reason, byCapability, ...rest }: OlderCase): unknown {
  const told = reason ?? '';
  const why = byCapability
    ? { kind: 'not capable', lack: { what: 'as told', told } }
    : { kind: 'failed', told };
  const others = { conformant: {}, permitted: { taken: [] }, deviates: { others: 0, faults: [] } };
  const judgements = Object.entries(rest.verdicts).map(([profile, verdict]) => ({
    profiles: [profile],
    judgement: { verdict, ...(others[verdict as keyof typeof others] ?? { why }) },
  }));
  const sent = rest.stimulus !== undefined && rest.stimulus !== '';
  const outcome = rest.outcome ?? (reason === undefined ? 'judged' : sent ? 'inconclusive' : 'not run');
  return { ...rest, outcome, judgements, why, notes: [], proof: [] };
}

function caseId(data: unknown, index: number): string | undefined {
  const id = (data as { cases?: { id?: unknown }[] }).cases?.[index]?.id;
  return typeof id === 'string' ? id : undefined;
}

function fromResults({
  suite: _,
  format: __,
  findings: ___,
  cases,
  ...head
}: z.output<typeof resultsSchema>): Run {
  return { ...(head as Omit<Run, 'cases'>), cases: cases.map(fromStored) };
}

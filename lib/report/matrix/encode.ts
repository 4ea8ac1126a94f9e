import type { Case } from '../../spec/case.ts';
import { PROFILES } from '../../spec/profile.ts';
import { KINDS, ROLES, VERDICTS } from '../../verdict/result.ts';
import { captureName } from '../capture-name.ts';
import { outcomeText } from '../expectation.ts';
import { byState, deviatesSomewhere, stateName } from '../judgement.ts';
import type { ReportCase, Run } from '../run.ts';

/*
 * What the page carries. Four stacks are some 7000 results, hence: every text once, in a table, and elsewhere its index;
 * results and records as tuples. page/data.js reads it back; the two must be changed together.
 */

export interface MatrixData {
  readonly texts: readonly string[];
  readonly profiles: readonly string[];
  readonly cases: readonly EncodedCase[];
  readonly runs: readonly EncodedRun[];
}

/** id, title, state, condition or -1, send, citations, expectation per profile: all indices of texts. */
export type EncodedCase = readonly [number, number, number, number, number, number[], number[][]];

export interface EncodedRun extends Omit<Run, 'cases'> {
  /** How the run is called in a permanent link. */
  readonly slug: string;
  readonly results: readonly EncodedResult[];
}

/**
 * case, family, kind, state after, verdicts, stimulus, observed, proof, reasons (-1 for none), why inconclusive or -1,
 * by capability, notes, variables as `name value` pairs, records, milliseconds, capture or -1.
 */
export type EncodedResult = readonly [
  number,
  4 | 6,
  number,
  number,
  number[],
  string,
  string[],
  number,
  number[],
  number,
  0 | 1,
  number[],
  (number | undefined)[],
  number[],
  number,
  number,
];

/** In a record's code, what it was to the case; the target's segments are {@link FROM_TARGET} higher. */
const FROM_TARGET = 8;

/** Each text once. */
class TextTable {
  readonly texts: string[] = [];
  readonly #index = new Map<string, number>();

  of(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    this.#index.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  ifAny(text: string | undefined): number {
    return text ? this.of(text) : -1;
  }
}

/** The runs side by side; expectations and citations are those of the cases given. */
export function encodeMatrix(runs: readonly Run[], cases: readonly Case[]): MatrixData {
  const table = new TextTable();
  const known = new Map(cases.map((testCase) => [testCase.id, testCase]));
  const rows = new Map<string, number>();
  const encoded: EncodedCase[] = [];
  for (const group of byState(runs.flatMap((run) => run.cases))) {
    for (const result of group.cases) {
      if (rows.has(result.id)) continue;
      rows.set(result.id, encoded.push(encodeCase(result, known.get(result.id), table)) - 1);
    }
  }
  const slugs = slugsOf(runs);
  return {
    texts: table.texts,
    profiles: PROFILES,
    cases: encoded,
    runs: runs.map(({ cases: results, ...run }, index) => ({
      ...run,
      slug: slugs[index] as string,
      results: results.map((result) => encodeResult(result, rows.get(result.id) as number, table)),
    })),
  };
}

function encodeCase(result: ReportCase, testCase: Case | undefined, table: TextTable): EncodedCase {
  return [
    table.of(result.id),
    table.of(result.title),
    table.of(stateName(result)),
    table.ifAny(result.condition),
    table.of(result.send),
    (testCase?.cite ?? []).map((cite) => table.of(cite)),
    PROFILES.map((profile) => (testCase?.expect[profile] ?? []).map((one) => table.of(outcomeText(one)))),
  ];
}

function encodeResult(result: ReportCase, row: number, table: TextTable): EncodedResult {
  const captured = deviatesSomewhere(result) && result.records.length > 0;
  return [
    row,
    result.family,
    KINDS.indexOf(result.kind),
    table.of(result.stateAfter),
    PROFILES.map((profile) => VERDICTS.indexOf(result.verdicts[profile])),
    result.stimulus,
    [...result.observed],
    table.ifAny(result.proof),
    PROFILES.map((profile) => table.ifAny(result.reasons[profile])),
    table.ifAny(result.inconclusive?.reason),
    result.inconclusive?.byCapability ? 1 : 0,
    result.notes.map((note) => table.of(note)),
    Object.entries(result.variables).flatMap(([name, value]) => [table.of(name), value]),
    result.records.flatMap(({ at, from, role, relative }) => [
      Math.round(at * 100) / 100,
      ROLES.indexOf(role) + (from === 'target' ? FROM_TARGET : 0),
      table.of(relative),
    ]),
    Math.round(result.durationMs * 10) / 10,
    captured ? table.of(captureName(result)) : -1,
  ];
}

/** Names fit for a link, and unlike each other. */
function slugsOf(runs: readonly Run[]): string[] {
  const taken = new Set<string>();
  return runs.map((run) => {
    const plain =
      run.target.name
        .toLowerCase()
        .replace(/[^a-z0-9.]+/g, '-')
        .replace(/^-|-$/g, '') || 'target';
    let slug = plain;
    for (let number = 2; taken.has(slug); number += 1) slug = `${plain}-${number}`;
    taken.add(slug);
    return slug;
  });
}

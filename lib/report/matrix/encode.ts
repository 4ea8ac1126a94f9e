import { PROFILES, type Profile } from '../../standard/profile.ts';
import { isBeyondCapability } from '../../verdict/reason.ts';
import { KINDS, ROLES, seenOf, VERDICTS, verdictOf } from '../../verdict/result.ts';
import { compareFields, type FieldComparison } from '../comparison.ts';
import { faultText, openTexts, outcomeTags } from '../expectation.ts';
import { findingFields, findingLadder, findingLine, ordered } from '../findings.ts';
import { byState, stateName } from '../judgement.ts';
import { hasPackets } from '../pcapng.ts';
import type { ReportCase, Run } from '../run.ts';
import { say } from '../say.ts';
import { circumstance, ruleTexts, type Subject } from '../subject.ts';
import { factTexts } from '../target-facts.ts';
import { TextTable } from './text-table.ts';

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

/**
 * id, title, state, circumstance or -1, send, citations, rules, steps (who, what), outcomes per profile (reply, and what follows it), why
 * it is left open per profile: all indices of texts.
 */
export type EncodedCase = readonly [
  number,
  number,
  number,
  number,
  number,
  number[],
  number[],
  (readonly [number, number])[],
  (readonly [number, number])[][],
  number[][],
];

/** A finding of the preflight: its line, its fields as name and value, and its packets. */
export interface EncodedFinding {
  readonly gravity: string;
  readonly line: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly ladder: readonly string[];
}

export interface EncodedRun extends Omit<Run, 'cases' | 'findings' | 'deaths'> {
  /** A line each. */
  readonly deaths: readonly string[];
  readonly findings: readonly EncodedFinding[];
  /** What is known of the target: a name and a text each. */
  readonly facts: readonly (readonly [string, string])[];
  /** How the run is called in a permanent link. */
  readonly slug: string;
  /** What the names of its captures begin with, seen from the page. */
  readonly captures: string;
  readonly results: readonly EncodedResult[];
}

/**
 * case, family, kind, state after (both -1 for none), verdicts, stimulus, observed, proof, reasons (-1 for none), comparisons (-1 for none),
 * why inconclusive or -1, by capability, notes, variables as `name value` pairs, records, milliseconds, captured.
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
  number[],
  number,
  0 | 1,
  number[],
  (number | undefined)[],
  number[],
  number,
  0 | 1,
];

/** Where the captures of a run lie. */
export interface Captures {
  /** The way from the page to the folder of the reports: empty, or ending in a slash. */
  readonly base: string;
  has(result: ReportCase): boolean;
}

/** Beside the page, for each case that has packets. */
const BESIDE: Captures = { base: '', has: hasPackets };

/** In a record's code, what it was to the case; the target's segments are {@link FROM_TARGET} higher. */
const FROM_TARGET = 8;

/** The runs side by side; expectations and citations are those of the subjects given. */
export function encodeMatrix(
  runs: readonly Run[],
  subjects: readonly Subject[],
  captures: readonly Captures[] = [],
): MatrixData {
  const encoder = new Encoder(subjects);
  for (const group of byState(runs.flatMap((run) => run.cases))) {
    for (const result of group.cases) encoder.addCase(result);
  }
  const slugs = slugsOf(runs);
  return {
    texts: encoder.table.texts,
    profiles: PROFILES,
    cases: encoder.cases,
    runs: runs.map((whole, index) => {
      const { cases: results, findings: _, deaths: __, ...run } = whole;
      const { base, has } = captures[index] ?? BESIDE;
      return {
        ...run,
        slug: slugs[index] as string,
        captures: base,
        deaths: say.deaths(whole.deaths),
        facts: factTexts(run.target),
        findings: ordered(whole).map((finding) => ({
          gravity: finding.gravity,
          line: findingLine(finding, whole),
          fields: findingFields(finding),
          ladder: findingLadder(finding).map(({ text }) => text),
        })),
        results: results.map((result) => encoder.result(result, has(result))),
      };
    }),
  };
}

class Encoder {
  readonly table = new TextTable();
  readonly cases: EncodedCase[] = [];
  readonly #rows = new Map<string, number>();
  readonly #subjects: ReadonlyMap<string, Subject>;

  constructor(subjects: readonly Subject[]) {
    this.#subjects = new Map(subjects.map((subject) => [subject.id, subject]));
  }

  addCase(result: ReportCase): void {
    if (this.#rows.has(result.id)) return;
    const subject = this.#subjects.get(result.id);
    const { table } = this;
    const all = (texts: readonly string[] = []) => texts.map((text) => table.of(text));
    const pair = ([one, other]: readonly [string, string]) => [table.of(one), table.of(other)] as const;
    const encoded: EncodedCase = [
      table.of(result.id),
      table.of(result.title),
      table.of(stateName(result)),
      table.ifAny(circumstance(result, subject)),
      table.of(result.send),
      all(subject?.cite),
      all(subject && ruleTexts(subject)),
      (subject?.steps ?? []).map(pair),
      PROFILES.map((profile) =>
        (subject?.expect?.[profile] ?? []).map((outcome) =>
          pair([outcome.reply, `, then ${outcome.then}${outcomeTags(outcome)}`]),
        ),
      ),
      PROFILES.map((profile) => all(subject && openTexts(subject, profile))),
    ];
    this.#rows.set(result.id, this.cases.push(encoded) - 1);
  }

  result(result: ReportCase, captured: boolean): EncodedResult {
    const { table } = this;
    const seen = seenOf(result);
    const why = result.outcome === 'judged' ? undefined : result.why;
    const fields = PROFILES.map((profile) => differing(result, profile));
    // Where the fields show what is wrong, the judge's reason says no more.
    const reasons = PROFILES.map((profile, index) =>
      // Why no profile has a verdict is told once.
      (fields[index] ?? []).length === 0 && !why ? faultText(result, profile) : '',
    );
    return [
      this.#rows.get(result.id) as number,
      result.family,
      seen ? KINDS.indexOf(seen.kind) : -1,
      table.ifAny(seen?.stateAfter),
      PROFILES.map((profile) => VERDICTS.indexOf(verdictOf(result, profile))),
      seen?.stimulus ?? '',
      [...(seen?.observed ?? [])],
      table.ifAny(seen && say.evidence(seen.proof)),
      reasons.map((reason) => table.ifAny(reason)),
      fields.map((lines) => table.ifAny(lines.length > 0 ? JSON.stringify(lines.map(compared)) : '')),
      table.ifAny(why && say.reason(why)),
      why && isBeyondCapability(why) ? 1 : 0,
      result.notes.map((note) => table.of(say.note(note))),
      Object.entries(seen?.variables ?? {}).flatMap(([name, value]) => [table.of(name), value]),
      result.records.flatMap(({ at, from, role, relative }) => [
        Math.round(at * 100) / 100,
        ROLES.indexOf(role) + (from === 'target' ? FROM_TARGET : 0),
        table.of(relative),
      ]),
      Math.round(result.durationMs * 10) / 10,
      captured ? 1 : 0,
    ];
  }
}

/** Where all is as expected, there is nothing to compare. */
const differing = (result: ReportCase, profile: Profile): readonly FieldComparison[] =>
  verdictOf(result, profile) === 'deviates' ? compareFields(result, profile) : [];

const compared = ({ mark, field, expected, observed }: FieldComparison) => [mark, field, expected, observed];

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

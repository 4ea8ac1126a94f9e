import { deflateRawSync } from 'node:zlib';
import { printReply } from '../../catalogue/resolve.ts';
import { whyUncovered } from '../../catalogue/uncovered.ts';
import type { Finding } from '../../findings/findings.ts';
import { printConcrete } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import { isBeyondCapability } from '../../verdict/reason.ts';
import { seenOf, verdictOf } from '../../verdict/result.ts';
import {
  findingExtent,
  findingHarm,
  findingRule,
  findingSelection,
  findingsOf,
  shortestOf,
} from '../findings.ts';
import { casesOf, type FindingRow, findingRows } from '../finding-rows.ts';
import { findingTitle } from '../finding-title.ts';
import { alsoOn } from '../elsewhere.ts';
import { compareFields, type FieldComparison } from '../comparison.ts';
import { faultText, openTexts, outcomeTags } from '../expectation.ts';
import { isNumbered, ruleOf } from '../../standard/rules.ts';
import { faultFields, faultLadder, faultLine, ordered } from '../preflight-faults.ts';
import { byState, stateName } from '../groups.ts';
import { middleboxHeadline, middleboxLadder, middleboxLine } from '../middleboxes.ts';
import { hasPackets } from '../pcapng.ts';
import { type ReportCase, type Run, recordTexts } from '../run.ts';
import { requirementVerdicts, standingsText } from '../requirements.ts';
import { say } from '../say.ts';
import { circumstance, ruleTexts, type Subject } from '../subject.ts';
import { callsOf } from '../ladder.ts';
import { factTexts } from '../target-facts.ts';

/** What the page is made of. */
export type MatrixData = ReturnType<typeof matrixData>;

/** Where the captures of a run are. */
export interface Captures {
  /** The path from the page to the folder of the reports: empty, or ending in a slash. */
  readonly base: string;
  has(result: ReportCase): boolean;
}

const BESIDE_THE_PAGE: Captures = { base: '', has: hasPackets };

/** What the page shows: a row for each case, and the results of each run. */
export function matrixData(
  runs: readonly Run[],
  subjects: readonly Subject[],
  captures: readonly Captures[] = [],
) {
  const known = new Map(subjects.map((subject) => [subject.id, subject]));
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const { cases } of byState(runs.flatMap((run) => run.cases))) {
    for (const result of cases) {
      if (!rows.has(result.id)) rows.set(result.id, rowOf(result, known.get(result.id)));
    }
  }
  const slugs = slugsOf(runs);
  const compared = findingRows(runs);
  return {
    profiles: PROFILES,
    rows: [...rows.values()],
    stacks: runs.map((run, index) => ({
      ...stackOf(run, slugs[index] as string, captures[index] ?? BESIDE_THE_PAGE),
      // For each profile; of several stacks, only under that of the run.
      findings: PROFILES.map((profile) =>
        runs.length > 1 && profile !== run.profile
          ? []
          : findingsOf({ ...run, profile }).map((finding) => ({
              ...findingOf(finding, run),
              also:
                runs.length > 1 ? othersWith(finding, compared, runs) : alsoOn(finding, { ...run, profile }),
            })),
      ),
    })),
    findingRows: runs.length > 1 ? compared.map((row) => comparedOf(row, runs)).sort(byStacks) : [],
  };
}

/** The other stacks that have a finding. */
function othersWith(finding: Finding, rows: readonly FindingRow[], runs: readonly Run[]): string[] {
  const byRun = rows.find((row) => row.byRun.includes(finding))?.byRun ?? [];
  return runs.flatMap(({ target }, at) => (byRun[at] && byRun[at] !== finding ? [target.name] : []));
}

/** A finding beside the stacks: of each that has it, how many cases show it, and the shortest of them. */
function comparedOf({ byRun }: FindingRow, runs: readonly Run[]) {
  const largest = [...byRun].sort((a, b) => casesOf(b) - casesOf(a))[0];
  return {
    title: largest ? findingTitle(largest) : '',
    /** Null for a stack without it. */
    cells: byRun.map((finding, at) =>
      finding ? { count: casesOf(finding), shortest: findingOf(finding, runs[at] as Run).shortest } : null,
    ),
  };
}

type Compared = ReturnType<typeof comparedOf>;

/** Those that most stacks have come first. */
const byStacks = (a: Compared, b: Compared): number =>
  b.cells.filter((cell) => cell !== null).length - a.cells.filter((cell) => cell !== null).length;

function rowOf(result: ReportCase, subject: Subject | undefined) {
  return {
    id: result.id,
    title: result.title,
    state: stateName(result),
    condition: circumstance(result, subject),
    send: result.send,
    cite: subject?.cite ?? [],
    rules: subject ? ruleTexts(subject) : [],
    steps: subject?.steps ?? [],
    expect: PROFILES.map((profile) =>
      (subject?.expect?.[profile] ?? []).map(
        (outcome) => [printReply(outcome.reply), `, then ${outcome.then}${outcomeTags(outcome)}`] as const,
      ),
    ),
    open: PROFILES.map((profile) => (subject ? openTexts(subject, profile) : [])),
  };
}

function stackOf(run: Run, slug: string, { base, has }: Captures) {
  const { target, version, seed, profile, strict, startedAt, durationMs, complete } = run;
  return {
    ...{ name: target.name, address: target.address, version, seed, profile, strict, startedAt },
    ...{ durationMs, complete, slug, captures: base },
    deaths: say.deaths(run.deaths),
    facts: factTexts(target),
    middleboxHeadline: middleboxHeadline(run),
    middleboxes: (run.middleboxes ?? []).map((one) => ({
      line: middleboxLine(one),
      ladder: middleboxLadder(one).map(({ text }) => text),
    })),
    preflightFaults: ordered(run).map((fault) => ({
      gravity: fault.gravity,
      line: faultLine(fault, run),
      fields: faultFields(fault),
      ladder: faultLadder(fault).map(({ text }) => text),
    })),
    ...requirementsOf(run),
    results: run.cases.map((result) => resultOf(result, has(result))),
  };
}

/** RFC 9293's numbered requirements: how each stands, with the cases that decide, or why none does. */
function requirementsOf(run: Run) {
  const verdicts = requirementVerdicts(run).filter(({ id }) => isNumbered(id));
  return {
    standings: standingsText(run),
    requirements: verdicts.map(({ id, standing, cases }) => {
      const why = cases.length > 0 ? '' : (whyUncovered(id) ?? 'no case of it has a verdict here');
      return { id, asks: ruleOf(id).asks, standing, cases, why };
    }),
  };
}

function findingOf(finding: Finding, { cases }: Run) {
  const keys = new Set(finding.cases.map(({ id, family }) => `${id} ${family}`));
  const level = finding.rule && ruleOf(finding.rule).level;
  const shortest = shortestOf(cases.filter(({ id, family }) => keys.has(`${id} ${family}`)));
  return {
    ...{ id: finding.id, title: findingTitle(finding), extent: findingExtent(finding) },
    gravity: level && ['SHOULD', 'MAY'].includes(level) ? `${finding.harm} · a ${level}` : finding.harm,
    ...{ rule: findingRule(finding), harm: findingHarm(finding), alone: findingSelection(finding) },
    shortest: shortest ? ([shortest.id, shortest.family] as const) : undefined,
    /** Each once, over the first family that shows it. */
    cases: [...new Map(finding.cases.map(({ id, family }) => [id, family] as const).reverse())].reverse(),
  };
}

function resultOf(result: ReportCase, captured: boolean) {
  const seen = seenOf(result);
  const why = result.outcome === 'judged' ? undefined : result.why;
  const texts = recordTexts(result.records);
  const comparisons = PROFILES.map((profile) => differing(result, profile));
  return {
    id: result.id,
    family: result.family,
    kind: seen?.stimulus.length ? seen.kind : undefined,
    stateAfter: seen?.stateAfter,
    verdicts: PROFILES.map((profile) => verdictOf(result, profile)),
    stimulus: seen?.stimulus.map(printConcrete).join(' '),
    observed: seen?.observed.map(printConcrete) ?? [],
    proof: seen && say.evidence(seen.proof),
    // Only where neither the fields nor the reason of the whole case say it.
    reasons: PROFILES.map((profile, index) =>
      comparisons[index]?.length === 0 && !why ? faultText(result, profile) : '',
    ),
    comparisons: comparisons.map((fields) =>
      fields.map(({ mark, field, expected, observed }) => [mark, field, expected, observed] as const),
    ),
    inconclusive: why && say.reason(why),
    byCapability: (why && isBeyondCapability(why)) || undefined,
    notes: result.notes.map(say.note),
    variables: Object.entries(seen?.variables ?? {}),
    records: result.records.map(
      ({ at, from, role }, index) => [rounded(at, 2), from, role, texts[index] ?? ''] as const,
    ),
    calls: callsOf(result).map(({ at, call }) => ({ at: rounded(at, 2), call })),
    durationMs: rounded(result.durationMs, 1),
    captured,
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const differing = (result: ReportCase, profile: Profile): readonly FieldComparison[] =>
  verdictOf(result, profile) === 'deviates' ? compareFields(result, profile) : [];

/** Names for links, each different from the others. */
function slugsOf(runs: readonly Run[]): string[] {
  const taken = new Set<string>();
  return runs.map(({ target }) => {
    const plain = target.name.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
    const name = plain.replace(/^-|-$/g, '') || 'target';
    let slug = name;
    for (let number = 2; taken.has(slug); number += 1) slug = `${name}-${number}`;
    taken.add(slug);
    return slug;
  });
}

/**
 * JSON of all texts, each once, and of the data with an index in place of each text. A number of the data is written as a
 * text. Four stacks have some 7000 results, and most of their texts are the same. Deflated, in base64: page/data.ts reads it back. Level 9 takes more than
 * twice as long as 7, and saves 2 %.
 */
export function packed(data: unknown): string {
  return deflateRawSync(indexed(data), { level: 7 }).toString('base64');
}

function indexed(data: unknown): string {
  const indices = new Map<string, number>();
  const indexOf = (text: string): number => {
    if (!indices.has(text)) indices.set(text, indices.size);
    return indices.get(text) as number;
  };
  const body = JSON.stringify(data, (_, value) => {
    if (typeof value === 'string') return indexOf(value);
    return typeof value === 'number' ? String(value) : value;
  });
  return `{"texts":${JSON.stringify([...indices.keys()])},"data":${body}}`;
}

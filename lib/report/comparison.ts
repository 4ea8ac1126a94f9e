import { compareReply, evaluateSegment, NotationError, parseSegment } from '../notation/index.ts';
import type { ResolvedOutcome } from '../catalogue/case.ts';
import type { Profile } from '../standard/profile.ts';
import { type JudgedResult, reasonOf, verdictOf } from '../verdict/result.ts';
import { type Expecting, observedReplies } from './expectation.ts';
import type { ReportCase, ReportRecord } from './run.ts';

type JudgedCase = JudgedResult<ReportRecord>;

/** One line of the comparison of an observation with what was expected. */
export interface FieldComparison {
  readonly field: string;
  readonly expected: string;
  readonly observed: string;
  /** `≈`: not the same, and yet as good, as CLOSED and LISTEN are when a passive opener's connection is gone. */
  readonly mark: '=' | '≈' | '≠';
}

/**
 * The observation against the expected outcome that the verdict is about, field by field, the state after at the end. The
 * verdict is the judge's: there is a `≠` exactly where it is `deviates`.
 *
 * @returns nothing for a ladder, and for a case that was not judged
 */
export function compareFields(
  { expect }: Expecting,
  result: ReportCase,
  profile: Profile,
): readonly FieldComparison[] {
  if (result.outcome !== 'judged' || verdictOf(result, profile) === 'inconclusive') return [];
  const outcome = outcomeInQuestion(expect?.[profile] ?? [], result, profile);
  if (!outcome) return [];
  const reason = reasonOf(result, profile) ?? '';
  const lines = reason.includes(`observed ${result.observed.length} replies`)
    ? compareWhole(outcome, result)
    : compareOutcome(outcome, result);
  if (verdictOf(result, profile) !== 'deviates') return lines.map(asGood);
  const [, moved] = /afterwards RCV\.NXT is ([^;(]*)/.exec(reason) ?? [];
  const all = moved ? [...lines, line('RCV.NXT after', '', moved.trim())] : lines;
  if (all.some(({ mark }) => mark === '≠')) return all;
  return [...all, { field: 'besides', expected: '', observed: reason, mark: '≠' }];
}

const asGood = (line: FieldComparison): FieldComparison =>
  line.mark === '≠' ? { ...line, observed: `${line.observed} (as good)`, mark: '≈' } : line;

/** The one that the judge's reason is about; where it gave none, the nearest. */
function outcomeInQuestion(
  outcomes: readonly ResolvedOutcome[],
  result: JudgedCase,
  profile: Profile,
): ResolvedOutcome | undefined {
  const reason = reasonOf(result, profile) ?? '';
  const named = outcomes.find(
    ({ reply, then }) =>
      reason.startsWith(`expected ${reply}, then ${then}:`) ||
      reason.startsWith(`${reply}, then ${then} is permitted`),
  );
  if (named) return named;
  const differences = (outcome: ResolvedOutcome) =>
    compareOutcome(outcome, result).filter(({ mark }) => mark === '≠').length;
  return [...outcomes].sort((a, b) => differences(a) - differences(b))[0];
}

function compareOutcome(outcome: ResolvedOutcome, result: JudgedCase): FieldComparison[] {
  // Of several, as when text and FIN are acknowledged one by one, the last is what they come to.
  const last = result.observed.at(-1);
  if (outcome.reply === 'silence' || last === undefined) return compareWhole(outcome, result);
  return [...segmentFields(outcome.reply, last, result), stateAfter(outcome, result)];
}

/** Where a reply, or more than one, stands against none, there are no fields to compare. */
const compareWhole = (outcome: ResolvedOutcome, result: JudgedCase): FieldComparison[] => [
  line(
    result.observed.length > 1 ? 'replies' : 'reply',
    outcome.reply,
    observedReplies(result).join(' and '),
  ),
  stateAfter(outcome, result),
];

const stateAfter = (outcome: ResolvedOutcome, result: JudgedCase): FieldComparison =>
  line('state after', outcome.then, result.stateAfter);

function segmentFields(expected: string, observed: string, result: JudgedCase): FieldComparison[] {
  const seen = fieldsOf(observed);
  const reply = result.records.findLast((record) => record.role === 'reply');
  const wording = reply ? fieldsOf(reply.relative) : {};
  const shown = Object.entries(fieldsOf(expected))
    .filter(([, value]) => value !== 'ANY')
    .map(([field, value]): FieldComparison => {
      const number = seen[field] ?? 'none';
      const words = wording[field] ?? number;
      return {
        field,
        expected: value,
        observed: words === number ? words : `${words} (${number})`,
        mark: number === 'none' ? '≠' : '=',
      };
    });
  for (const mismatch of mismatches(expected, observed, result)) {
    const index = shown.findIndex(({ field }) => field === mismatch.field);
    const before = shown[index];
    if (before) shown[index] = { ...before, expected: mismatch.expected, mark: '≠' };
    else shown.push({ ...mismatch, mark: '≠' });
  }
  return shown;
}

function mismatches(expected: string, observed: string, result: JudgedCase) {
  try {
    return compareReply(
      parseSegment(expected),
      evaluateSegment(parseSegment(observed), {}),
      result.variables,
    );
  } catch (error) {
    // A TCB that is not fully known leaves the comparison to the eye.
    if (error instanceof NotationError) return [];
    throw error;
  }
}

const line = (field: string, expected: string, observed: string): FieldComparison => ({
  field,
  expected,
  observed,
  mark: expected === observed ? '=' : '≠',
});

/** The fields of a segment by name, as they are written. */
function fieldsOf(segment: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = '', value] of segment.matchAll(/<([A-Z]+)(?:=([^>]*))?>/g))
    fields[name] = value ?? 'present';
  return fields;
}

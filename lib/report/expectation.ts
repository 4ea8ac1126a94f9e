import { compareReply, evaluateSegment, NotationError, parseSegment } from '../notation/index.ts';
import type { Case, ResolvedOutcome } from '../spec/case.ts';
import type { Profile } from '../spec/profile.ts';
import type { ReportCase } from './run.ts';

/** An expected outcome in one line, e.g. `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, then ESTABLISHED`. */
export function outcomeText(outcome: ResolvedOutcome): string {
  const tags = [
    ...(outcome.level === 'required' ? [] : [outcome.level]),
    ...(outcome.when ? [`RFC 5961 ${outcome.when}`] : []),
  ];
  return `${outcome.reply}, then ${outcome.then}${tags.length > 0 ? ` (${tags.join('; ')})` : ''}`;
}

/** What a profile expects of a case: one line for each outcome. */
export const expectedTexts = (testCase: Case, profile: Profile): readonly string[] =>
  testCase.expect[profile].map(outcomeText);

/** The replies for people: in terms of the target's TCB, or the word `silence`. */
export function observedReplies(result: ReportCase): readonly string[] {
  const relative = result.records
    .filter((record) => record.role === 'reply')
    .map((record) => record.relative);
  const replies = relative.length > 0 ? relative : result.observed;
  return replies.length > 0 ? replies : ['silence'];
}

/** What was observed in one line, in the same form as {@link outcomeText}. */
export const observedText = (result: ReportCase): string =>
  result.inconclusive && !result.stimulus
    ? 'nothing was sent'
    : `${observedReplies(result).join(' ')}, then ${result.stateAfter}`;

/** One line of the comparison of a reply with what was expected. */
export interface FieldComparison {
  readonly field: string;
  readonly expected: string;
  readonly observed: string;
  readonly equal: boolean;
}

/**
 * The expected outcome that the observation came closest to, field by field; the state after is the last line.
 */
export function compareFields(
  testCase: Case,
  result: ReportCase,
  profile: Profile,
): readonly FieldComparison[] {
  const tables = testCase.expect[profile].map((outcome) => compareOutcome(outcome, result));
  const wrong = (table: readonly FieldComparison[]) => table.filter((line) => !line.equal).length;
  return tables.sort((a, b) => wrong(a) - wrong(b))[0] ?? [];
}

function compareOutcome(outcome: ResolvedOutcome, result: ReportCase): FieldComparison[] {
  const after = line('state after', outcome.then, result.stateAfter);
  const [first] = result.observed;
  if (outcome.reply === 'silence' || first === undefined) {
    const seen = first === undefined ? 'silence' : observedReplies(result).join(' ');
    return [line('reply', outcome.reply, seen), after];
  }
  return [...segmentFields(outcome.reply, first, result), after];
}

function segmentFields(expected: string, observed: string, result: ReportCase): FieldComparison[] {
  const seen = fieldsOf(observed);
  const lines = Object.entries(fieldsOf(expected))
    .filter(([, value]) => value !== 'ANY')
    .map(([field, value]) => line(field, value, seen[field] ?? 'none', true));
  const reply = result.records.find((record) => record.role === 'reply');
  const wording = reply ? fieldsOf(reply.relative) : {};
  const shown = lines.map((entry) => {
    const words = wording[entry.field];
    const same = words === undefined || words === entry.observed;
    return same ? entry : { ...entry, observed: `${words} (${entry.observed})` };
  });
  for (const mismatch of mismatches(expected, observed, result)) {
    const index = shown.findIndex(({ field }) => field === mismatch.field);
    if (index < 0) shown.push({ ...mismatch, equal: false });
    else shown[index] = { ...(shown[index] as FieldComparison), expected: mismatch.expected, equal: false };
  }
  return shown;
}

function mismatches(expected: string, observed: string, result: ReportCase) {
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

const line = (
  field: string,
  expected: string,
  observed: string,
  equal = expected === observed,
): FieldComparison => ({
  field,
  expected,
  observed,
  equal,
});

/** The fields of a segment by name, as they are written. */
function fieldsOf(segment: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = '', value] of segment.matchAll(/<([A-Z]+)(?:=([^>]*))?>/g))
    fields[name] = value ?? 'present';
  return fields;
}

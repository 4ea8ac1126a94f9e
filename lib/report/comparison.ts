import { printReply } from '../catalogue/resolve.ts';
import {
  type ConcreteSegment,
  type FieldName,
  notationOf,
  type SegmentNotation,
  writtenFields,
} from '../notation/index.ts';
import type { Profile } from '../standard/profile.ts';
import type { Fault, FieldFault, Named } from '../verdict/fault.ts';
import { type JudgedResult, judgementOf, type ProfileVerdict } from '../verdict/result.ts';
import { observedReplies } from './expectation.ts';
import type { ReportCase, ReportRecord } from './run.ts';
import { say } from './say.ts';

type JudgedCase = JudgedResult<ReportRecord>;

/** One line of the comparison of an observation with what was expected. */
export interface FieldComparison {
  readonly field: string;
  readonly expected: string;
  readonly observed: string;
  /** `≈`: different, but as good: CLOSED and LISTEN are the same after a passive opener's connection is gone. */
  readonly mark: '=' | '≈' | '≠';
}

/**
 * The observation beside the outcome that was expected, field by field, the state after last. A `≠` is a fault of the
 * verdict: there is one exactly when the verdict is `deviates`.
 *
 * @returns nothing for a scenario of several steps, and for a case without a verdict
 */
export function compareFields(result: ReportCase, profile: Profile): readonly FieldComparison[] {
  const judgement = judgementOf(result, profile);
  const outcome = outcomeOf(judgement);
  if (result.outcome !== 'judged' || !outcome) return [];
  const faults = judgement.verdict === 'deviates' ? judgement.faults : [];
  const rest = faults.filter(({ kind }) => kind === 'option' || kind === 'ISS' || kind === 'RCV.NXT');
  return [
    ...replyLines(outcome, faults, result),
    ...stateLine(outcome, faults, result),
    ...rest.map(besides),
  ];
}

function outcomeOf(judgement: ProfileVerdict): Named | undefined {
  switch (judgement.verdict) {
    case 'conformant':
    case 'deviates':
      return judgement.outcome;
    case 'permitted': {
      const [only, ...others] = judgement.taken;
      return others.length === 0 && only?.step === undefined ? only?.outcome : undefined;
    }
    case 'inconclusive':
      return undefined;
  }
}

function replyLines(outcome: Named, faults: readonly Fault[], result: JudgedCase): FieldComparison[] {
  const differs = faults.some(({ kind }) => kind === 'replies' || kind === 'ICMP');
  // Of several, e.g. an ACK of text and then one of the FIN, the last says it all.
  const last = result.observed.at(-1);
  const expected = outcome.reply.at(-1);
  if (!differs && expected && last) return segmentLines(expected, last, faults, result);
  const field = result.observed.length > 1 ? 'replies' : 'reply';
  return [line(field, printReply(outcome.reply), observedReplies(result).join(' and '), differs)];
}

function stateLine({ then }: Named, faults: readonly Fault[], { stateAfter }: JudgedCase): FieldComparison[] {
  const differs = faults.some(({ kind }) => kind === 'state');
  return then ? [line('state after', then, stateAfter, differs)] : [];
}

const besides = (fault: Fault): FieldComparison => ({
  ...{ field: fault.kind === 'RCV.NXT' ? 'RCV.NXT after' : 'besides', expected: '' },
  ...{ observed: say.fault(fault), mark: '≠' },
});

function segmentLines(
  expected: SegmentNotation,
  observed: ConcreteSegment,
  faults: readonly Fault[],
  result: JudgedCase,
): FieldComparison[] {
  const seen = new Map(writtenFields(notationOf(observed)));
  const record = result.records.findLast(({ role }) => role === 'reply');
  const wording = new Map(record ? writtenFields(record.relative) : []);
  const differing = faults.flatMap((fault) => (fault.kind === 'field' ? [fault] : []));
  const worded = (field: FieldName, number: string): string => {
    const words = wording.get(field) ?? number;
    return words === number ? words : `${words} (${number})`;
  };
  const wrong = (fault: FieldFault): FieldComparison => {
    const { field, due } = fault;
    const isNumber = due === undefined || String(due) === fault.expected;
    const number = seen.get(field) ?? fault.observed;
    return {
      field,
      expected: isNumber ? fault.expected : `${fault.expected} (${due})`,
      observed: worded(field, number),
      mark: '≠',
    };
  };
  const written = writtenFields(expected).filter(([, value]) => value !== 'ANY');
  const names = new Set(written.map(([field]) => field));
  return [
    ...written.map(([field, value]): FieldComparison => {
      const fault = differing.find((one) => one.field === field);
      if (fault) return wrong(fault);
      const number = seen.get(field);
      // Without the ACK flag there is no acknowledgment, even where its number is 0, as expected.
      if (number === undefined) return line(field, value, 'none', faults.length > 0);
      return { field, expected: value, observed: worded(field, number), mark: '=' };
    }),
    ...differing.filter(({ field }) => !names.has(field)).map(wrong),
  ];
}

const line = (field: string, expected: string, observed: string, differs: boolean): FieldComparison => {
  if (differs) return { field, expected, observed, mark: '≠' };
  return expected === observed
    ? { field, expected, observed, mark: '=' }
    : { field, expected, observed: `${observed} (as good)`, mark: '≈' };
};

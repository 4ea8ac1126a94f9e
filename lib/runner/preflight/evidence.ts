import { REPLIES, type Step } from '../../catalogue/steps.ts';
import {
  type ConcreteSegment,
  type ControlBit,
  compareReply,
  lengthOf,
  type Mismatch,
  printExpression,
  printSegment,
  relativeNotation,
  type SegmentNotation,
  type Variables,
  variable,
} from '../../notation/index.ts';
import type { Entry } from '../../tester/index.ts';
import { type PreflightFault, preflightFaultId, type WrongField } from '../../verdict/preflight-fault.ts';
import { wireRecords } from '../trial/wire-records.ts';

type Evidence = Pick<PreflightFault, 'sent' | 'observed' | 'wrong' | 'records'>;

/** The parts of a fault that do not follow from the log. */
export type Circumstances = Pick<PreflightFault, 'gravity'> &
  Partial<Pick<PreflightFault, 'port' | 'refusal' | 'mayBeFilter' | 'blocks'>>;

/** A fault about a step. @param log the segments of the failed connection */
export const findingOf = (
  step: Step,
  family: 4 | 6,
  log: readonly Entry[],
  { mayBeFilter = false, blocks = [], ...circumstances }: Circumstances,
): PreflightFault => ({
  ...{ id: preflightFaultId(step, family), step, family },
  ...circumstances,
  ...evidenceOf(step, log),
  ...{ mayBeFilter, blocks },
});

/** The wrong fields of a reply to a step; empty when it is right, or when the step defines no reply. */
export function wrongWith(step: Step, sent: ConcreteSegment, reply: ConcreteSegment): WrongField[] {
  const [notation] = REPLIES[step] ?? [];
  if (!notation) return [];
  const variables = variablesOf(sent);
  const words = bare(reply, variables);
  return compareReply(notation, reply, variables).map((mismatch) => ({
    field: mismatch.field,
    expected: inWords(mismatch, notation) ?? mismatch.expected,
    observed: inWords(mismatch, words) ?? mismatch.observed,
  }));
}

function evidenceOf(step: Step, log: readonly Entry[]): Evidence {
  const bit = BIT_OF[step];
  const at = log.findIndex(({ from, segment }) => from === 'tester' && bit && segment.ctl.has(bit));
  const sent = log[at]?.segment;
  const variables = sent ? variablesOf(sent) : {};
  const earlier = log.slice(0, Math.max(0, at)).filter(({ from }) => from === 'target');
  const answers = sent
    ? log
        .slice(at + 1)
        .filter((entry) => entry.from === 'target' && !earlier.some((one) => isSame(one, entry)))
    : [];
  const [first] = answers;
  return {
    ...(sent ? { sent: bareSent(sent) } : {}),
    observed: distinct(answers.map(({ segment }) => bare(segment, variables))),
    wrong: sent && first ? wrongWith(step, sent, first.segment) : [],
    records: wireRecords({
      entries: log,
      startedAt: log[0]?.at ?? 0,
      roleOf: (entry, position) => {
        if (at < 0 || position < at) return 'setup';
        return entry.from === 'tester' ? 'stimulus' : 'reply';
      },
    }),
  };
}

const variablesOf = (sent: ConcreteSegment): Variables => ({
  'SEG.SEQ': sent.seq,
  'SEG.LEN': lengthOf(sent),
  ...(sent.ctl.has('ACK') ? { 'SEG.ACK': sent.ack } : {}),
});

/** The bit of the segment that each step sends; undefined for a user call. */
const BIT_OF: Readonly<Record<Step, ControlBit | undefined>> = {
  ...{ 'SYN to any port': 'SYN', 'SYN to a closed port': 'SYN', 'SYN to LISTEN': 'SYN' },
  ...{ 'SYN to SYN-SENT': 'SYN', 'SYN,ACK to SYN-SENT': 'SYN' },
  ...{ 'ACK to a closed port': 'ACK', 'ACK to SYN-RECEIVED': 'ACK' },
  ...{ 'RST to a closed port': 'RST', FIN: 'FIN', OPEN: undefined, CLOSE: undefined },
};

/** Whether one segment is a retransmission of the other. */
const isSame = ({ segment: one }: Entry, { segment: other }: Entry): boolean =>
  one.seq === other.seq && one.ctl.size === other.ctl.size && [...one.ctl].every((bit) => other.ctl.has(bit));

/** The notation without window and options, which are not compared. */
const bare = ({ seq, ack, ctl, data, urg }: ConcreteSegment, variables: Variables): SegmentNotation =>
  relativeNotation({ seq, ack, ctl, data, urg }, variables, 'target');

/** The same for the segment that was sent: its numbers are the variables themselves. */
const bareSent = ({ ctl, data }: ConcreteSegment): SegmentNotation => ({
  seq: variable('SEG.SEQ'),
  ...(ctl.has('ACK') ? { ack: variable('SEG.ACK') } : {}),
  ctl: [...ctl],
  ...(data > 0 ? { data: { kind: 'number', value: data } } : {}),
});

const distinct = (segments: readonly SegmentNotation[]): SegmentNotation[] => [
  ...new Map(segments.map((segment) => [printSegment(segment), segment])).values(),
];

function inWords({ field }: Mismatch, notation: SegmentNotation): string | undefined {
  if (field !== 'SEQ' && field !== 'ACK') return undefined;
  const expression = field === 'SEQ' ? notation.seq : notation.ack;
  return expression && printExpression(expression);
}

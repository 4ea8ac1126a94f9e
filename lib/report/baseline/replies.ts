import {
  CONTROL_BITS,
  type ConcreteSegment,
  type Expression,
  evaluate,
  evaluateSegment,
  NotationError,
  parseSegment,
  printSegment,
  type SegmentNotation,
  type Variable,
  type Variables,
} from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import { isAcknowledgedStepwise } from '../../verdict/judge.ts';
import type { Seen } from '../../verdict/result.ts';
import { add, sub } from '../../wire/seq.ts';
import type { ReportCase } from '../run.ts';

// Octets: more than any window without scaling holds. What is farther from a number is no matter of that number.
const NEAR = 70_000;
const HALF_OF_THE_SPACE = 2 ** 31;

const ANY: Expression = { kind: 'any' };
const number = (value: number): Expression => ({ kind: 'number', value });
const variable = (name: Variable): Expression => ({ kind: 'variable', name });
const sum = (left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator: '+',
  left,
  right,
});

/** A number that a field of a reply may be told by. */
interface Name {
  readonly expression: Expression;
  readonly value: number;
}

/** What was seen, and in which state the segment was sent. */
export type SeenIn = Seen & { readonly state: State };

/** Undefined where the case was not run. */
export const seenIn = (result: ReportCase): SeenIn | undefined =>
  result.outcome === 'not run' ? undefined : result;

/** In these, the target knows no number of the tester's: that one is near it is chance. */
const NO_PEER: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN', 'SYN-SENT']);
/** In these, it has no number of its own either. */
const NO_CONNECTION: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN']);

/**
 * The replies in the notation, in a form that is the same in every run in which the target behaves alike; `silence` for none.
 *
 * SEQ and ACK are told by the TCB or by the segment that was answered: always by the same name, whichever numbers were
 * chosen, and as ANY where no name is near, since such a number is another one in each run. Windows and checksums are
 * left out, of options the values; of acknowledgments that each say more than the one before, the last one counts.
 */
export function repliesText(seen: SeenIn): string {
  const told = notationsOf(seen);
  return told.length === 0 ? 'silence' : told.map(printSegment).join(' ');
}

/**
 * Whether the replies are those of a text that {@link repliesText} has made in another run. Two names may have stood for
 * the same number there, or may do so here (a free choice of SEG.ACK is 0 now and then, and so is the SEQ of a reset):
 * what counts is the number that the text stands for now.
 */
export function areReplies(text: string, seen: SeenIn): boolean {
  const before = text === 'silence' ? [] : text.split(' ').map(parseSegment);
  const now = notationsOf(seen);
  return (
    before.length === now.length &&
    now.every((notation, index) => isSame(notation, before[index] as SegmentNotation, seen.variables))
  );
}

function isSame(now: SegmentNotation, before: SegmentNotation, variables: Variables): boolean {
  const bare = ({ seq: _, ack: __, ...rest }: SegmentNotation): string => printSegment(rest);
  return (
    bare(now) === bare(before) &&
    (['seq', 'ack'] as const).every((field) => isSameNumber(now[field], before[field], variables))
  );
}

function isSameNumber(
  now: Expression | undefined,
  before: Expression | undefined,
  variables: Variables,
): boolean {
  if (!now || !before) return now === before;
  if (now.kind === 'any' || before.kind === 'any') return now.kind === before.kind;
  try {
    return evaluate(now, variables) === evaluate(before, variables);
  } catch (error) {
    // It names what is not known here.
    if (error instanceof NotationError) return false;
    throw error;
  }
}

function notationsOf(seen: SeenIn): SegmentNotation[] {
  const replies = seen.observed.map((text) => evaluateSegment(parseSegment(text), {}));
  const last = replies.at(-1);
  const told = last && isAcknowledgedStepwise(replies, seen.variables) ? [last] : replies;
  return told.map((reply) => notationOf(reply, seen));
}

function notationOf(reply: ConcreteSegment, seen: SeenIn): SegmentNotation {
  const { ctl, data, urg, offset, reserved, sackPermitted } = reply;
  return {
    seq: seqOf(reply, seen),
    ...(ctl.has('ACK') ? { ack: ackOf(reply, seen) } : {}),
    ctl: CONTROL_BITS.filter((bit) => ctl.has(bit)),
    ...(data > 0 ? { data: number(data) } : {}),
    ...(urg > 0 || ctl.has('URG') ? { urg: number(urg) } : {}),
    ...(reply.mss === undefined ? {} : { mss: ANY }),
    ...(reply.wscale === undefined ? {} : { wscale: ANY }),
    ...(sackPermitted ? { sackPermitted } : {}),
    ...(reply.tsval === undefined ? {} : { tsval: ANY }),
    ...(reply.tsecr === undefined ? {} : { tsecr: ANY }),
    ...(offset === undefined ? {} : { offset: number(offset) }),
    ...(reserved === undefined ? {} : { reserved: number(reserved) }),
  };
}

function seqOf({ seq, ctl }: ConcreteSegment, { state, variables, stimulus }: SeenIn): Expression {
  // A new connection's ISS is any number.
  if (ctl.has('SYN')) return seq === variables.ISS ? variable('ISS') : ANY;
  const answers = variables['SEG.ACK'] !== undefined;
  // The numbers of a ladder are those of the segment that was sent last.
  const [answered = ''] = stimulus.split(' ').slice(-1);
  const acknowledges = answers && parseSegment(answered).ctl.includes('ACK');
  // The second form of a reset (RFC 9293 section 3.5.2): it is 0 on the wire, wherever the target's numbers are. A stack
  // that takes it from a SEG.ACK that happens to be 0 looks the same; it is the likelier of the two.
  const isZero = seq === 0 && ctl.has('RST') && ctl.has('ACK');
  if (isZero && !(acknowledges && variables['SEG.ACK'] === 0)) return number(0);
  return named(seq, [
    ...(answers && NO_CONNECTION.has(state) ? [] : namesIn(variables, 'SND.NXT', 'SND.UNA')),
    ...(acknowledges ? namesIn(variables, 'SEG.ACK') : []),
  ]);
}

function ackOf({ ack }: ConcreteSegment, { state, variables }: SeenIn): Expression {
  const { 'SEG.SEQ': seq, 'SEG.LEN': length = 0 } = variables;
  const end = sum(variable('SEG.SEQ'), variable('SEG.LEN'));
  return named(ack, [
    ...(seq !== undefined && NO_PEER.has(state) ? [] : namesIn(variables, 'RCV.NXT')),
    ...(seq === undefined || length === 0 ? [] : [{ expression: end, value: add(seq, length) }]),
    ...namesIn(variables, 'SEG.SEQ'),
  ]);
}

const namesIn = (variables: Variables, ...names: readonly Variable[]): Name[] =>
  names.flatMap((name) => {
    const value = variables[name];
    return value === undefined ? [] : [{ expression: variable(name), value }];
  });

/** The first name that is the number, or else the first that is near it: a choice that no number has a part in. */
function named(value: number, names: readonly Name[]): Expression {
  const exact = names.find((name) => name.value === value);
  if (exact) return exact.expression;
  for (const { expression, value: origin } of names) {
    const ahead = sub(value, origin);
    const offset = ahead < HALF_OF_THE_SPACE ? ahead : ahead - 2 ** 32;
    if (Math.abs(offset) > NEAR) continue;
    const operator = offset < 0 ? '-' : '+';
    return { kind: 'binary', operator, left: expression, right: number(Math.abs(offset)) };
  }
  return value === 0 ? number(0) : ANY;
}

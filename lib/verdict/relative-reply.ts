import {
  CONTROL_BITS,
  type ConcreteSegment,
  type Expression,
  inTermsOf,
  literal,
  type Name,
  namesIn,
  type SegmentNotation,
  type Variables,
  variable,
} from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import { add } from '../wire/seq.ts';

const ANY: Expression = { kind: 'any' };
const sum = (left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator: '+',
  left,
  right,
});

/** The segment that a reply answers, as far as it names the numbers of the reply. */
export interface Answered {
  /** Before that segment. */
  readonly state: State;
  /** The target's TCB before that segment, and the segment as SEG.SEQ, SEG.ACK and SEG.LEN. */
  readonly variables: Variables;
  /** Whether that segment has ACK. */
  readonly acknowledges: boolean;
}

/** In these states, the target knows no number of the tester: a number near one is there by chance. */
const NO_PEER: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN', 'SYN-SENT']);
/** In these states, it has no number of its own either. */
const NO_CONNECTION: ReadonlySet<State> = new Set(['CLOSED', 'LISTEN']);

/**
 * A reply in the notation, in a form that is the same in every run in which the target behaves alike.
 *
 * SEQ and ACK are written relative to a variable of the TCB or of the answered segment: always the same variable, whatever the
 * numbers of this run. When none is near, they are ANY, since such a number changes from run to run. Windows and checksums are
 * left out, of options the values.
 */
export function relativeReply(reply: ConcreteSegment, seen: Answered): SegmentNotation {
  const { ctl, data, urg, offset, reserved, sackPermitted } = reply;
  return {
    seq: seqOf(reply, seen),
    ...(ctl.has('ACK') ? { ack: ackOf(reply, seen) } : {}),
    ctl: CONTROL_BITS.filter((bit) => ctl.has(bit)),
    ...(data > 0 ? { data: literal(data) } : {}),
    ...(urg > 0 || ctl.has('URG') ? { urg: literal(urg) } : {}),
    ...(reply.mss === undefined ? {} : { mss: ANY }),
    ...(reply.wscale === undefined ? {} : { wscale: ANY }),
    ...(sackPermitted ? { sackPermitted } : {}),
    ...(reply.tsval === undefined ? {} : { tsval: ANY }),
    ...(reply.tsecr === undefined ? {} : { tsecr: ANY }),
    ...(offset === undefined ? {} : { offset: literal(offset) }),
    ...(reserved === undefined ? {} : { reserved: literal(reserved) }),
  };
}

function seqOf({ seq, ctl }: ConcreteSegment, { state, variables, acknowledges }: Answered): Expression {
  // A new connection's ISS is any number.
  if (ctl.has('SYN')) return seq === variables.ISS ? variable('ISS') : ANY;
  const answers = variables['SEG.ACK'] !== undefined;
  // The second form of a reset (RFC 9293 section 3.5.2): it is 0 on the wire, wherever the target's numbers are. A stack
  // that takes it from a SEG.ACK that happens to be 0 looks the same; it is the likelier of the two.
  const isZero = seq === 0 && ctl.has('RST') && ctl.has('ACK');
  if (isZero && !(answers && acknowledges && variables['SEG.ACK'] === 0)) return literal(0);
  return named(seq, [
    ...(answers && NO_CONNECTION.has(state) ? [] : namesIn(variables, ['SND.NXT', 'SND.UNA'])),
    ...(answers && acknowledges ? namesIn(variables, ['SEG.ACK']) : []),
  ]);
}

function ackOf({ ack }: ConcreteSegment, { state, variables }: Answered): Expression {
  const { 'SEG.SEQ': seq, 'SEG.LEN': length = 0 } = variables;
  const end = sum(variable('SEG.SEQ'), variable('SEG.LEN'));
  return named(ack, [
    ...(seq !== undefined && NO_PEER.has(state) ? [] : namesIn(variables, ['RCV.NXT'])),
    ...(seq === undefined || length === 0 ? [] : [{ expression: end, value: add(seq, length) }]),
    ...namesIn(variables, ['SEG.SEQ']),
  ]);
}

/** Each name is a group of its own, so that the choice of a name does not depend on the numbers. */
const named = (value: number, names: readonly Name[]): Expression =>
  inTermsOf(
    value,
    names.map((name) => [name]),
  ) ?? (value === 0 ? literal(0) : ANY);

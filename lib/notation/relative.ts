import { SEQUENCE_SPACE, sub } from '../wire/seq.ts';
import { NotationError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { literal, type NotationDraft, NUMERIC_FIELDS } from './fields.ts';
import { printSegment } from './print.ts';
import {
  CONTROL_BITS,
  type ConcreteSegment,
  type Expression,
  type SegmentNotation,
  VARIABLES,
  type Variable,
  type Variables,
} from './types.ts';

/** Who sent a segment. The variables are the target's, so the two sides number in opposite spaces. */
export type Sender = 'tester' | 'target';

/** A number further than this from every variable, in octets, is printed as it is. */
const NEAR = 70_000;

/** Names to try for a number: those of the TCB first, then those of the segment that was answered. */
type Names = readonly (readonly Variable[])[];

const TARGETS_SEQUENCE: readonly Variable[] = ['SND.NXT', 'SND.UNA', 'ISS'];
const TESTERS_SEQUENCE: readonly Variable[] = ['RCV.NXT', 'IRS'];
const NAMES: Readonly<Record<Sender, { readonly seq: Names; readonly ack: Names }>> = {
  tester: { seq: [TESTERS_SEQUENCE], ack: [TARGETS_SEQUENCE] },
  target: { seq: [TARGETS_SEQUENCE, ['SEG.ACK']], ack: [TESTERS_SEQUENCE, ['SEG.SEQ']] },
};

/** SYNs have these numbers, and hardly any other segment: elsewhere, another name says more. */
const INITIAL: ReadonlySet<Variable> = new Set(['ISS', 'IRS']);

/** How far `value` lies from `origin`, in -2^31...2^31-1. */
function distance(value: number, origin: number): number {
  const ahead = sub(value, origin);
  return ahead < SEQUENCE_SPACE / 2 ? ahead : ahead - SEQUENCE_SPACE;
}

/** A number with a name: other numbers are written relative to it. */
export interface Name {
  readonly expression: Expression;
  readonly value: number;
  /** Added to its distance: with 1, another name at the same distance wins; with -0.5, this one wins. */
  readonly handicap?: number;
}

const EXPRESSIONS = new Map(VARIABLES.map((name) => [name, { kind: 'variable', name } as const]));

/** The same object each time: a run has hundreds of thousands. */
export const variable = (name: Variable): Expression => EXPRESSIONS.get(name) as Expression;

/** Those of the variables that are known. Initial numbers come first in a SYN, and last elsewhere. */
export function namesIn(variables: Variables, names: readonly Variable[], syn = false): Name[] {
  const known: Name[] = [];
  for (const name of names) {
    const value = variables[name];
    const handicap = INITIAL.has(name) ? (syn ? -0.5 : 1) : 0;
    if (value !== undefined) known.push({ expression: variable(name), value, handicap });
  }
  return known;
}

/**
 * A number in terms of the names: of one that is the number, or else of the nearest in the first group that has one within
 * 70000. Of two equally near, the one listed first is taken.
 *
 * @returns undefined where none is near
 */
export function inTermsOf(value: number, groups: readonly (readonly Name[])[]): Expression | undefined {
  // Of every segment of a run: plain loops, which leave nothing behind.
  let best: Name | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    let first: Name | undefined;
    let near = Number.POSITIVE_INFINITY;
    for (const name of group) {
      const octets = Math.abs(distance(value, name.value));
      const counted = octets + (name.handicap ?? 0);
      if (octets > NEAR || counted >= near) continue;
      first = name;
      near = counted;
    }
    if (!first || (best && (near > 0 || near >= least))) continue;
    best = first;
    least = near;
  }
  if (!best) return undefined;
  const { expression: left } = best;
  const offset = distance(value, best.value);
  if (offset === 0) return left;
  return { kind: 'binary', operator: offset < 0 ? '-' : '+', left, right: literal(Math.abs(offset)) };
}

/** The numeric fields of options: what octets of options say already. */
const OPTION_KEYS = ['mss', 'wscale', 'tsval', 'tsecr'] as const;

/** The notation of a segment whose numbers are all known: ACK and URG are left out where they say nothing. */
export function notationOf(segment: ConcreteSegment): NotationDraft {
  const draft: NotationDraft = { ctl: CONTROL_BITS.filter((bit) => segment.ctl.has(bit)) };
  for (const { key } of NUMERIC_FIELDS) {
    const value = segment[key];
    if (value !== undefined) draft[key] = literal(value);
  }
  if (segment.sackPermitted) draft.sackPermitted = true;
  if (segment.opt !== undefined) {
    for (const key of OPTION_KEYS) delete draft[key];
    delete draft.sackPermitted;
    draft.opt = segment.opt;
  }
  if (segment.ack === 0 && !segment.ctl.has('ACK')) delete draft.ack;
  if (segment.urg === 0 && !segment.ctl.has('URG')) delete draft.urg;
  if (segment.data === 0) delete draft.data;
  return draft;
}

/** Prints a segment with absolute numbers, e.g. `<SEQ=1000><ACK=2000><CTL=ACK><WND=65535>`. */
export const printConcrete = (segment: ConcreteSegment): string => printSegment(notationOf(segment));

/**
 * A segment for people: SEQ and ACK in terms of the variables, e.g. `<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>`, all other fields
 * as {@link printConcrete} prints them.
 *
 * SEQ of a segment from the target, and ACK of one from the tester, are named after SND.NXT, SND.UNA or ISS; the other
 * two after RCV.NXT or IRS. A reply that is near none of them is named after SEG.ACK and SEG.SEQ, if these are given.
 * An exact match goes first, then the nearest within 70000 octets, then the plain number. ISS and IRS are what SYNs are
 * numbered with: there they go first, elsewhere last.
 *
 * @param declared what the segment was made of, if it is known: its words for SEQ and ACK are kept where they give the
 *   numbers of the segment, and what is ANY there stays a plain number
 */
export function relativeNotation(
  segment: ConcreteSegment,
  variables: Variables,
  from: Sender,
  declared: Pick<SegmentNotation, 'seq' | 'ack'> = {},
): SegmentNotation {
  const draft = notationOf(segment);
  const syn = segment.ctl.has('SYN');
  const named = (value: number, groups: Names): Expression =>
    inTermsOf(
      value,
      groups.map((group) => namesIn(variables, group, syn)),
    ) ?? literal(value);
  // The first form of a reset: it is 0 on the wire, wherever the target's numbers happen to be.
  const isZero = from === 'target' && segment.seq === 0 && segment.ctl.has('RST') && segment.ctl.has('ACK');
  if (!isZero) draft.seq = kept(declared.seq, segment.seq, variables) ?? named(segment.seq, NAMES[from].seq);
  if (draft.ack !== undefined) {
    draft.ack = kept(declared.ack, segment.ack, variables) ?? named(segment.ack, NAMES[from].ack);
  }
  return draft;
}

/** The expression, if it stands for this very number. */
function kept(
  expression: Expression | undefined,
  value: number,
  variables: Variables,
): Expression | undefined {
  if (expression === undefined) return undefined;
  // A free choice lies beside a variable by accident only.
  if (expression.kind === 'any') return literal(value);
  try {
    return evaluate(expression, variables) === value ? expression : undefined;
  } catch (error) {
    // It names a variable that is not known.
    if (error instanceof NotationError) return undefined;
    throw error;
  }
}

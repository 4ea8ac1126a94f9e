import { evaluate } from './evaluate.ts';
import { type FieldName, literal, NUMERIC_FIELDS } from './fields.ts';
import { printControlBits, printExpression } from './print.ts';
import {
  CONTROL_BITS,
  type ConcreteSegment,
  type ControlBit,
  type SegmentNotation,
  type Variables,
} from './types.ts';

/** One field of a reply that is not as expected. */
export interface Mismatch {
  readonly field: FieldName;
  /** As written: `SND.NXT+1`, `1001`, `RST,ACK`, `none`, `present`. */
  readonly expected: string;
  /** What the expression stands for; absent where the field is no number. */
  readonly due?: number;
  /** The value seen: `1005`, `RST`, `none`, `absent`. */
  readonly observed: string;
}

/** The bits of RFC 793; those of RFC 3168 are not part of any verdict. */
const COMPARED_BITS = CONTROL_BITS.filter((bit) => bit !== 'ECE' && bit !== 'CWR');
const NO_TEXT = literal(0);

/** The compared bits of a set, in one order, so that equal sets read the same. */
function comparedBits(bits: Iterable<ControlBit>): string {
  const set = new Set(bits);
  return printControlBits(COMPARED_BITS.filter((bit) => set.has(bit))) || 'none';
}

/**
 * Compares a reply with what was expected of it, field by field; no mismatch is an empty array.
 *
 * A field that is not written, or written ANY, is not compared. Two fields always are: CTL, over FIN, SYN, RST, PSH,
 * ACK and URG (ECE and CWR are ignored on both sides), and DATA, whose absence means no text (ANY lifts this too).
 * Mismatches come in canonical order of the fields.
 *
 * @throws NotationError when the expectation uses a variable that has no value
 */
export function compareReply(
  expected: SegmentNotation,
  observed: ConcreteSegment,
  variables: Variables,
): Mismatch[] {
  const mismatches: Mismatch[] = [];
  const compare = (field: FieldName, wanted: string, seen: string, due?: number) =>
    mismatches.push({ field, expected: wanted, observed: seen, ...(due === undefined ? {} : { due }) });

  for (const { name, key } of NUMERIC_FIELDS) {
    if (key === 'data') {
      const wanted = comparedBits(expected.ctl);
      const seen = comparedBits(observed.ctl);
      if (wanted !== seen) compare('CTL', wanted, seen);
    }
    if (key === 'tsval' && expected.sackPermitted && !observed.sackPermitted) {
      compare('SACKOK', 'present', 'absent');
    }
    const expression = expected[key] ?? (key === 'data' ? NO_TEXT : undefined);
    if (expression === undefined || expression.kind === 'any') continue;
    const wanted = evaluate(expression, variables);
    const seen = observed[key];
    if (wanted !== seen)
      compare(name, printExpression(expression), seen === undefined ? 'absent' : String(seen), wanted);
  }
  if (expected.opt !== undefined && expected.opt !== observed.opt) {
    compare('OPT', expected.opt, observed.opt ?? 'absent');
  }
  return mismatches;
}

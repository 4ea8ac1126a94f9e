import { NotationError } from './errors.ts';
import { type FieldName, NUMERIC_FIELDS } from './fields.ts';
import type { ControlBit, Expression, SegmentNotation } from './types.ts';

/** How tightly an expression holds together: a sum, a quotient, or a single factor. */
const rank = (expression: Expression): number =>
  expression.kind !== 'binary' ? 2 : expression.operator === '/' ? 1 : 0;

/** Prints an operand, which must hold together at least as tightly as its place demands. */
function operand(expression: Expression, demanded: number): string {
  const text = printExpression(expression);
  if (expression.kind === 'any') throw new NotationError('ANY must stand alone', text);
  if (rank(expression) < demanded) throw new NotationError('the notation has no parentheses', `(${text})`);
  return text;
}

/**
 * Prints an expression as {@link parseExpression} reads it.
 *
 * The notation has no parentheses, so only the trees that the parser makes can be printed: sums lean to the left,
 * and the operands of a quotient are single factors.
 *
 * @throws NotationError for any other tree, and for one with ANY as an operand
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'any':
      return 'ANY';
    case 'number':
      return String(expression.value);
    case 'power':
      return `${expression.base}^${expression.exponent}`;
    case 'variable':
      return expression.name;
    case 'binary': {
      const { operator, left, right } = expression;
      return operand(left, operator === '/' ? 2 : 0) + operator + operand(right, operator === '/' ? 2 : 1);
    }
  }
}

/** Control bits as the notation lists them, e.g. `SYN,ACK`; empty for none. */
export const printControlBits = (bits: Iterable<ControlBit>): string => [...bits].join(',');

/**
 * Prints a segment in canonical order: SEQ, ACK, CTL, DATA, WND, URG, MSS, WSCALE, SACKOK, TSVAL, TSECR, OFFSET,
 * RESERVED, CHECKSUM, OPT. Control bits keep the order in which they are given. A segment of which nothing is written prints as the empty text.
 *
 * @throws NotationError when an expression of it cannot be printed, see {@link printExpression}
 */
export function printSegment(notation: SegmentNotation): string {
  const known = PRINTED.get(notation) ?? writtenFields(notation).map(printField).join('');
  PRINTED.set(notation, known);
  return known;
}

/** One notation is printed for each of the cases and profiles that share it. */
const PRINTED = new WeakMap<SegmentNotation, string>();

const printField = ([name, value]: readonly [FieldName, string]): string =>
  name === 'SACKOK' ? '<SACKOK>' : `<${name}=${value}>`;

/** The fields that are written, in canonical order, each with its value as {@link printSegment} writes it. */
export function writtenFields(notation: SegmentNotation): [FieldName, string][] {
  const fields: [FieldName, string][] = [];
  for (const { name, key } of NUMERIC_FIELDS) {
    const expression = notation[key];
    if (key === 'data' && notation.ctl.length > 0) fields.push(['CTL', printControlBits(notation.ctl)]);
    if (key === 'tsval' && notation.sackPermitted) fields.push(['SACKOK', 'present']);
    if (expression !== undefined) fields.push([name, printExpression(expression)]);
  }
  if (notation.opt !== undefined) fields.push(['OPT', notation.opt]);
  return fields;
}

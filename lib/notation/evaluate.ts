import { add, sub } from '../wire/seq.ts';
import { NotationError } from './errors.ts';
import { NUMERIC_FIELDS } from './fields.ts';
import { controlBitsOf, flagsOf } from './header.ts';
import { fieldsOf, optionsOf } from './options.ts';
import { printExpression } from './print.ts';
import type { ConcreteSegment, Expression, SegmentNotation, Variable, Variables } from './types.ts';

/** `base` to the power of `exponent` modulo 2^32, in as many steps as the exponent has bits. */
function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result >>> 0;
}

/** Whether a variable is part of an expression. */
export const mentions = (expression: Expression, name: Variable): boolean =>
  expression.kind === 'binary'
    ? mentions(expression.left, name) || mentions(expression.right, name)
    : expression.kind === 'variable' && expression.name === name;

/**
 * The value of an expression, in 0...4294967295: arithmetic is modulo 2^32 (RFC 9293 section 3.4), and a quotient is
 * the integer part of the unsigned left operand divided by the unsigned right one.
 *
 * @param any the free choice that ANY stands for: any integer
 * @throws NotationError for a variable that is not known, for ANY without a choice, and for a division by zero
 */
export function evaluate(expression: Expression, variables: Variables, any?: () => number): number {
  switch (expression.kind) {
    case 'any':
      if (any === undefined) throw new NotationError('nothing chooses a value', 'ANY');
      return add(any(), 0);
    case 'number':
      return add(expression.value, 0);
    case 'power':
      return power(expression.base, expression.exponent);
    case 'variable': {
      const value = variables[expression.name];
      if (value === undefined) throw new NotationError('the variable has no value here', expression.name);
      return add(value, 0);
    }
    case 'binary': {
      const left = evaluate(expression.left, variables, any);
      const right = evaluate(expression.right, variables, any);
      if (expression.operator === '+') return add(left, right);
      if (expression.operator === '-') return sub(left, right);
      if (right === 0) throw new NotationError('division by zero', printExpression(expression));
      return Math.floor(left / right);
    }
  }
}

/**
 * The segment that a notation stands for. SEQ, ACK, DATA and URG are 0 when they are not written, the other fields absent. Values
 * are not fitted to the width of a field, except free choices, which are: a DATA of ANY is at most 536 octets. With OPT, the
 * option fields have the values that a receiver reads from its octets. `any` is called once for every ANY, in canonical order of
 * the fields.
 *
 * @throws NotationError as {@link evaluate} does
 */
export function evaluateSegment(
  notation: SegmentNotation,
  variables: Variables,
  any?: () => number,
): ConcreteSegment {
  const segment: { -readonly [Key in keyof ConcreteSegment]: ConcreteSegment[Key] } = {
    seq: 0,
    ack: 0,
    ctl: controlBitsOf(flagsOf(notation.ctl)),
    data: 0,
    urg: 0,
  };
  for (const { key, choices } of NUMERIC_FIELDS) {
    const expression = notation[key];
    if (expression === undefined) continue;
    const value = evaluate(expression, variables, any);
    segment[key] = expression.kind === 'any' ? value % choices : value;
  }
  if (notation.sackPermitted) segment.sackPermitted = true;
  if (notation.opt !== undefined) {
    Object.assign(segment, fieldsOf(optionsOf({ opt: notation.opt })));
    segment.opt = notation.opt;
  }
  return segment;
}

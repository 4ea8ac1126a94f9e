/**
 * Sequence numbers: unsigned 32-bit integers, compared and counted modulo 2^32 (RFC 9293 section 3.4).
 *
 * Every function takes and returns integers in 0...4294967295 (an operand of `add` and `sub` may be any safe
 * integer, also a negative one). None of them throws.
 */

/** The size of the sequence space. */
export const SEQUENCE_SPACE = 2 ** 32;

/** `a + b` modulo 2^32. */
export const add = (a: number, b: number): number =>
  (((a + b) % SEQUENCE_SPACE) + SEQUENCE_SPACE) % SEQUENCE_SPACE;

/** `a - b` modulo 2^32: how far `a` lies ahead of `b`. */
export const sub = (a: number, b: number): number => add(a, -b);

/** Whether `a` precedes `b`: the distance from a to b is less than half of the space, and not zero. */
export const lt = (a: number, b: number): boolean => a !== b && sub(b, a) < SEQUENCE_SPACE / 2;

/** Whether `a` precedes `b` or equals it. */
export const leq = (a: number, b: number): boolean => a === b || lt(a, b);

/** Whether `a` follows `b`. */
export const gt = (a: number, b: number): boolean => lt(b, a);

/** Whether `a` follows `b` or equals it. */
export const geq = (a: number, b: number): boolean => leq(b, a);

/** Whether `left =< value < left + size`: the window test of RFC 9293 section 3.4, for a size below 2^32. */
export const within = (value: number, left: number, size: number): boolean => sub(value, left) < size;

/**
 * Sequence numbers are unsigned 32-bit integers, counted and compared modulo 2^32 (RFC 9293 section 3.4). `add` and `sub`
 * take any safe integer. Nothing here throws.
 */

export const SEQUENCE_SPACE = 2 ** 32;

/** `a + b` modulo 2^32. */
export const add = (a: number, b: number): number =>
  (((a + b) % SEQUENCE_SPACE) + SEQUENCE_SPACE) % SEQUENCE_SPACE;

/** `a - b` modulo 2^32. */
export const sub = (a: number, b: number): number => add(a, -b);

/** `a < b`: `b` is ahead of `a` by less than half of the sequence space. */
export const lt = (a: number, b: number): boolean => a !== b && sub(b, a) < SEQUENCE_SPACE / 2;
export const leq = (a: number, b: number): boolean => a === b || lt(a, b);
export const gt = (a: number, b: number): boolean => lt(b, a);
export const geq = (a: number, b: number): boolean => leq(b, a);

/** `left =< value < left + size`, the window test of RFC 9293 section 3.4. `size` is below 2^32. */
export const within = (value: number, left: number, size: number): boolean => sub(value, left) < size;

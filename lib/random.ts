/**
 * Mulberry32: a small seeded generator, good enough to choose test data and to lose packets by. The same seed gives the
 * same numbers.
 *
 * @param seed unsigned 32-bit
 * @returns a function that draws the next number, 0...4294967295
 */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  };
}

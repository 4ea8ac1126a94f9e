/** A set of small numbers. */
export class Bits {
  readonly #words: Uint32Array;
  constructor(size: number) {
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }
  add(index: number): void {
    (this.#words[index >>> 5] as number) |= 0;
    this.#words[index >>> 5] = (this.#words[index >>> 5] as number) | (1 << (index & 31));
  }
  has(index: number): boolean {
    return (((this.#words[index >>> 5] as number) >>> (index & 31)) & 1) === 1;
  }
  and(other: Bits): Bits {
    const both = new Bits(this.#words.length * 32);
    for (let at = 0; at < this.#words.length; at += 1)
      both.#words[at] = (this.#words[at] as number) & (other.#words[at] as number);
    return both;
  }
  /** Whether any is in both. */
  meets(other: Bits): boolean {
    return this.#words.some((word, at) => (word & (other.#words[at] as number)) !== 0);
  }
  /** How many are in both. */
  shared(other: Bits): number {
    let count = 0;
    for (let at = 0; at < this.#words.length; at += 1)
      count += ones((this.#words[at] as number) & (other.#words[at] as number));
    return count;
  }
  /** The same for the same set, and for no other of this size. */
  get key(): string {
    return Buffer.from(this.#words.buffer).toString('latin1');
  }
  remove(other: Bits): void {
    for (let at = 0; at < this.#words.length; at += 1)
      this.#words[at] = (this.#words[at] as number) & ~(other.#words[at] as number);
  }
  get size(): number {
    return this.shared(this);
  }
}

function ones(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

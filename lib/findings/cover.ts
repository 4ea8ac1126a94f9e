/** A set of small numbers. */
export class Bits {
  readonly #words: Uint32Array;
  constructor(size: number) {
    this.#words = new Uint32Array(Math.ceil(size / 32));
  }
  add(index: number): void {
    this.#words[index >>> 5] = (this.#words[index >>> 5] as number) | (1 << (index & 31));
  }
  has(index: number): boolean {
    return (((this.#words[index >>> 5] as number) >>> (index & 31)) & 1) === 1;
  }
  and(other: Bits): Bits {
    return this.copy().become(this, other);
  }
  copy(): Bits {
    const copied = new Bits(this.#words.length * 32);
    copied.#words.set(this.#words);
    return copied;
  }
  /** Takes on what is in both, which are as large as this. */
  become(one: Bits, other: Bits): this {
    for (let at = 0; at < this.#words.length; at += 1)
      this.#words[at] = (one.#words[at] as number) & (other.#words[at] as number);
    return this;
  }
  /** Whether any is in both. */
  meets(other: Bits): boolean {
    for (let at = 0; at < this.#words.length; at += 1)
      if (((this.#words[at] as number) & (other.#words[at] as number)) !== 0) return true;
    return false;
  }
  /** Whether all of this are in the other. */
  isWithin(other: Bits): boolean {
    for (let at = 0; at < this.#words.length; at += 1)
      if (((this.#words[at] as number) & ~(other.#words[at] as number)) !== 0) return false;
    return true;
  }
  equals(other: Bits): boolean {
    for (let at = 0; at < this.#words.length; at += 1) if (this.#words[at] !== other.#words[at]) return false;
    return true;
  }
  /** How many are in both. */
  shared(other: Bits): number {
    let count = 0;
    for (let at = 0; at < this.#words.length; at += 1)
      count += ones((this.#words[at] as number) & (other.#words[at] as number));
    return count;
  }
  /** The same for the same set; another may have it, too. */
  get hash(): number {
    let hash = 0;
    for (let at = 0; at < this.#words.length; at += 1)
      hash = (Math.imul(hash, 0x01000193) ^ (this.#words[at] as number)) + (hash >>> 15);
    return hash | 0;
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

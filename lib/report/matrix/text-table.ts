/** Each text once, and elsewhere its index. */
export class TextTable {
  readonly texts: string[] = [];
  readonly #index = new Map<string, number>();

  of(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    this.#index.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** -1 for none. */
  ifAny(text: string | undefined): number {
    return text ? this.of(text) : -1;
  }
}

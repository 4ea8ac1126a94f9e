/** A text that is not in the segment notation, or an expression that has no value. */
export class NotationError extends Error {
  override readonly name = 'NotationError';

  /**
   * @param problem what is wrong, as a phrase
   * @param text the text at fault, in full
   * @param column where in the text, counted from 1; absent when the text is well formed but has no value
   */
  constructor(
    problem: string,
    readonly text: string,
    readonly column?: number,
  ) {
    super(column === undefined ? `${problem}: ${text}` : `${problem} at column ${column}: ${text}`);
  }
}

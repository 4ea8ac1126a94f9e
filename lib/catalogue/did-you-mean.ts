import { closest, distance } from 'fastest-levenshtein';

// More letters than that and it is another word.
const MOST_LETTERS_WRONG = 3;

/** `, did you mean RCV.NXT?` where one of the words is near; otherwise nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  if (words.length === 0) return '';
  const nearest = closest(word, words as string[]);
  const isNear = distance(word, nearest) <= Math.min(MOST_LETTERS_WRONG, word.length / 2);
  return isNear ? ` (did you mean ${nearest}?)` : '';
}

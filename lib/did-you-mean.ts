import { closest, distance } from 'fastest-levenshtein';

// More letters than that and it is another word.
const MOST_LETTERS_WRONG = 3;

const sorted = (word: string): string => [...word].sort().join('');

/** ` (did you mean RCV.NXT?)` where one of the words is near, or has the same letters in another order; otherwise nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  if (words.length === 0 || word === '') return '';
  const nearest = closest(word, words as string[]);
  const isNear = distance(word, nearest) <= Math.min(MOST_LETTERS_WRONG, word.length / 2);
  const meant = words.find((one) => sorted(one) === sorted(word)) ?? (isNear ? nearest : undefined);
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

import { PROFILES } from '../../lib/spec/profile.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';

export interface Difference {
  readonly clean: CaseResult;
  readonly other: CaseResult;
}

export interface Comparison {
  /** Another verdict under some profile. */
  readonly differing: readonly Difference[];
  /** No verdict, where there had been one. */
  readonly inconclusive: readonly Difference[];
}

/** Compares the results of two runs of the same cases. */
export function compare(clean: readonly CaseResult[], others: readonly CaseResult[]): Comparison {
  const keyOf = ({ id, family }: CaseResult): string => `${id} ${family}`;
  const cleanOnes = new Map(clean.map((result) => [keyOf(result), result]));
  const pairs = others.flatMap((other) => {
    const one = cleanOnes.get(keyOf(other));
    return one ? [{ clean: one, other }] : [];
  });
  return {
    differing: pairs.filter(
      (pair) =>
        !pair.other.inconclusive &&
        PROFILES.some((profile) => pair.clean.verdicts[profile] !== pair.other.verdicts[profile]),
    ),
    inconclusive: pairs.filter((pair) => pair.other.inconclusive && !pair.clean.inconclusive),
  };
}

/** One line: which case, and what was seen each time. */
export function printDifference({ clean, other }: Difference): string {
  const seen = ({ observed, stateAfter, verdicts }: CaseResult): string =>
    `${observed.join(' ') || 'silence'}, then ${stateAfter} (${PROFILES.map((profile) => verdicts[profile]).join(', ')})`;
  const because = other.inconclusive ? other.inconclusive.reason : seen(other);
  return `${other.id}, IPv${other.family}: ${seen(clean)}; now ${because}; ${other.notes.at(-1) ?? ''}`;
}

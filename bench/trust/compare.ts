import { printConcrete } from '../../lib/notation/index.ts';
import { say } from '../../lib/report/say.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { type CaseResult, verdictOf } from '../../lib/verdict/result.ts';

export interface Difference {
  readonly clean: CaseResult;
  readonly other: CaseResult;
}

interface Comparison {
  /** Another verdict under some profile. */
  readonly differing: readonly Difference[];
  /** No verdict any more. */
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
    differing: pairs.filter(({ clean: before, other }) =>
      PROFILES.some((profile) => {
        const [was, is] = [verdictOf(before, profile), verdictOf(other, profile)];
        return is !== 'inconclusive' && was !== is;
      }),
    ),
    inconclusive: pairs.filter(({ clean: before, other }) =>
      PROFILES.some(
        (profile) =>
          verdictOf(other, profile) === 'inconclusive' && verdictOf(before, profile) !== 'inconclusive',
      ),
    ),
  };
}

/** One line: the case, and what each run observed. */
export function printDifference({ clean, other }: Difference): string {
  return `${other.id}, IPv${other.family}: ${resultText(clean)}; now ${resultText(other)}; ${other.notes.slice(-1).map(say.note).join('')}`;
}

function resultText(result: CaseResult): string {
  if (result.outcome !== 'judged') return say.reason(result.why);
  const verdicts = PROFILES.map((profile) => verdictOf(result, profile)).join(', ');
  return `${result.observed.map(printConcrete).join(' ') || 'silence'}, then ${result.stateAfter} (${verdicts})`;
}

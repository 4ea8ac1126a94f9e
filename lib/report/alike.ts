import { verdictOf, whyInconclusive } from '../verdict/result.ts';
import { observedText } from './expectation.ts';
import { byState } from './judgement.ts';
import type { ReportCase, Run } from './run.ts';

/**
 * One case fails the same way over both families more often than not: such failures are told once, in the RFC's order.
 *
 * @param also what else is to be the same
 */
export function alike(
  failed: readonly ReportCase[],
  run: Pick<Run, 'profile'>,
  also: (result: ReportCase) => string | undefined = () => undefined,
): (readonly ReportCase[])[] {
  const groups = new Map<string, ReportCase[]>();
  for (const { cases } of byState(failed)) {
    for (const result of cases) {
      const key = [
        result.id,
        verdictOf(result, run.profile),
        observedText(result),
        JSON.stringify(whyInconclusive(result, run.profile)),
        also(result),
      ].join('\n');
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
  }
  return [...groups.values()];
}

/** `IPv4`, `IPv6` or `IPv4 and IPv6`. */
export const familiesText = (results: readonly ReportCase[]): string =>
  results.map(({ family }) => `IPv${family}`).join(' and ');

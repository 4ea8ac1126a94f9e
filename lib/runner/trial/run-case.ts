import type { Case } from '../../catalogue/scenario.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { attempt } from './attempt.ts';
import type { CaseContext } from './case-context.ts';
import { isUnexpectedSilence, resultOf } from './case-result.ts';
import { notRun } from './lost.ts';
import { settle } from './settle.ts';

export type { CaseContext } from './case-context.ts';

/** Runs a case until its verdict can be believed; throws nothing but TargetDied. */
export async function runCase(subject: Case, context: CaseContext): Promise<CaseResult> {
  const began = Date.now();
  const { environment, family, profile, watch } = context;
  if (watch?.lost) return notRun(subject, family, { kind: 'target lost', cause: watch.lost });
  const result = await settle(
    { profile, path: environment.tester.path, watch, futility: context.futility, rest: context.rest },
    async (spoilt) => {
      const seen = await attempt(subject, context, spoilt);
      return {
        result: resultOf(subject, context, seen, began),
        silent: isUnexpectedSilence(subject, context, seen),
      };
    },
  );
  return { ...result, durationMs: Date.now() - began };
}

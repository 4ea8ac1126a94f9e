import { findCase } from '../spec/catalogue.ts';
import type { Ladder } from '../spec/ladder.ts';
import { findLadder } from '../spec/ladders.ts';
import type { CaseResult } from '../verdict/result.ts';
import { asCase } from './described.ts';
import { lostResult } from './lost.ts';
import { type CaseContext, runCase } from './run-case.ts';
import { runLadder } from './run-ladder.ts';
import { settle } from './settle.ts';
import { ruledOutByCookies } from './syn-cookies.ts';

/** Runs a case or a ladder by its id. @throws Error when there is none of that id */
export async function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findCase(id);
  if (subject) {
    const obstacle = context.synCookies ? ruledOutByCookies(subject) : undefined;
    if (!obstacle) return runCase(subject, context);
    return {
      ...lostResult(subject, context.family, obstacle),
      inconclusive: { reason: obstacle, byCapability: true },
    };
  }
  const ladder = findLadder(id);
  if (ladder) return settledLadder(ladder, context);
  throw new Error(`no such case: ${id}`);
}

async function settledLadder(ladder: Ladder, context: CaseContext): Promise<CaseResult> {
  const { environment, family, watch } = context;
  if (watch?.lost) return lostResult(asCase(ladder), family, watch.lost);
  return settle({ path: environment.tester.path, watch }, async () => {
    const result = await runLadder(ladder, context);
    return { result, spoilt: result.inconclusive?.reason };
  });
}

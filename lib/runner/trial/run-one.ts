import { findCase } from '../../spec/catalogue.ts';
import type { Ladder } from '../../spec/ladder.ts';
import { findLadder } from '../../spec/ladders.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { ladderRuledOutByCookies, ruledOutByCookies } from '../preflight/syn-cookies.ts';
import { asCase, type Described } from './described.ts';
import { lostResult, notRun } from './lost.ts';
import { type CaseContext, runCase } from './run-case.ts';
import { runLadder } from './run-ladder.ts';
import { settle } from './settle.ts';

/** Runs a case or a ladder by its id. @throws Error when there is none of that id */
export async function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findCase(id);
  if (subject) {
    const obstacle = context.environment.synCookies ? ruledOutByCookies(subject) : undefined;
    return obstacle ? ruledOut(subject, context, obstacle) : runCase(subject, context);
  }
  const ladder = findLadder(id);
  if (ladder) {
    const obstacle = context.environment.synCookies ? ladderRuledOutByCookies(ladder) : undefined;
    return obstacle ? ruledOut(asCase(ladder), context, obstacle) : settledLadder(ladder, context);
  }
  throw new Error(`no such case: ${id}`);
}

function ruledOut(subject: Described, { family }: CaseContext, reason: string): CaseResult {
  return notRun(subject, family, { reason, byCapability: true });
}

async function settledLadder(ladder: Ladder, context: CaseContext): Promise<CaseResult> {
  const { environment, family, profile, watch } = context;
  if (watch?.lost) return lostResult(asCase(ladder), family, watch.lost);
  return settle({ profile, path: environment.tester.path, watch }, (spoilt) =>
    runLadder(ladder, context, spoilt),
  );
}

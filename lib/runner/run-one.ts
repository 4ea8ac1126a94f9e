import { findCase } from '../spec/catalogue.ts';
import { findLadder } from '../spec/ladders.ts';
import type { CaseResult } from '../verdict/result.ts';
import { type CaseContext, runCase } from './run-case.ts';
import { runLadder } from './run-ladder.ts';

/** Runs a case or a ladder by its id. @throws Error when there is none of that id */
export function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findCase(id);
  if (subject) return runCase(subject, context);
  const ladder = findLadder(id);
  if (ladder) return runLadder(ladder, context);
  throw new Error(`no such case: ${id}`);
}

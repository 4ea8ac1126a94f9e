import { findCase, findLadder } from '../../catalogue/catalogue.ts';
import type { Ladder } from '../../catalogue/ladder.ts';
import { blockerOf, type Finding } from '../../verdict/finding.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { isRuledOutByCookies } from '../preflight/syn-cookies.ts';
import { asCase, type Described } from './described.ts';
import { notRun } from './lost.ts';
import { type CaseContext, runCase } from './run-case.ts';
import { runLadder } from './run-ladder.ts';
import { settle } from './settle.ts';

/** What is known of a case or a ladder by its id; undefined when there is none. */
export function describedBy(id: string): Described | undefined {
  const ladder = findLadder(id);
  return findCase(id) ?? (ladder && asCase(ladder));
}

/** Runs a case or a ladder by its id. @throws TargetDied; Error when there is none of that id */
export async function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findCase(id);
  const { family, findings = [] } = context;
  const described = describedBy(id);
  const deadly = described && context.hazards?.obstacleOf(described);
  if (deadly) return notRun(described, family, deadly);
  if (subject) {
    const blocker = blockerOf({ ...subject, family }, findings);
    if (blocker) return blockedBy(blocker, subject);
    const isRuledOut = context.environment.synCookies && isRuledOutByCookies(subject);
    return isRuledOut ? notRun(subject, family, { kind: 'SYN cookies' }) : runCase(subject, context);
  }
  const ladder = findLadder(id);
  if (ladder) {
    const blocker = blockerOf({ state: ladder.start, family }, findings);
    if (blocker) return blockedBy(blocker, asCase(ladder));
    const isRuledOut = context.environment.synCookies && ladder.start === 'LISTEN';
    return isRuledOut
      ? notRun(asCase(ladder), family, { kind: 'SYN cookies' })
      : settledLadder(ladder, context);
  }
  throw new Error(`no such case: ${id}`);
}

/** It is not tried: the way to its state is known to end at that finding. */
function blockedBy({ id, step, family, observed, wrong }: Finding, subject: Described): CaseResult {
  return notRun(subject, family, { kind: 'blocked', by: { id, step, family, observed, wrong } });
}

async function settledLadder(ladder: Ladder, context: CaseContext): Promise<CaseResult> {
  const { environment, family, profile, watch } = context;
  if (watch?.lost) return notRun(asCase(ladder), family, { kind: 'target lost', cause: watch.lost });
  return settle(
    { profile, path: environment.tester.path, watch, futility: context.futility, rest: context.rest },
    (spoilt) => runLadder(ladder, context, spoilt),
  );
}

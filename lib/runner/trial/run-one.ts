import { findScenario } from '../../catalogue/catalogue.ts';
import { isCase, type Scenario } from '../../catalogue/scenario.ts';
import { blockerOf, type Finding } from '../../verdict/finding.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { isRuledOutByCookies } from '../preflight/syn-cookies.ts';
import type { Described } from './described.ts';
import { notRun } from './lost.ts';
import { type CaseContext, runCase } from './run-case.ts';
import { playScenario } from './play-scenario.ts';
import { settle } from './settle.ts';

/** Runs a scenario by its id. @throws TargetDied; Error when there is none of that id */
export async function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findScenario(id);
  if (!subject) throw new Error(`no such case: ${id}`);
  const { family, findings = [] } = context;
  const deadly = context.hazards?.obstacleOf(subject);
  if (deadly) return notRun(subject, family, deadly);
  const blocker = blockerOf({ ...subject, family }, findings);
  if (blocker) return blockedBy(blocker, subject);
  const isRuledOut = context.environment.synCookies && isRuledOutByCookies(subject);
  if (isRuledOut) return notRun(subject, family, { kind: 'SYN cookies' });
  return isCase(subject) ? runCase(subject, context) : settledScenario(subject, context);
}

/** It is not tried: the way to its state is known to end at that finding. */
function blockedBy({ id, step, family, observed, wrong }: Finding, subject: Described): CaseResult {
  return notRun(subject, family, { kind: 'blocked', by: { id, step, family, observed, wrong } });
}

async function settledScenario(ladder: Scenario, context: CaseContext): Promise<CaseResult> {
  const { environment, family, profile, watch } = context;
  if (watch?.lost) return notRun(ladder, family, { kind: 'target lost', cause: watch.lost });
  return settle(
    { profile, path: environment.tester.path, watch, futility: context.futility, rest: context.rest },
    (spoilt) => playScenario(ladder, context, spoilt),
  );
}

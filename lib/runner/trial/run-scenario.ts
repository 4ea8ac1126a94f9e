import { findScenario } from '../../catalogue/catalogue.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import { blockerOf, type Finding } from '../../verdict/finding.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { isRuledOutByCookies } from '../preflight/syn-cookies.ts';
import type { CaseContext } from './case-context.ts';
import type { Described } from './described.ts';
import { notRun } from './lost.ts';
import { playScenario } from './play-scenario.ts';
import { repeatUntilTrusted } from './repeat-until-trusted.ts';

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
  return runScenario(subject, context);
}

/** It is not tried: the way to its state is known to end at that finding. */
function blockedBy({ id, step, family, observed, wrong }: Finding, subject: Described): CaseResult {
  return notRun(subject, family, { kind: 'blocked', by: { id, step, family, observed, wrong } });
}

/** Runs a scenario until its verdict can be believed; throws nothing but TargetDied. */
export async function runScenario(subject: Scenario, context: CaseContext): Promise<CaseResult> {
  const began = Date.now();
  const { environment, family, profile, watch, futility, rest } = context;
  if (watch?.lost) return notRun(subject, family, { kind: 'target lost', cause: watch.lost });
  const result = await repeatUntilTrusted(
    { profile, path: environment.tester.path, watch, futility, rest },
    (spoilt) => playScenario(subject, context, spoilt),
  );
  return { ...result, durationMs: Date.now() - began };
}

import { findScenario } from '../../catalogue/catalogue.ts';
import type { Scenario } from '../../catalogue/scenario.ts';
import { pause } from '../../states/index.ts';
import { blockerOf, type PreflightFault } from '../../verdict/preflight-fault.ts';
import type { CaseResult, JudgedResult } from '../../verdict/result.ts';
import type { Aside } from '../pool.ts';
import { isRuledOutByCookies } from '../preflight/half-open.ts';
import type { CaseContext } from './case-context.ts';
import { type Described, notRun } from './not-run.ts';
import { type Attempt, playScenario } from './play-scenario.ts';
import { repeatUntilTrusted } from './repeat-until-trusted.ts';

/** Runs a scenario by its id. @throws TargetDied; Error when there is none of that id */
export async function runOne(id: string, context: CaseContext): Promise<CaseResult> {
  const subject = findScenario(id);
  if (!subject) throw new Error(`no such case: ${id}`);
  const { family, preflightFaults = [] } = context;
  const deadly = context.hazards?.obstacleOf(subject);
  if (deadly) return notRun(subject, family, deadly);
  const blocker = blockerOf({ ...subject, family }, preflightFaults);
  if (blocker) return blockedBy(blocker, subject);
  const isRuledOut = context.environment.synCookies && isRuledOutByCookies(subject);
  if (isRuledOut) return notRun(subject, family, { kind: 'SYN cookies' });
  return runScenario(subject, context);
}

/** It is not tried: the way to its state is known to end at that fault. */
function blockedBy({ id, step, family, observed, wrong }: PreflightFault, subject: Described): CaseResult {
  return notRun(subject, family, { kind: 'blocked', by: { id, step, family, observed, wrong } });
}

/** Runs a scenario until its verdict can be believed; throws nothing but TargetDied. */
export async function runScenario(subject: Scenario, context: CaseContext): Promise<CaseResult> {
  const began = Date.now();
  const { environment, family, profile, watch, futility, haste, aside = waiting } = context;
  const { path } = environment.tester;
  if (watch?.lost) return notRun(subject, family, { kind: 'target lost', cause: watch.lost });
  const watched = new Set<string>();
  const noted = (attempt: Attempt): Attempt => {
    const { result, watched: seen } = attempt;
    for (const [kind, hasMissed] of seen) {
      watched.add(kind);
      if (result.outcome !== 'judged') continue;
      // Where the connection has ended, it does not stand for those that go on.
      if (hasMissed || !haste?.hearsAll(subject, result)) haste?.note(kind, hasMissed);
    }
    return attempt;
  };
  const patiently = async (spoilt: number): Promise<Attempt> =>
    noted(await playScenario(subject, context, spoilt));
  const { once, ended } =
    subject.slow && context.hasRoom ? twoAtOnce(patiently) : { once: patiently, ended: undefined };
  const rest = (milliseconds: number): Promise<void> => {
    context.rests?.();
    return aside(() => pause(milliseconds));
  };
  const mayBeHasty = (): boolean => !path.disturbed && haste?.isWorthwhile(subject) === true;
  const hastily = mayBeHasty() ? async () => tryHastily(subject, context, noted) : undefined;
  const again = async (first: JudgedResult, hasWaited: boolean): Promise<Attempt | undefined> =>
    mayBeHasty() && haste?.mayConfirm(subject, first, profile, hasWaited)
      ? tryHastily(subject, context, noted, 'confirming')
      : undefined;
  try {
    const circumstances = { profile, path, watch, futility, rest, hastily, again };
    const result = await repeatUntilTrusted(circumstances, once);
    return { ...result, durationMs: Date.now() - began };
  } finally {
    for (const kind of watched) haste?.end(kind);
    await ended?.();
  }
}

/** The second attempt is made beside the first: what deviates is to be seen twice, and minutes are long. */
function twoAtOnce(attempt: (spoilt: number) => Promise<Attempt>) {
  let second: Promise<Attempt> | undefined;
  let isTaken = false;
  return {
    once: (spoilt: number): Promise<Attempt> => {
      if (second && !isTaken) {
        isTaken = true;
        return second;
      }
      const now = attempt(spoilt);
      second ??= attempt(spoilt + 1);
      return now;
    },
    ended: async (): Promise<void> => void (await second),
  };
}

const waiting: Aside = (wait) => wait();

/** @returns undefined where it came to nothing */
async function tryHastily(
  subject: Scenario,
  context: CaseContext,
  noted: (attempt: Attempt) => Attempt,
  isHasty: CaseContext['isHasty'] = true,
): Promise<Attempt | undefined> {
  const { haste, aside = waiting } = context;
  const attempt = noted(await playScenario(subject, { ...context, isHasty }, 0));
  if (!attempt.isHasty) return attempt;
  const { result, hastened } = attempt;
  let isTrusted = result.outcome === 'judged' && !attempt.hasLateReply;
  if (!isTrusted) haste?.fail(subject);
  else if (result.outcome === 'judged' && haste?.hearsAll(subject, result)) return attempt;
  else if (isHasty === 'confirming') isTrusted = ![...hastened].some((kind) => haste?.isDistrusted(kind));
  else {
    await aside(async () => {
      for (const kind of hastened) isTrusted &&= (await haste?.isTrusted(kind)) === true;
    });
  }
  return isTrusted ? attempt : undefined;
}

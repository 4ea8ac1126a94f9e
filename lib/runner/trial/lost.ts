import type { Inconclusive, NotRunResult } from '../../verdict/result.ts';
import type { Described } from './described.ts';

/** The result of a case that was never run, or whose result was lost. */
export function notRun(subject: Described, family: 4 | 6, why: Inconclusive): NotRunResult {
  const { id, title, state, origin, conditions, send } = subject;
  return {
    id,
    title,
    state,
    ...(origin ? { origin } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    family,
    send,
    outcome: 'not run',
    why,
    notes: [],
    records: [],
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
}

/** The same where it is not the target's capabilities that rule it out: such a case fails the run. */
export const lostResult = (subject: Described, family: 4 | 6, reason: string): NotRunResult =>
  notRun(subject, family, { reason, byCapability: false });

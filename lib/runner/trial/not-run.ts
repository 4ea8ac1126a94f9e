import { type Scenario, sentText } from '../../catalogue/scenario.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { NotRunResult } from '../../verdict/result.ts';

/** What a result says of its scenario, besides the outcome. */
export type Described = Pick<Scenario, 'id' | 'title' | 'state' | 'origin' | 'conditions' | 'steps'>;

/** The result of a case that was never run, or whose result was lost. */
export function notRun(subject: Described, family: 4 | 6, why: Reason): NotRunResult {
  const { id, title, state, origin, conditions } = subject;
  return {
    id,
    title,
    state,
    ...(origin ? { origin } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
    family,
    send: sentText(subject),
    outcome: 'not run',
    why,
    notes: [],
    records: [],
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
}

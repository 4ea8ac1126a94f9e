import type { Failed } from '../../lib/explore/cause.ts';
import { modelOf, tcbIn } from '../../lib/explore/model.ts';
import { beginning, type Terms } from '../../lib/explore/oracle/world.ts';
import type { TracedStep } from '../../lib/explore/played.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';

export const PLACE = { state: 'ESTABLISHED', conditions: [] } as const;
const WORLDS = beginning(tcbIn(PLACE, modelOf(PLACE), 536), [ALL_CHECKS], true);

/** Silence where an ACK is due, after these stimuli. */
export const failedAfter = (...stimuli: readonly string[]): Failed => {
  const due = WORLDS.map((world) => ({
    ...world,
    due: [
      {
        ...{ seq: world.tcb.sndNxt, ack: world.tcb.rcvNxt, ctl: new Set(['ACK'] as const), data: 0, urg: 0 },
        ...{ wnd: 0, security: 0, precedence: 0, checksumValid: true, unicast: true },
      },
    ],
  }));
  const steps = stimuli.map(
    (stimulus): TracedStep => ({ stimulus, variables: {}, events: [], seen: [], isThrottled: false }),
  );
  const failure = { step: steps.length - 1, seen: [], kind: 'silence', worlds: due, before: WORLDS } as const;
  const terms: Terms = {
    ...{ profile: 'rfc9293', isListening: false, longestDelay: 500, unsaidMss: 536 },
    timeWait: { atLeast: 0, atMost: 0 },
  };
  return { trace: { worlds: WORLDS, terms, steps }, failure };
};

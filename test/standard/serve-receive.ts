import { callRules, distinctReactions, must, type Reaction } from '../../lib/standard/calls/reaction.ts';
import { receive } from '../../lib/standard/calls/receive.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';

/** Serves the first waiting RECEIVE with the text that has arrived since, or tells it that no text will come. */
export function serveReceive(tcb: Tcb, profile: Profile): Reaction[] {
  const rules = callRules(profile, 'RECEIVE call', '3.10.3');
  const [octets, ...rest] = tcb.receives;
  if (octets === undefined) return [...must('no RECEIVE waits', tcb)];
  return distinctReactions(
    [...receive({ ...tcb, receives: [] }, { name: 'RECEIVE', octets }, rules)].map((each) => ({
      ...each,
      tcb: { ...each.tcb, receives: each.tcb.receives.length > 0 ? tcb.receives : rest },
      told: each.told.map((told) =>
        told.to === 'caller' && told.says !== 'state' && told.says !== 'ok'
          ? ({ to: 'RECEIVEs', says: told.says } as const)
          : told,
      ),
    })),
  );
}

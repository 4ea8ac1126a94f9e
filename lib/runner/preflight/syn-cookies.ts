import type { Case } from '../../catalogue/case.ts';
import type { Ladder } from '../../catalogue/ladder.ts';

const REASON = 'the target answers SYNs by cookies: it has no TCB in SYN-RECEIVED';

/** Why a case cannot be judged while the target uses SYN cookies; undefined when it can. */
export function ruledOutByCookies({ state, origin, expect }: Case): string | undefined {
  if (state === 'SYN-RECEIVED' && origin === 'passive') return REASON;
  const opens = Object.values(expect).some((outcomes) =>
    outcomes.some(({ then }) => then === 'SYN-RECEIVED'),
  );
  return state === 'LISTEN' && opens ? REASON : undefined;
}

/** The same for a ladder. */
export const ladderRuledOutByCookies = ({ start }: Ladder): string | undefined =>
  start === 'LISTEN' ? REASON : undefined;

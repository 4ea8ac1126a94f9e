import type { Case } from '../../catalogue/case.ts';

/** Whether a case cannot be judged while the target answers SYNs by cookies: it has no TCB in SYN-RECEIVED then. */
export function isRuledOutByCookies({ state, origin, expect }: Case): boolean {
  if (state === 'SYN-RECEIVED') return origin === 'passive';
  return (
    state === 'LISTEN' &&
    Object.values(expect).some((outcomes) => outcomes.some(({ then }) => then === 'SYN-RECEIVED'))
  );
}

import type { Scenario } from '../../catalogue/scenario.ts';

/** Whether a scenario cannot be judged while the target answers SYNs by cookies: it has no TCB in SYN-RECEIVED then. */
export function isRuledOutByCookies({ state, origin, steps }: Scenario): boolean {
  if (state === 'SYN-RECEIVED') return origin === 'passive';
  const outcomes = steps.flatMap((step) => ('expect' in step ? Object.values(step.expect).flat() : []));
  return state === 'LISTEN' && outcomes.some(({ then }) => then === 'SYN-RECEIVED');
}

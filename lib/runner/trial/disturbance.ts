import type { Environment } from '../../states/index.ts';
import type { Mailbox, Tester } from '../../tester/index.ts';
import type { Reason } from '../../verdict/reason.ts';

/** The tester's own counts when an attempt begins: what is more at its end may have spoilt it. */
export interface Beginning {
  /** Of `performance.now()`. */
  readonly startedAt: number;
  readonly losses: number;
  readonly failures: number;
}

export const beginning = (tester: Tester): Beginning => ({
  startedAt: performance.now(),
  losses: tester.losses(),
  failures: tester.failures,
});

/** What on the tester's side or on the path makes an attempt worthless, whatever was seen; undefined when nothing does. */
export function disturbanceSince(
  { startedAt, losses, failures }: Beginning,
  { tester, timing }: Environment,
  { unsent: [unsent], refusals: [refusal] }: Pick<Mailbox, 'unsent' | 'refusals'>,
): Reason | undefined {
  if (tester.losses() > losses) return { kind: 'packets dropped' };
  if (tester.failures > failures) return { kind: 'socket failed', told: String(tester.lastFailure) };
  if (unsent) return { kind: 'not sent', told: unsent };
  if (refusal) return { kind: 'path refuses', told: refusal.text };
  // What was late is read before anything is concluded from it; but timers, ours and the target's, have gone on.
  const lag = tester.lag.worstSince(startedAt);
  return lag > timing.observation ? { kind: 'tester late', milliseconds: Math.round(lag) } : undefined;
}

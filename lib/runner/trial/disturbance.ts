import type { Environment } from '../../states/index.ts';
import type { Mailbox, Tester } from '../../tester/index.ts';
import type { Reason } from '../../verdict/reason.ts';

/** The tester's counters when an attempt begins. If one is higher at the end, the attempt may be spoilt. */
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

/** Why tester or path make an attempt worthless, whatever it observed; undefined when they do not. */
export function disturbanceSince(
  { startedAt, losses, failures }: Beginning,
  { tester, timing }: Environment,
  { unsent: [unsent], refusals: [refusal] }: Pick<Mailbox, 'unsent' | 'refusals'>,
): Reason | undefined {
  if (tester.losses() > losses) return { kind: 'packets dropped' };
  if (tester.failures > failures) return { kind: 'socket failed', told: String(tester.lastFailure) };
  if (unsent) return { kind: 'not sent', told: unsent };
  if (refusal) return { kind: 'path refuses', told: refusal.text };
  // The tester reads late segments before it draws conclusions. But its timers and the target's have gone on meanwhile.
  const lag = tester.lag.worstSince(startedAt);
  return lag > timing.observation ? { kind: 'tester late', milliseconds: Math.round(lag) } : undefined;
}

import { deleted, may, must, type Reaction, type Reactions } from '../calls/reaction.ts';
import { resets } from '../calls/segments.ts';
import type { TcbWithQueues } from '../queues.ts';
import type { State } from '../state.ts';

export const ABORTED = 'connection aborted due to user timeout';

/** The states in which ABORT sends a reset (RFC 793 page 62, RFC 9293 section 3.10.5). */
const RESET_BY_ABORT: readonly State[] = [
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
];

/** The section names no segment. But by section 3.9.1.1 (RFC 793 section 3.8) the timeout aborts, and an abort sends a reset. */
export function* givenUp(
  why: string,
  tcb: TcbWithQueues,
  told: Reaction['told'],
  as: typeof must = must,
): Reactions {
  yield* as(why, deleted(tcb), { told });
  if (!RESET_BY_ABORT.includes(tcb.state)) return;
  for (const reset of resets(tcb)) yield* may(`${why}, as ABORT does`, deleted(tcb), { sent: [reset], told });
}

import { deleted } from '../arrives/arrival.ts';
import { resets } from '../segments.ts';
import type { State } from '../state.ts';
import type { Tcb } from '../tcb.ts';
import { type CallRules, may, must, outstanding, type Reaction, type Reactions } from './reaction.ts';

export const ABORTED = 'connection aborted due to user timeout';

/** The states in which ABORT sends a reset (RFC 793 page 62, RFC 9293 section 3.10.5). */
const RESET_BY_ABORT: readonly State[] = [
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
];

/** RFC 793 page 62, RFC 9293 section 3.10.5: ABORT. */
export function* abort(tcb: Tcb, rules: CallRules): Reactions {
  const next = deleted(tcb);
  const step = (what: string): string => rules.step(tcb, what);
  const ok: Reaction['told'] = [{ to: 'caller', says: 'ok' }];
  const notices = outstanding(tcb, 'connection reset');
  if (tcb.state === 'LISTEN' || tcb.state === 'SYN-SENT') {
    yield* must(step('nothing is sent'), next, { told: notices });
    return yield* must(step('only the call gets a response'), next, { told: ok });
  }
  if (!RESET_BY_ABORT.includes(tcb.state)) return yield* must(step('nothing is sent'), next, { told: ok });
  const [plain, withAck] = resets(tcb);
  // Section 3.9.1.6: either the outstanding calls get a response too, or only ABORT does.
  for (const told of [notices, ok]) {
    yield* must(step('a reset at SND.NXT'), next, { sent: [plain], told });
    // Once established, all segments carry the current acknowledgment (RFC 793 section 3.7, RFC 9293 section 3.8).
    const asWell = tcb.state === 'SYN-RECEIVED' ? may : must;
    yield* asWell(step('a reset at SND.NXT, with ACK'), next, { sent: [withAck], told });
  }
}

/** The section names no segment. But by section 3.9.1.1 (RFC 793 section 3.8) the timeout aborts, and an abort sends a reset. */
export function* givenUp(why: string, tcb: Tcb, told: Reaction['told'], as: typeof must = must): Reactions {
  yield* as(why, deleted(tcb), { told });
  if (!RESET_BY_ABORT.includes(tcb.state)) return;
  for (const reset of resets(tcb)) yield* may(`${why}, as ABORT does`, deleted(tcb), { sent: [reset], told });
}

/** RFC 793 pages 63-64, RFC 9293 section 3.10.6: STATUS. */
export function* status(tcb: Tcb, rules: CallRules): Reactions {
  const told: Reaction['told'] = [{ to: 'caller', says: 'state', state: tcb.state }];
  yield* must(rules.step(tcb, 'the state is told'), tcb, { told });
}

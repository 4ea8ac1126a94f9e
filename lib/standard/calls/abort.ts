import type { TcbWithQueues } from '../queues.ts';
import {
  type CallRules,
  deleted,
  may,
  must,
  outstanding,
  type Reaction,
  type Reactions,
} from './reaction.ts';
import { resets } from './segments.ts';

/** RFC 793 page 62, RFC 9293 section 3.10.5: ABORT. */
export function* abort(tcb: TcbWithQueues, rules: CallRules): Reactions {
  const next = deleted(tcb);
  const step = (what: string): string => rules.step(tcb, what);
  const ok: Reaction['told'] = [{ to: 'caller', says: 'ok' }];
  const notices = outstanding(tcb, 'connection reset');
  switch (tcb.state) {
    case 'LISTEN':
    case 'SYN-SENT':
      yield* must(step('nothing is sent'), next, { told: notices });
      return yield* must(step('only the call gets a response'), next, { told: ok });
    case 'CLOSING':
    case 'LAST-ACK':
    case 'TIME-WAIT':
      return yield* must(step('nothing is sent'), next, { told: ok });
    default: {
      const [plain, withAck] = resets(tcb);
      // Section 3.9.1.6: either the outstanding calls get a response too, or only ABORT does.
      for (const told of [notices, ok]) {
        yield* must(step('a reset at SND.NXT'), next, { sent: [plain], told });
        // Once established, all segments carry the current acknowledgment (RFC 793 section 3.7, RFC 9293 section 3.8).
        const asWell = tcb.state === 'SYN-RECEIVED' ? may : must;
        yield* asWell(step('a reset at SND.NXT, with ACK'), next, { sent: [withAck], told });
      }
    }
  }
}

/** RFC 793 pages 63-64, RFC 9293 section 3.10.6: STATUS. */
export function* status(tcb: TcbWithQueues, rules: CallRules): Reactions {
  const told: Reaction['told'] = [{ to: 'caller', says: 'state', state: tcb.state }];
  yield* must(rules.step(tcb, 'the state is told'), tcb, { told });
}

import { add, gt, sub } from '../../wire/seq.ts';
import { finReceived, largestSegment } from '../queues.ts';
import { emptyAck } from '../segments.ts';
import type { Tcb } from '../tcb.ts';
import type { Receive } from './call.ts';
import { type CallRules, may, must, type Reaction, type Reactions, refusal } from './reaction.ts';

/** RFC 793 pages 58-59, RFC 9293 section 3.10.3: RECEIVE. */
export function* receive(tcb: Tcb, call: Receive, rules: CallRules): Reactions {
  const step = (what: string): string => rules.step(tcb, what);
  if (tcb.userGone) return yield* must(`${rules.by('3.6.1', '4.2.2.13')}: it reads no more`, tcb, closing);
  switch (tcb.state) {
    case 'LISTEN':
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
      return yield* queue(step('it waits until ESTABLISHED'), tcb, call, rules);
    case 'ESTABLISHED':
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2': {
      // Earlier RECEIVEs are served first.
      const available = tcb.receives.length > 0 ? 0 : tcb.unread;
      const filled = available >= call.octets;
      const pushed = available > 0 && tcb.pushed > 0;
      if (available > 0 && (filled || pushed || rules.rfc1122))
        yield* deliver(step('text that waits is delivered'), tcb, call, rules);
      if (!filled && !pushed) yield* queue(step('not enough text waits'), tcb, call, rules);
      return;
    }
    case 'CLOSE-WAIT':
      if (tcb.unread === 0) yield* must(step('no text is left'), tcb, closing);
      else yield* deliver(step('the rest of the text is delivered'), tcb, call, rules);
      return;
    default:
      yield* must(step('the peer has closed'), tcb, closing);
      // Taken literally, this paragraph would lose acknowledged text.
      if (tcb.unread > 0)
        yield* deliver(`${rules.by('3.9.1.4', '4.2.2.13', '3.5')}: users go on to read`, tcb, call, rules);
  }
}

const closing = refusal('connection closing');

function* queue(why: string, tcb: Tcb, { octets, noRoom }: Receive, rules: CallRules): Reactions {
  if (noRoom) yield* must(rules.step(tcb, 'no room to queue it'), tcb, refusal('insufficient resources'));
  else yield* must(why, { ...tcb, receives: [...tcb.receives, octets] });
}

/** Fills the buffer until it is full, or up to a PUSH, or up to the end of the text. */
function* deliver(why: string, tcb: Tcb, { octets }: Receive, rules: CallRules): Reactions {
  const most = Math.min(octets, tcb.unread);
  const { rcvUser: next, pushed } = tcb;
  // Text after the urgent pointer goes into another buffer, unless the boundary is marked.
  const urgent = gt(tcb.rcvUp, next) ? Math.min(sub(tcb.rcvUp, next), most) : most;
  yield* deliveries(why, tcb, urgent, rules);
  if (urgent < most) yield* deliveries(`${why}, the end of what is urgent marked`, tcb, most, rules);
  if (pushed > 0 && pushed < urgent) yield* deliveries(`${why}, as far as PUSH`, tcb, pushed, rules);
}

function* deliveries(why: string, tcb: Tcb, octets: number, rules: CallRules): Reactions {
  const { rcvUser: seq, unread, pushed } = tcb;
  const rcvUser = add(seq, octets);
  const urgent = gt(tcb.rcvUp, rcvUser);
  const delivered = [{ seq, octets, push: pushed === octets, urgent }];
  const told: Reaction['told'] = urgent ? [{ to: 'user', says: 'urgent data' }] : [];
  const next = { ...tcb, rcvUser, unread: unread - octets, pushed: Math.max(0, pushed - octets) };
  const effects = { delivered, told };
  const room = tcb.rcvBuff - next.unread;
  if (finReceived(tcb) || room <= tcb.rcvWnd) return yield* must(why, next, effects);
  const wider = { ...next, rcvWnd: room };
  const update = { ...effects, sent: [emptyAck(wider)] };
  // RFC 1122 section 4.2.3.3, RFC 9293 section 3.8.6.2.2: a small gain causes no window update.
  const worth = room - tcb.rcvWnd >= Math.min(tcb.rcvBuff / 2, largestSegment(tcb));
  if (!rules.rfc1122 || !worth) yield* must(`${why}; a window update may wait`, next, effects);
  const widen = rules.rfc1122 && !worth ? may : must;
  const because = `${why}; ${rules.by('3.8.6.2.2', '4.2.3.3', '3.7')}: the window`;
  yield* widen(`${because} opens with the next segment`, wider, effects);
  yield* widen(`${because} is updated`, wider, update);
}

import { add } from '../../wire/seq.ts';
import { queued } from '../queues.ts';
import type { Tcb } from '../tcb.ts';
import type { Send } from './call.ts';
import { connect, unspecified } from './open.ts';
import { type CallRules, must, type Reactions, refusal } from './reaction.ts';
import { transmit } from './transmission.ts';

/** RFC 793 pages 56-57, RFC 9293 section 3.10.2: SEND. */
export function* send(tcb: Tcb, call: Send, rules: CallRules): Reactions {
  const step = (what: string): string => rules.step(tcb, what);
  if (tcb.closing) return yield* must(step('CLOSE was called'), tcb, refusal('connection closing'));
  switch (tcb.state) {
    case 'LISTEN':
      if (!tcb.remoteSpecified)
        yield* must(step('the remote socket is not known'), tcb, refusal(unspecified(rules)));
      if (call.noRoom) yield* noRoom(tcb, rules);
      if (!tcb.remoteSpecified || call.noRoom) return;
      for (const next of withText(tcb, add(tcb.iss, 1), call, rules))
        yield* connect(step('it becomes active'), next);
      return;
    case 'SYN-SENT':
    case 'SYN-RECEIVED':
      if (call.noRoom) return yield* noRoom(tcb, rules);
      for (const next of withText(tcb, tcb.sndNxt, call, rules))
        yield* must(step('it waits until ESTABLISHED'), next);
      return;
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
      if (call.noRoom) return yield* noRoom(tcb, rules);
      for (const next of withText(tcb, tcb.sndNxt, call, rules))
        yield* transmit(step('the text is sent'), next, rules);
      return;
    default:
      yield* must(step('CLOSE was called'), tcb, refusal('connection closing'));
  }
}

function* noRoom(tcb: Tcb, rules: CallRules): Reactions {
  yield* must(rules.step(tcb, 'no room to queue it'), tcb, refusal('insufficient resources'));
}

/**
 * The text after the text that already waits. It begins at `next`. Urgent text ends where the text of this call ends. In RFC 1122
 * section 4.2.2.4 SND.UP is its last octet, in RFC 9293 section 3.8.5 the octet after it. RFC 793 says both, on pages 56 and 17.
 */
function withText(
  tcb: Tcb,
  next: number,
  { octets, push = true, urgent, userTimeout = tcb.userTimeout }: Send,
  { rfc1122, rfc9293 }: CallRules,
): readonly Tcb[] {
  const timeout = userTimeout === undefined ? {} : { userTimeout };
  const longer = { ...tcb, ...timeout, sends: [...tcb.sends, { octets, push }] };
  if (!urgent) return [longer];
  const end = add(next, queued(longer));
  const behind = { ...longer, urgent: { pointer: end, end } };
  const last = { ...longer, urgent: { pointer: add(end, -1), end } };
  if (rfc9293) return [behind];
  return rfc1122 ? [last] : [last, behind];
}

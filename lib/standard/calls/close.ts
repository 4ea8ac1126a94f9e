import { deleted, enter, permitted } from '../arrives/arrival.ts';
import { sendsOutstanding } from '../queues.ts';
import { resets } from '../segments.ts';
import type { Tcb } from '../tcb.ts';
import type { Close } from './call.ts';
import { type CallRules, may, must, outstanding, type Reactions, refusal, should } from './reaction.ts';
import { transmit } from './transmission.ts';

/** RFC 793 pages 60-61, RFC 9293 section 3.10.4: CLOSE. */
export function* close(tcb: Tcb, call: Close, rules: CallRules): Reactions {
  const step = (what: string): string => rules.step(tcb, what);
  switch (tcb.state) {
    case 'LISTEN':
    case 'SYN-SENT':
      return yield* must(step('the TCB is deleted'), deleted(tcb), { told: outstanding(tcb, 'closing') });
    case 'SYN-RECEIVED':
    case 'ESTABLISHED':
    case 'CLOSE-WAIT':
      if (tcb.closing) yield* must(step('CLOSE was called'), tcb, refusal('connection closing'));
      else yield* simplexOrHalfDuplex(tcb, call, rules, (each) => fin(each, rules));
      return;
    case 'FIN-WAIT-1':
    case 'FIN-WAIT-2':
      return yield* simplexOrHalfDuplex(tcb, call, rules, (each) => again(each, rules));
    default:
      yield* must(step('CLOSE was called'), tcb, refusal('connection closing'));
      yield* lost(tcb, rules);
  }
}

function* fin(tcb: Tcb, rules: CallRules): Reactions {
  const closing = { ...tcb, closing: true };
  if (tcb.state === 'SYN-RECEIVED' && sendsOutstanding(tcb))
    return yield* must(rules.step(tcb, 'a SEND waits: so does CLOSE'), closing);
  // CLOSE-WAIT is left only when the FIN is sent, ESTABLISHED in any case.
  const next = tcb.state === 'ESTABLISHED' ? enter(closing, 'FIN-WAIT-1') : closing;
  yield* transmit(rules.step(tcb, 'a FIN after the text'), next, rules);
}

function* again(tcb: Tcb, rules: CallRules): Reactions {
  const why = rules.step(tcb, 'strictly speaking an error');
  yield* should(why, tcb, refusal('connection closing'));
  yield* may(`${why}, but "ok" is acceptable`, tcb, { told: [{ to: 'caller', says: 'ok' }] });
}

/**
 * In RFC 793 a close is simplex: the user goes on to receive. RFC 1122 section 4.2.2.13 and RFC 9293 section 3.6.1 also allow a
 * half-duplex close, after which the user reads nothing more.
 */
function* simplexOrHalfDuplex(
  tcb: Tcb,
  { goesOn }: Close,
  rules: CallRules,
  proceed: (tcb: Tcb) => Reactions,
): Reactions {
  if (goesOn !== false || !rules.rfc1122) yield* proceed(tcb);
  if (goesOn || !rules.rfc1122) return;
  const gone = { ...tcb, userGone: true };
  const because = `${rules.by('3.6.1', '4.2.2.13')}, half-duplex`;
  if (tcb.unread === 0) {
    for (const each of proceed(gone)) yield { ...each, why: `${because}; ${each.why}` };
    return;
  }
  yield* lost(tcb, rules);
  yield* permitted(`${because}: a reset is a SHOULD`, proceed({ ...gone, unread: 0, pushed: 0 }));
}

/** A reset shows that received text is lost. The RFCs give no form for it. */
function* lost(tcb: Tcb, rules: CallRules): Reactions {
  if (!rules.rfc1122 || tcb.unread === 0) return;
  for (const reset of resets(tcb))
    yield* should(`${rules.by('3.6.1', '4.2.2.13')}: received text is lost`, deleted(tcb), { sent: [reset] });
}

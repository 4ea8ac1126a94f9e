import { sub } from '../../wire/seq.ts';
import { ABORTED, givenUp } from '../calls/abort.ts';
import { type CallRules, may, must, type Reactions, should } from '../calls/reaction.ts';
import { finBehind, fitting, isPushed, segmentized } from '../calls/transmission.ts';
import { inFlight, largestSegment, queued, synInFlight } from '../queues.ts';
import { emptyAck } from '../segments.ts';
import type { State } from '../state.ts';
import type { Segment, Tcb } from '../tcb.ts';
import { sentAgain } from './retransmission.ts';

const PROBING: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK'];

export const probesWindow = (tcb: Tcb): boolean =>
  PROBING.includes(tcb.state) &&
  !synInFlight(tcb) &&
  tcb.sndWnd === 0 &&
  (queued(tcb) > 0 || tcb.closing || inFlight(tcb) > 0);

/** RFC 793 section 3.7, RFC 1122 section 4.2.2.17, RFC 9293 section 3.8.6.1: at least one octet of new data, or old data again. */
export function* zeroWindow(tcb: Tcb, rules: CallRules): Reactions {
  const why = `${rules.by('3.8.6.1', '4.2.2.17', '3.7')}: a probe`;
  if (inFlight(tcb) > 0)
    for (const each of sentAgain(tcb, rules)) yield { ...each, why: `${why}; ${each.why}` };
  // An implementation may differ from these steps in detail, but not in substance: the peer tells its window.
  const bare = { ...emptyAck(tcb), seq: sub(tcb.sndUna, 1) };
  yield* may(`${why} without text`, tcb, { sent: [bare] });
  const waiting = queued(tcb);
  if (waiting === 0 && !tcb.closing) return;
  for (const octets of new Set([Math.min(1, waiting), Math.min(waiting, largestSegment(tcb))])) {
    const level = octets <= 1 ? 'required' : 'permitted';
    const probe = { ...segmentized(tcb, octets), delivered: [], told: [], level, why } as const;
    for (const each of finBehind(probe, rules)) if (each.sent.length > 0) yield each;
  }
}

export const overrides = (tcb: Tcb): boolean =>
  ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSING'].includes(tcb.state) && fitting(tcb) > 0;

/** Rule (4) of RFC 1122 section 4.2.3.4 and RFC 9293 section 3.8.6.2.1: what was held back goes out, as far as the window reaches. */
export function* override(tcb: Tcb, rules: CallRules): Reactions {
  const why = `${rules.by('3.8.6.2.1', '4.2.3.4')} (4): the override timeout`;
  const sent = {
    ...segmentized(tcb, fitting(tcb)),
    delivered: [],
    told: [],
    level: 'required',
    why,
  } as const;
  yield* finBehind(sent, rules);
  // RFC 1122 forces only text that was pushed, and RFC 793 has no such timeout.
  if (!rules.rfc9293 && !isPushed(tcb)) yield* must(`${why} is for what was pushed`, tcb);
}

/** Idle: nothing is unacknowledged or waits to be sent (RFC 9293 section 3.8.4). */
export const keepsAlive = (tcb: Tcb): boolean =>
  tcb.keepAlive &&
  (['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT'] as readonly State[]).includes(tcb.state) &&
  inFlight(tcb) === 0 &&
  queued(tcb) === 0 &&
  !tcb.closing;

export const keepAliveOf = (tcb: Tcb): Segment => ({ ...emptyAck(tcb), seq: sub(tcb.sndNxt, 1) });

/** RFC 1122 section 4.2.3.6, RFC 9293 section 3.8.4. RFC 793 does not mention keep-alives, and does not forbid them. */
export function* keepAlive(tcb: Tcb, unanswered: number, rules: CallRules): Reactions {
  const place = rules.by('3.8.4', '4.2.3.6');
  const probe = keepAliveOf(tcb);
  if (!rules.rfc1122) yield* must('RFC 793 has no keep-alives', tcb);
  const usual = rules.rfc1122 ? should : may;
  yield* usual(`${place}: a keep-alive without data`, tcb, { sent: [probe] });
  yield* may(`${place}: a keep-alive with one garbage octet`, tcb, { sent: [{ ...probe, data: 1 }] });
  // A single unanswered probe does not show that the connection is dead. The RFCs do not say how many do.
  if (unanswered > 1)
    yield* givenUp(`${place}: ${unanswered} probes in a row`, tcb, [{ to: 'user', says: ABORTED }], may);
}

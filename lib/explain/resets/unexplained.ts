import { ACK, SYN } from '../../wire/tcp.ts';
import type { Cause } from '../cause.ts';
import { hasHeardFin, statesOf } from '../end.ts';
import type { Found, Reset } from './reset.ts';

/* What no rule explains: an answer in a form that is none of the standard's, or a reset that nothing drew. */

/** How many segments back to look for one with the numbers of the reset. */
const SEARCHED = 16;

/** Nothing else fits. */
export const unexplained = (reset: Reset, candidates: readonly Cause[]): Found =>
  malformedAnswer(reset) ?? {
    // Anybody may have sent it: nobody is accused.
    cause: 'unexplained',
    candidates,
    states: statesOf(reset.end, reset.peer),
    sure: 'cannot tell',
    decides: ['capture at the sender'],
  };

/** An answer to a segment by its numbers, whatever its form. */
export function malformedAnswer(reset: Reset): Found | undefined {
  const { segments, seq, ack, end, peer } = reset;
  // An ABORT may come after text that has not come by.
  const mayAbort = end.first > 0 && !hasHeardFin(end, peer);
  for (const at of reset.arrivals(reset.patience, SEARCHED)) {
    if (reset.isAnswered(at)) continue;
    const drewAck = (segments.flags(at) & ACK) !== 0;
    const after = segments.after(at);
    const isNear =
      (drewAck ? segments.ack(at) === seq : seq === 0 || seq === segments.ack(at)) ||
      (reset.hasAck && !mayAbort && (ack === after || ack === segments.seq(at)));
    if (!isNear) continue;
    // Its SYN was answered before.
    if (segments.number(at) === peer.syn && end.first > 0) continue;
    const isSyn = (segments.flags(at) & (SYN | ACK)) === SYN;
    const unheard = isSyn ? 'refused port' : 'never was';
    return {
      cause: end.first === 0 ? unheard : end.fin > 0 ? 'closed by FINs' : 'forgotten',
      candidates: ['third party'],
      states: ['CLOSED'],
      answers: { at, frame: segments.number(at), form: reset.formOf(at) },
      decides: ['capture at the sender'],
    };
  }
  return undefined;
}

import { type Adoption, ALL_CHECKS } from './adoption.ts';
import {
  type Arrival,
  deleted,
  must,
  permitted,
  type Rules,
  rulesOf,
  strongestOf,
} from './arrives/arrival.ts';
import { form } from './arrives/form.ts';
import { closed, listen, synSent } from './arrives/opening.ts';
import { otherStates } from './arrives/validation.ts';
import { toldOf } from './calls/told.ts';
import type { Profile } from './profile.ts';
import type { State } from './state.ts';
import type { Segment, Tcb } from './tcb.ts';

export type { Arrival } from './arrives/arrival.ts';

/**
 * SEGMENT ARRIVES (RFC 793 pages 64-76, RFC 9293 section 3.10.7) as a function. It returns everything that the documents
 * of the profile let a TCP do with this segment, and never the same reply and TCB twice. What a TCP does by itself at about
 * the same time (retransmissions, queued text, window updates) is not included.
 *
 * @param adoption the checks of RFC 5961 that the TCP has adopted; only `rfc9293` leaves that to the TCP
 */
export const segmentArrives = (
  tcb: Tcb,
  segment: Segment,
  profile: Profile,
  adoption: Adoption = ALL_CHECKS,
): Arrival[] => {
  const all = [...arrives(tcb, segment, rulesOf(profile, adoption))].flatMap((arrival) => {
    const after = flushed(tcb, arrival.tcb);
    const variants = toldOf(tcb, after, arrival.reply, segment, profile);
    return variants.map((told) =>
      told.length > 0 ? { ...arrival, tcb: after, told } : { ...arrival, tcb: after },
    );
  });
  return strongestOf(all);
};

/** A connection that is over has no queues. RECEIVEs of a passive opener that listens again go on waiting. */
const flushed = (before: Tcb, after: Tcb): Tcb => {
  if (after.state === before.state) return after;
  if (after.state === 'CLOSED') return deleted(after);
  return after.state === 'LISTEN' ? { ...deleted(after), state: 'LISTEN', receives: after.receives } : after;
};

const OPENING: { [state in State]?: typeof listen } = { CLOSED: closed, LISTEN: listen, 'SYN-SENT': synSent };

function* arrives(tcb: Tcb, segment: Segment, rules: Rules) {
  if (!segment.checksumValid) return yield* must('RFC 793 3.1: the checksum is wrong', tcb, 'silence');
  if (!segment.unicast) {
    yield* must('RFC 1122 4.2.3.10: it was sent to a broadcast or multicast address', tcb, 'silence');
    if (rules.rfc1122) return;
  }
  if (segment.invalidSource) {
    yield* must('RFC 1122 3.2.1.3 and 4.2.3.10: its source address is invalid', tcb, 'silence');
    if (rules.rfc1122) return;
  }
  const { state, security, precedence } = tcb;
  const heard = rules.ignoresPrecedence ? { ...segment, precedence } : segment;
  const steps = OPENING[state] ?? otherStates;
  const heed = (one: Segment) => form(tcb, one, steps(tcb, one, rules));
  yield* heed(heard);
  if (rules.rfc9293 && heard.security !== security)
    yield* permitted('RFC 9293 A.1.2: security may be ignored', heed({ ...heard, security }));
}

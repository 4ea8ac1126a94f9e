import { add, gt, leq } from '../../wire/seq.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must, permitted } from './arrival.ts';
import { acknowledged, sixth } from './processing.ts';
import { emptyAck, resetAtAck, resetFor, resetFromZero, synAck } from './replies.ts';
import type { Rules } from './rules.ts';
import { reset } from './validation.ts';
import { trimmed } from './window.ts';

export const A_1_2 = 'RFC 9293 A.1.2: security options may be ignored';

/** RFC 793 page 65, RFC 9293 section 3.10.7.1: there is no connection. */
export function* closed(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const where = rules.rfc9293 ? 'RFC 9293 3.10.7.1' : 'RFC 793 3.9 SEGMENT ARRIVES, CLOSED';
  if (segment.ctl.has('RST')) yield* must(`${where}: a reset is discarded`, tcb, 'silence');
  else yield* must(`${where}: anything but a reset is reset`, tcb, resetFor(tcb, segment));
}

/** Takes the numbers of a SYN; its other controls and its text wait until the connection is established. */
const synReceived = (tcb: Tcb, { seq, wnd, tsval }: Segment): Tcb => ({
  ...enter(tcb, 'SYN-RECEIVED', tcb.state === 'SYN-SENT' ? 'active' : 'passive'),
  ...{ irs: seq, rcvNxt: add(seq, 1), rcvUp: add(seq, 1) },
  ...{ sndWnd: wnd, maxSndWnd: wnd, sndWl1: seq, sndWl2: tcb.iss },
  ...{ timestamps: tcb.timestamps && tsval !== undefined, tsRecent: tsval ?? tcb.tsRecent },
});

/** A SYN is answered with a SYN,ACK: our own goes out only now, from an ISS of our choice. */
export function* opened(as: typeof must, why: string, tcb: Tcb, segment: Segment): Arrivals {
  const next = { ...synReceived(tcb, segment), sndUna: tcb.iss, sndNxt: add(tcb.iss, 1) };
  for (const each of as(why, next, synAck(next))) yield { ...each, freeSeq: true };
}

/** RFC 793 pages 65-66, RFC 9293 section 3.10.7.2. */
export function* listen(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, security, precedence } = segment;
  if (ctl.has('RST')) return yield* must(rules.listen('first', 'a reset is ignored'), tcb, 'silence');
  if (ctl.has('ACK'))
    return yield* must(
      rules.listen('second', 'nothing was sent to acknowledge'),
      tcb,
      resetAtAck(tcb, segment),
    );
  if (!ctl.has('SYN')) return yield* must(rules.listen('fourth', 'anything else is dropped'), tcb, 'silence');
  const higher = rules.precedence && precedence > tcb.precedence;
  if (security !== tcb.security || (higher && !tcb.mayRaisePrecedence)) {
    const why = rules.listen('third', 'another security, or a precedence that is refused');
    yield* must(why, tcb, resetFromZero(tcb, segment));
    // Page 66 prints this form, although the SYN has no ACK; section 3.4 and RFC 1122 4.2.2.20(b) ask for the other.
    if (!rules.rfc1122) yield* must(why, tcb, resetAtAck(tcb, segment));
    if (rules.rfc9293) yield* permitted(A_1_2, listen(tcb, { ...segment, security: tcb.security }, rules));
    return;
  }
  const raised = higher ? { ...tcb, precedence } : tcb;
  yield* opened(must, rules.listen('third', 'a SYN is answered with SYN,ACK'), raised, segment);
}

/** RFC 793 pages 66-68, RFC 9293 section 3.10.7.3. */
export function* synSent(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, ack, security, precedence } = segment;
  const acknowledges = ctl.has('ACK');
  if (acknowledges && (leq(ack, tcb.iss) || gt(ack, tcb.sndNxt))) {
    const why = rules.synSent('first', 'it acknowledges what was not sent');
    return yield* must(why, tcb, ctl.has('RST') ? 'silence' : resetAtAck(tcb, segment));
  }
  if (ctl.has('RST')) {
    const why = rules.synSent('second', 'a reset counts when it acknowledges our SYN');
    return yield* acknowledges ? reset(why, tcb, segment, rules) : must(why, tcb, 'silence');
  }
  const higher = rules.precedence && precedence > tcb.precedence;
  const lower = rules.precedence && precedence < tcb.precedence;
  if (security !== tcb.security || (acknowledges ? higher || lower : higher && !tcb.mayRaisePrecedence)) {
    const why = rules.synSent('third', 'another security, or a precedence that is refused');
    yield* must(why, tcb, resetFor(tcb, segment));
    if (rules.rfc9293) yield* permitted(A_1_2, synSent(tcb, { ...segment, security: tcb.security }, rules));
    return;
  }
  const raised = higher ? { ...tcb, precedence } : tcb;
  if (!ctl.has('SYN'))
    return yield* must(rules.synSent('fifth', 'anything else is dropped'), raised, 'silence');
  const next = synReceived(raised, segment);
  if (!acknowledges) return yield* must(rules.synSent('fourth', 'both sides open'), next, synAck(next));
  const why = rules.synSent('fourth', 'our SYN is acknowledged');
  const established = acknowledged(enter(next, 'ESTABLISHED'), segment, rules);
  if (segLen(segment) === 1) return yield* must(why, established, emptyAck(established));
  yield* sixth(established, trimmed(established, segment), rules);
  yield* may(`${why}; the rest may be left for the peer to send again`, established, emptyAck(established));
}

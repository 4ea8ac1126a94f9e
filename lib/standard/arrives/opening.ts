import { add, gt, leq } from '../../wire/seq.ts';
import { emptyAck, resetAtAck, resetFor, resetFromZero, synAck } from '../segments.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must, NOTHING_WAITS, type Rules } from './arrival.ts';
import { acknowledged, reset, sixth } from './processing.ts';
import { trimmed } from './window.ts';

// As the clock of RFC 793 goes on meanwhile.
const BETWEEN_INCARNATIONS = 250_000;

/** RFC 793 page 65, RFC 9293 section 3.10.7.1: there is no connection. */
export function* closed(tcb: Tcb, segment: Segment): Arrivals {
  if (segment.ctl.has('RST')) yield* must('RFC 793 page 65: a reset is discarded', tcb, 'silence');
  else yield* must('RFC 793 page 65: any segment except a reset gets a reset', tcb, resetFor(tcb, segment));
}

/** Takes the numbers of a SYN. Its other controls and its text wait until the connection is established. */
const synReceived = (tcb: Tcb, { seq, wnd, mss, tsval }: Segment): Tcb => ({
  ...enter(tcb, 'SYN-RECEIVED', tcb.state === 'SYN-SENT' ? 'active' : 'passive'),
  ...{ irs: seq, rcvNxt: add(seq, 1), rcvUp: add(seq, 1), rcvUser: add(seq, 1), remoteSpecified: true },
  ...{ sndMss: mss ?? tcb.sndMss },
  ...{ sndWnd: wnd, maxSndWnd: wnd, sndWl1: seq, sndWl2: tcb.iss },
  ...{ timestamps: tcb.timestamps && tsval !== undefined, tsRecent: tsval ?? tcb.tsRecent },
});

/** The connection in TIME-WAIT opens anew, beyond its old numbers; until it is established, there is a way back. */
export const reopened = (tcb: Tcb, { tsval }: Segment): Tcb => ({
  ...{ ...tcb, ...NOTHING_WAITS, timestamps: tsval !== undefined },
  ...{ iss: add(tcb.sndNxt, BETWEEN_INCARNATIONS), former: tcb },
});

/** Answers a SYN by a SYN,ACK. The TCP chooses a new ISS for it. */
export function* opened(as: typeof must, why: string, tcb: Tcb, segment: Segment): Arrivals {
  const { former } = tcb;
  const numbers = { sndUna: tcb.iss, sndNxt: add(tcb.iss, 1), ...(former ? { former } : {}) };
  const next = { ...synReceived(tcb, segment), ...numbers };
  for (const each of as(why, next, synAck(next))) yield { ...each, freeSeq: true };
}

/** RFC 793 pages 65-66, RFC 9293 section 3.10.7.2. */
export function* listen(tcb: Tcb, segment: Segment, { rfc1122, listen: step }: Rules): Arrivals {
  const { ctl, security, precedence } = segment;
  if (ctl.has('RST')) return yield* must(step('first', 'a reset is ignored'), tcb, 'silence');
  if (ctl.has('ACK')) return yield* must(step('second', 'nothing was sent'), tcb, resetAtAck(tcb, segment));
  if (!ctl.has('SYN')) return yield* must(step('fourth', 'anything else is dropped'), tcb, 'silence');
  if (security === tcb.security && (precedence <= tcb.precedence || tcb.mayRaisePrecedence)) {
    const raised = { ...tcb, precedence: Math.max(precedence, tcb.precedence) };
    return yield* opened(must, step('third', 'a SYN is answered by a SYN,ACK'), raised, segment);
  }
  const refused = step('third', 'another security, or a refused precedence');
  yield* must(refused, tcb, resetFromZero(tcb, segment));
  // Page 66 prints this form although the SYN has no ACK. Section 3.4 and RFC 1122 4.2.2.20(b) ask for the other form.
  if (!rfc1122) yield* must(refused, tcb, resetAtAck(tcb, segment));
}

/** RFC 793 pages 66-68, RFC 9293 section 3.10.7.3. */
export function* synSent(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, ack, security, precedence } = segment;
  const { synSent: step } = rules;
  const acknowledges = ctl.has('ACK');
  const bad = step('first', 'it acknowledges octets never sent');
  if (acknowledges && (leq(ack, tcb.iss) || gt(ack, tcb.sndNxt)))
    return yield* must(bad, tcb, ctl.has('RST') ? 'silence' : resetAtAck(tcb, segment));
  const counts = step('second', 'a reset is valid when it acknowledges our SYN');
  if (ctl.has('RST'))
    return yield* acknowledges ? reset(counts, tcb, segment, rules) : must(counts, tcb, 'silence');
  const agreed = precedence === tcb.precedence;
  const bearable = agreed || (!acknowledges && (precedence < tcb.precedence || tcb.mayRaisePrecedence));
  const refused = step('third', 'another security, or a refused precedence');
  if (security !== tcb.security || !bearable) return yield* must(refused, tcb, resetFor(tcb, segment));
  const raised = { ...tcb, precedence: Math.max(precedence, tcb.precedence) };
  if (!ctl.has('SYN')) return yield* must(step('fifth', 'anything else is dropped'), raised, 'silence');
  const next = synReceived(raised, segment);
  if (!acknowledges)
    return yield* must(step('fourth', 'a SYN without ACK: a simultaneous open'), next, synAck(next));
  const why = step('fourth', 'our SYN is acknowledged');
  const established = acknowledged(enter(next, 'ESTABLISHED'), segment, rules);
  if (segLen(segment) === 1) return yield* must(why, established, emptyAck(established));
  yield* sixth(established, trimmed(established, segment), rules);
  yield* may(
    `${why}; the rest may be dropped, and the peer sends it again`,
    established,
    emptyAck(established),
  );
}

import type { Segment, Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must } from './arrival.ts';
import { emptyAck, resetFor, resetsOfAnyForm } from './replies.ts';

/** The states of group 3: both sides know each other's numbers. */
const isSynchronized = ({ state }: Tcb): boolean =>
  !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);

/**
 * RFC 793 section 3.1, RFC 9293 section 3.1: the form of the header, before what is in it.
 *
 * Options that a TCP does not know, and reserved bits, change nothing. RFC 1122 section 4.2.2.5 and RFC 9293 section 3.1 have
 * them ignored. RFC 793 does not name them, but no step of its section 3.9 looks at them, and an implementation should differ
 * from the steps "only in detail, not in substance".
 *
 * @param ordinary what comes of it otherwise
 */
export function* form(tcb: Tcb, segment: Segment, ordinary: Arrivals): Arrivals {
  if (segment.malformed === 'data offset') yield* noHeader(tcb, segment);
  else if (segment.malformed === 'option length') yield* illegalLength(tcb, segment, ordinary);
  else yield* ordinary;
}

/**
 * Nothing says where the text begins. No document speaks of it; but the header has 20 octets, and the offset is where the
 * text begins, so that nothing of the segment can be taken. Whether it is a segment at all decides about an answer.
 */
function* noHeader(tcb: Tcb, segment: Segment): Arrivals {
  const why = 'RFC 9293 3.1: the data offset is where the text begins, and this is no place for it';
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  if (tcb.state === 'CLOSED')
    yield* must('RFC 9293 3.5.2 group 1: any segment but a reset is reset', tcb, resetFor(tcb, segment));
  // Group 2 resets for the ACK and for the security only, and no reset is sent where it is not clear that one is due.
  if (isSynchronized(tcb))
    yield* may('RFC 9293 3.5.2 group 3: an unacceptable segment is acknowledged', tcb, emptyAck(tcb));
}

/**
 * A TCP must be prepared for it; to reset the connection is what RFC 1122 section 4.2.2.5 suggests, no more. To stop at the
 * option and take the segment, and to drop the segment, are ways to handle it as well.
 */
function* illegalLength(tcb: Tcb, segment: Segment, ordinary: Arrivals): Arrivals {
  const why = 'RFC 1122 4.2.2.5: a TCP must be prepared to handle an illegal option length';
  yield* ordinary;
  // Where there is no connection, group 1 has the reset that is suggested anyway.
  if (tcb.state === 'CLOSED') return yield* may(`${why}: or drop the segment`, tcb, 'silence');
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  const gone = tcb.state === 'LISTEN' || tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED';
  // Its form is not given; where nothing was received yet, only that of section 3.4 can be written.
  const opening = tcb.state === 'LISTEN' || tcb.state === 'SYN-SENT';
  const forms = opening ? [resetFor(tcb, segment)] : resetsOfAnyForm(tcb, segment);
  yield* must(`${why}; a reset is suggested`, enter(tcb, gone), ...forms);
  if (isSynchronized(tcb))
    yield* may('RFC 9293 3.5.2 group 3: an unacceptable segment is acknowledged', tcb, emptyAck(tcb));
  else yield* may('RFC 9293 3.5.2 group 2: after its reset the state stays', tcb, resetFor(tcb, segment));
}

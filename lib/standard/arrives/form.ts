import { emptyAck, resetFor, resetsOfAnyForm } from '../segments.ts';
import type { Segment, Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must } from './arrival.ts';

/** The states of group 3: each side knows the numbers of the other. */
const isSynchronized = ({ state }: Tcb): boolean =>
  !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);

/**
 * RFC 793 section 3.1, RFC 9293 section 3.1: the form of the header, before its contents.
 *
 * Unknown options and reserved bits change nothing. RFC 1122 section 4.2.2.5 and RFC 9293 section 3.1 say to ignore them.
 * RFC 793 does not mention them, but no step of its section 3.9 checks them, and an implementation should differ from the
 * steps "only in detail, not in substance".
 *
 * @param ordinary the outcomes for a well-formed header
 */
export function* form(tcb: Tcb, segment: Segment, ordinary: Arrivals): Arrivals {
  if (segment.malformed === 'data offset') yield* noHeader(tcb, segment);
  else if (segment.malformed === 'option length') yield* illegalLength(tcb, segment, ordinary);
  else yield* ordinary;
}

/**
 * An impossible data offset does not say where the text begins. No document mentions this. But the header has 20 octets, and the
 * text begins at the offset, so a TCP can accept nothing of it. It may answer, if it takes this for a segment.
 */
function* noHeader(tcb: Tcb, segment: Segment): Arrivals {
  const why = 'RFC 9293 3.1: the text begins at the data offset, and it cannot begin there';
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  if (tcb.state === 'CLOSED')
    yield* must(
      'RFC 9293 3.5.2 group 1: any segment except a reset gets a reset',
      tcb,
      resetFor(tcb, segment),
    );
  // Group 2 resets only for the ACK and the security. A TCP does not reset unless the RFC clearly asks for it.
  if (isSynchronized(tcb))
    yield* may('RFC 9293 3.5.2 group 3: an unacceptable segment gets an empty ACK', tcb, emptyAck(tcb));
}

/**
 * A TCP must be prepared for an illegal option length. RFC 1122 section 4.2.2.5 suggests, but does not require, to reset the
 * connection. A TCP may also ignore the rest of the options and accept the segment, or drop the segment.
 */
function* illegalLength(tcb: Tcb, segment: Segment, ordinary: Arrivals): Arrivals {
  const why = 'RFC 1122 4.2.2.5: a TCP must be prepared to handle an illegal option length';
  yield* ordinary;
  // Without a connection, group 1 has the suggested reset already.
  if (tcb.state === 'CLOSED') return yield* may(`${why}: or drop the segment`, tcb, 'silence');
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  const gone = tcb.state === 'LISTEN' || tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED';
  // The RFC gives no form for this reset. Before anything was received, only the form of section 3.4 is possible.
  const opening = tcb.state === 'LISTEN' || tcb.state === 'SYN-SENT';
  const forms = opening ? [resetFor(tcb, segment)] : resetsOfAnyForm(tcb, segment);
  yield* must(`${why}; a reset is suggested`, enter(tcb, gone), ...forms);
  if (isSynchronized(tcb))
    yield* may('RFC 9293 3.5.2 group 3: an unacceptable segment gets an empty ACK', tcb, emptyAck(tcb));
  else yield* may('RFC 9293 3.5.2 group 2: after its reset the state stays', tcb, resetFor(tcb, segment));
}

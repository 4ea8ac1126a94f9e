import type { Segment, Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must, type Rules } from './arrival.ts';
import { emptyAck, resetFor, resetsOfAnyForm } from './replies.ts';

/** The states of group 3: both sides know each other's numbers. */
const isSynchronized = ({ state }: Tcb): boolean =>
  !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);

/** RFC 793 section 3.1, RFC 9293 section 3.1: the form of the header, before what is in it. @param ordinary what comes of it otherwise */
export function* form(tcb: Tcb, segment: Segment, rules: Rules, ordinary: Arrivals): Arrivals {
  const { malformed, reserved, unknownOption, ctl, tsval } = segment;
  if (malformed === 'data offset') return yield* noHeader(tcb, segment);
  if (malformed === 'option length') return yield* illegalLength(tcb, segment, ordinary);
  yield* ordinary;
  if (reserved && !rules.rfc9293)
    yield* may('RFC 793 3.1: reserved bits must be zero, and nothing is said of others', tcb, 'silence');
  const stray = tsval !== undefined && !tcb.timestamps && !ctl.has('SYN');
  if ((unknownOption || stray) && !rules.rfc1122)
    yield* may('RFC 793 3.1 knows three options, and says nothing of others', tcb, 'silence');
}

/**
 * Nothing says where the text begins. No document speaks of it; but the header has 20 octets, and the offset is where the
 * text begins, so that nothing of the segment can be taken. An answer is what the three groups of "Reset Generation" have
 * for a segment that is not acceptable, and none of them changes the state.
 */
function* noHeader(tcb: Tcb, segment: Segment): Arrivals {
  const why = 'RFC 9293 3.1: the data offset is where the text begins, and this is no place for it';
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  yield* may('RFC 9293 3.5.2', tcb, isSynchronized(tcb) ? emptyAck(tcb) : resetFor(tcb, segment));
}

/**
 * A TCP must be prepared for it; to reset the connection is what RFC 1122 section 4.2.2.5 suggests, no more. To stop at the
 * option and take the segment, and to drop the segment, are ways to handle it as well.
 */
function* illegalLength(tcb: Tcb, segment: Segment, ordinary: Arrivals): Arrivals {
  const why = 'RFC 1122 4.2.2.5: a TCP must be prepared to handle an illegal option length';
  yield* ordinary;
  // Where there is no connection to be reset, what is suggested is what is due anyway.
  if (tcb.state === 'CLOSED') return yield* may(`${why}: or drop the segment`, tcb, 'silence');
  yield* must(why, tcb, 'silence');
  if (segment.ctl.has('RST')) return;
  const gone = tcb.state === 'LISTEN' || tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED';
  // Its form is not given; where nothing was received yet, only that of section 3.4 can be written.
  const opening = tcb.state === 'LISTEN' || tcb.state === 'SYN-SENT';
  const forms = opening ? [resetFor(tcb, segment)] : resetsOfAnyForm(tcb, segment);
  yield* must(`${why}; a reset is suggested`, enter(tcb, gone), ...forms);
  if (isSynchronized(tcb)) yield* may('RFC 9293 3.5.2 group 3', tcb, emptyAck(tcb));
  else yield* may('RFC 9293 3.5.2 group 2', tcb, resetFor(tcb, segment));
}

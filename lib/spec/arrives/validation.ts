import { gt, leq, within } from '../../wire/seq.ts';
import type { Segment, Tcb } from '../tcb.ts';
import type { Arrivals } from './arrival.ts';
import {
  emptyAck,
  enter,
  may,
  must,
  ownResets,
  permitted,
  resetFor,
  resetFromZero,
  should,
} from './arrival.ts';
import { fifth } from './processing.ts';
import type { Rules } from './rules.ts';
import { trimmed } from './window.ts';

/** A reset that counts. To heed one that carries text is a SHOULD since RFC 1122. */
export function* reset(tcb: Tcb, segment: Segment, rules: Rules, why: string): Arrivals {
  const next = enter(tcb, tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED');
  if (!rules.rfc1122 || segment.data === 0) return yield must('silence', next, why);
  yield should('silence', next, why);
  yield may('silence', tcb, 'RFC 1122 4.2.2.12: to allow text in a reset is only a SHOULD');
}

/** RFC 793 page 70: the RST bit. RFC 5961 section 3.2 wants its SEQ to be RCV.NXT. */
export function* second(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!segment.ctl.has('RST')) return yield* third(tcb, segment, rules);
  const expected = segment.seq === tcb.rcvNxt;
  const inWindow = expected || within(segment.seq, tcb.rcvNxt, tcb.rcvWnd);
  const why = rules.other('second', 'a reset ends the connection');
  if (tcb.state === 'TIME-WAIT') yield may('silence', tcb, 'RFC 1337 3: TIME-WAIT may ignore resets');
  if (!inWindow) {
    // Only the text of the reset reaches into the window: acceptable in the first step, not valid by section 3.4.
    const where = rules.rfc9293 ? 'RFC 9293 3.5.3' : 'RFC 793 3.4';
    yield must('silence', tcb, `${where}: a reset is valid when its SEQ is in the window`);
    if (!rules.rfc5961) yield* reset(tcb, segment, rules, why);
  } else if (rules.rfc5961 && !expected) {
    yield must(emptyAck(tcb), tcb, 'RFC 5961 3.2: a reset elsewhere in the window is challenged');
    if (tcb.state === 'SYN-RECEIVED' && !rules.rfc9293)
      yield* permitted(reset(tcb, segment, rules, why), 'RFC 5961 3.2 speaks of synchronized states first');
  } else yield* reset(tcb, segment, rules, why);
}

/** Security and, until RFC 2873, precedence. */
export const agrees = (tcb: Tcb, segment: Segment, rules: Rules): boolean =>
  segment.security === tcb.security && (!rules.precedence || segment.precedence === tcb.precedence);

/** RFC 793 page 71. */
function* third(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (agrees(tcb, segment, rules)) return yield* fourth(tcb, segment, rules);
  const { security, precedence } = tcb;
  const why = rules.other('third', 'another security or precedence');
  const overlooked = (because: string): Arrivals =>
    permitted(fourth(tcb, { ...segment, security, precedence }, rules), because);
  if (tcb.state === 'SYN-RECEIVED') {
    yield must(resetFor(tcb, segment), tcb, why);
    const acknowledgesSyn =
      segment.ctl.has('ACK') && gt(segment.ack, tcb.iss) && leq(segment.ack, tcb.sndNxt);
    const bearable = segment.precedence < precedence || tcb.mayRaisePrecedence;
    if (segment.security === security && !acknowledgesSyn && bearable)
      yield* overlooked('RFC 793 3.4: precedence may still differ before our SYN is acknowledged');
  } else {
    yield must(resetFor(tcb, segment), enter(tcb, 'CLOSED'), why);
    // Section 3.4 has the reset take its SEQ from an ACK field that this segment does not have.
    if (!segment.ctl.has('ACK')) for (const own of ownResets(tcb)) yield may(own, enter(tcb, 'CLOSED'), why);
    if (!rules.rfc1122 && tcb.state !== 'ESTABLISHED')
      yield* overlooked('RFC 793 3.9 SEGMENT ARRIVES, third, names no synchronized state but ESTABLISHED');
  }
  if (rules.rfc9293) yield* overlooked('RFC 9293 A.1.2: security options may be ignored');
}

/** RFC 793 page 71: the SYN bit. RFC 5961 section 4.2 answers it with a challenge, whatever its SEQ. */
function* fourth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!segment.ctl.has('SYN')) return yield* fifth(tcb, trimmed(tcb, segment), rules);
  const passive = tcb.origin === 'passive';
  if (rules.rfc5961 && (tcb.state !== 'SYN-RECEIVED' || (rules.rfc9293 && !passive)))
    return yield must(emptyAck(tcb), tcb, 'RFC 5961 4.2: a SYN is challenged');
  if (!within(segment.seq, tcb.rcvNxt, tcb.rcvWnd)) {
    const why = rules.other('fourth', 'a SYN left of the window would have been acknowledged before');
    yield may(emptyAck(tcb), tcb, why);
    return yield* fifth(tcb, trimmed(tcb, segment), rules);
  }
  if (passive && rules.rfc1122)
    return yield must(
      'silence',
      enter(tcb, 'LISTEN'),
      'RFC 1122 4.2.2.20(e): a passive opener listens again',
    );
  // The step says no more than to send a reset: its form is free, but SEQ=0 hardly fits a segment that has an ACK.
  const gone = enter(tcb, 'CLOSED');
  const why = rules.other('fourth', 'a SYN in the window is an error');
  for (const form of [resetFor(tcb, segment), ...ownResets(tcb)]) yield must(form, gone, why);
  yield may(resetFromZero(tcb, segment), gone, why);
  if (rules.rfc5961) yield may(emptyAck(tcb), tcb, 'RFC 5961 4.2, as RFC 9293 extends it to SYN-RECEIVED');
}

import { add, geq, gt, leq, lt, within } from '../../wire/seq.ts';
import { emptyAck, resetAtAck, resetFor, resetsOfAnyForm, synAck } from '../segments.ts';
import type { State } from '../state.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import {
  type Arrival,
  type Arrivals,
  enter,
  may,
  must,
  permitted,
  type Rules,
  recommended,
  should,
} from './arrival.ts';
import { opened, reopened } from './opening.ts';
import { acknowledged, fifth, reset } from './processing.ts';
import { acceptable, trimmed } from './window.ts';

/** RFC 793 pages 69-76, RFC 9293 section 3.10.7.4: SYN-RECEIVED and the synchronized states. */
export function* otherStates(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, tsval, seq, security } = segment;
  const ordinary = timestamps(tcb, segment, rules);
  const mayReopen = tcb.state === 'TIME-WAIT' && ctl.has('SYN') && !ctl.has('ACK') && !ctl.has('RST');
  if (!mayReopen || security !== tcb.security) return yield* ordinary;
  const anew = reopened(tcb, segment);
  const bySeq = tsval === undefined || (tcb.timestamps && tsval === tcb.tsRecent);
  const newer = bySeq ? geq(seq, tcb.rcvNxt) : !tcb.timestamps || gt(tsval, tcb.tsRecent);
  if (rules.rfc9293 && newer) yield* opened(should, 'RFC 6191 2: the SYN is newer', anew, segment);
  else if (rules.rfc9293) yield* should('RFC 6191 2: the SYN is not newer', tcb, 'silence');
  // RFC 1122 asks nothing of the SYN's number. Its second condition, that the SYN may prove an old duplicate, is met later.
  // The fourth step of RFC 9293 accepts new connections that meet the conditions of RFC 6191.
  if (rules.rfc1122 && (newer || !rules.rfc9293))
    yield* opened(may, 'RFC 1122 4.2.2.13: a new SYN may reopen', anew, segment);
  yield* rules.rfc9293 && tsval !== undefined ? permitted('RFC 6191 is a SHOULD', ordinary) : ordinary;
}

/** RFC 7323, before the other steps and under every profile: a TCP that has negotiated timestamps follows it. */
function* timestamps(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { tsval, seq } = segment;
  if (!tcb.timestamps || segment.ctl.has('RST')) return yield* first(tcb, segment, rules);
  if (tsval === undefined) {
    yield* should(
      'RFC 7323 3.2: a segment without the negotiated timestamps should be dropped',
      tcb,
      'silence',
    );
    return yield* permitted('RFC 7323 3.2 is a SHOULD', first(tcb, segment, rules));
  }
  if (lt(tsval, tcb.tsRecent)) {
    yield* must('RFC 7323 5.3 R1: the timestamp is old', tcb, emptyAck(tcb));
    // Appendix D checks whenever timestamps were negotiated.
    return yield* permitted('RFC 7323 5.3: if PAWS is used', first(tcb, segment, rules));
  }
  const records = acceptable(tcb, segment) && leq(seq, tcb.rcvNxt);
  yield* first(records ? { ...tcb, tsRecent: tsval } : tcb, segment, rules);
}

/** RFC 793 page 69: the sequence number. */
function* first(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, seq } = segment;
  if (acceptable(tcb, segment)) {
    const usual = second(tcb, segment, rules);
    return yield* tcb.rcvWnd > 0 || ctl.has('RST') ? usual : answeredAtClosedWindow(usual, rules);
  }
  const why = rules.other('first', 'the segment is outside the window');
  const allowance = rules.other('first', 'a valid ACK or RST should be accepted even at a closed window');
  const atEdge = tcb.rcvWnd === 0 && seq === tcb.rcvNxt;
  const heeded = second(tcb, segment, rules);
  if (ctl.has('RST')) {
    // MUST-66, also when it carries text.
    if (atEdge && rules.rfc9293) return yield* second(tcb, { ...segment, data: 0 }, rules);
    if (atEdge) yield* recommended(allowance, heeded);
    return yield* (atEdge ? may : must)(why, tcb, 'silence');
  }
  yield* must(why, tcb, emptyAck(tcb));
  const ofOurSyn = gt(segment.ack, tcb.iss) && leq(segment.ack, tcb.sndNxt);
  if (tcb.state === 'SYN-RECEIVED' && ctl.has('ACK') && !ofOurSyn)
    yield* must('RFC 793 3.4 group 2: it acknowledges octets never sent', tcb, resetAtAck(tcb, segment));
  // Both ends are outside, but the segment fills the window: it should be trimmed, not refused.
  if (lt(seq, tcb.rcvNxt) && trimmed(tcb, segment).data > 0) yield* heeded;
  if (!agrees(tcb, segment)) return;
  if (atEdge && !ctl.has('SYN'))
    for (const each of recommended(allowance, fifth(tcb, trimmed(tcb, segment), rules)))
      if (each.reply === 'silence')
        yield each.tcb.state === 'CLOSED' ? each : { ...each, reply: emptyAck(each.tcb) };
  yield* despiteItsNumber(tcb, segment, rules);
}

/** Adds an empty ACK wherever the steps end in silence. Both are equally right. */
function* answeredAtClosedWindow(arrivals: Iterable<Arrival>, rules: Rules): Arrivals {
  const because = rules.rfc9293 ? 'RFC 9293 3.8.6.1' : 'RFC 793 3.7';
  for (const each of arrivals) {
    yield each;
    if (each.reply === 'silence' && each.tcb.state !== 'CLOSED')
      yield {
        ...each,
        reply: emptyAck(each.tcb),
        why: `${because}: a segment at a closed window is acknowledged`,
      };
  }
}

/** The state that the ACK of our FIN leads to. */
const AFTER_OUR_FIN: Partial<Readonly<Record<State, State>>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'CLOSED',
};

/** A figure, or the end of the connection, may need a segment that the sequence check refuses (RFC 9293 A.2). */
function* despiteItsNumber(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, seq, ack } = segment;
  const { state, origin } = tcb;
  const synAgain = state === 'SYN-RECEIVED' && ctl.has('SYN') && seq === tcb.irs;
  // Our SYN,ACK seems lost, and it acknowledges the same as an empty ACK: another answer in detail, not in substance.
  if (synAgain && !ctl.has('ACK')) yield* may('RFC 793 3.9: the SYN,ACK again', tcb, synAck(tcb));
  if (!ctl.has('ACK') || ack !== tcb.sndNxt) return;
  const established = acknowledged(enter(tcb, 'ESTABLISHED'), segment, rules);
  // RFC 793 shows an answer. RFC 1122 4.2.2.10 calls that an error.
  if (synAgain && origin === 'active')
    yield* must('RFC 793 figure 8: a simultaneous open', established, emptyAck(established), 'silence');
  const end = add(seq, segLen(segment));
  const finAgain = ctl.has('FIN') && end === tcb.rcvNxt;
  // One octet before the window, as in a simultaneous close.
  const isOneBefore = add(seq, 1) === tcb.rcvNxt && leq(end, tcb.rcvNxt) && !ctl.has('FIN');
  const after = AFTER_OUR_FIN[state];
  if (!after || ctl.has('SYN') || tcb.closing || !(finAgain || isOneBefore)) return;
  if (finAgain && state === 'FIN-WAIT-1') return;
  const over = enter(acknowledged(tcb, segment, rules), after);
  yield* may('RFC 9293 A.2: the ACK of our FIN is processed', over, emptyAck(over), 'silence');
}

/** RFC 793 page 70: the RST bit. RFC 5961 section 3.2 requires SEQ=RCV.NXT. */
function* second(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!segment.ctl.has('RST')) return yield* third(tcb, segment, rules);
  const { state, rcvNxt, rcvWnd } = tcb;
  const expected = segment.seq === rcvNxt;
  const heeded = reset(rules.other('second', 'a reset ends the connection'), tcb, segment, rules);
  if (state === 'TIME-WAIT') yield* may('RFC 1337 3: TIME-WAIT may ignore resets', tcb, 'silence');
  if (!expected && !within(segment.seq, rcvNxt, rcvWnd)) {
    // Only its text reaches into the window. By section 3.4 it is not valid; once trimmed by page 69, it is at RCV.NXT.
    yield* must('RFC 793 3.4: a reset is valid when its SEQ is in the window', tcb, 'silence');
    yield* rules.checks.rst ? permitted('RFC 5961 3.2 checks the SEQ as sent', heeded) : heeded;
  } else if (rules.checks.rst && !expected) {
    yield* must('RFC 5961 3.2: a reset elsewhere in the window gets a challenge ACK', tcb, emptyAck(tcb));
    if (state === 'SYN-RECEIVED' && !rules.rfc9293)
      yield* permitted('RFC 5961 3.2 is about synchronized states first', heeded);
  } else yield* heeded;
}

const agrees = (tcb: Tcb, { security, precedence }: Segment): boolean =>
  security === tcb.security && precedence === tcb.precedence;

/** RFC 793 page 71: security and precedence. */
function* third(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { state, security, precedence } = tcb;
  const { ctl, ack } = segment;
  const rest = fourth(tcb, { ...segment, security, precedence }, rules);
  if (agrees(tcb, segment)) return yield* rest;
  const why = rules.other('third', 'another security or precedence');
  if (state === 'SYN-RECEIVED') {
    yield* must(why, tcb, resetFor(tcb, segment));
    const ackOfSyn = ctl.has('ACK') && gt(ack, tcb.iss) && leq(ack, tcb.sndNxt);
    const bearable = segment.precedence < precedence || tcb.mayRaisePrecedence;
    if (segment.security === security && !ackOfSyn && bearable)
      yield* permitted('RFC 793 3.4: precedence may differ until our SYN is acknowledged', rest);
  } else {
    // Section 3.4 takes the SEQ of the reset from the ACK field. For a segment without ACK it gives no form.
    const forms = ctl.has('ACK') ? [resetFor(tcb, segment)] : resetsOfAnyForm(tcb, segment);
    yield* must(why, enter(tcb, 'CLOSED'), ...forms);
    if (!rules.rfc1122 && state !== 'ESTABLISHED')
      yield* permitted('RFC 793 page 71 names no synchronized state but ESTABLISHED', rest);
  }
}

/** RFC 793 page 71: the SYN bit. RFC 5961 section 4.2 answers by a challenge ACK, whatever the SEQ is. */
function* fourth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const rest = withinTheWindow(tcb, segment, rules);
  if (!segment.ctl.has('SYN')) return yield* rest;
  const inWindow = within(segment.seq, tcb.rcvNxt, tcb.rcvWnd);
  if (rules.checks.syn && (tcb.state !== 'SYN-RECEIVED' || (rules.rfc9293 && tcb.origin === 'active'))) {
    yield* must('RFC 5961 4.2: a SYN gets a challenge ACK', tcb, emptyAck(tcb));
    if (!inWindow) yield* permitted('RFC 793 page 69: after trimming it is no SYN any more', rest);
    return;
  }
  if (inWindow) return yield* synInError(tcb, segment, rules);
  // Only its text reaches into the window. That is no error, but the step says that no such SYN comes this far.
  yield* rest;
  yield* may(rules.other('fourth', 'an earlier step would have acknowledged it'), tcb, emptyAck(tcb));
}

function* synInError(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const relistens = tcb.origin === 'passive' && rules.rfc1122;
  if (relistens) return yield* must('RFC 1122 4.2.2.20(e)', enter(tcb, 'LISTEN'), 'silence');
  // The step only says to send a reset.
  const why = rules.other('fourth', 'a SYN in the window is an error');
  yield* must(why, enter(tcb, 'CLOSED'), ...resetsOfAnyForm(tcb, segment));
  if (rules.checks.syn)
    yield* may('RFC 5961 4.2, as RFC 9293 extends it to SYN-RECEIVED', tcb, emptyAck(tcb));
}

/** RFC 793 page 69: the following steps see only the part in the window. */
function* withinTheWindow(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const fitting = trimmed(tcb, segment);
  yield* fifth(tcb, fitting, rules);
  // Page 69 does not require trimming. The seventh step accepts text until the buffer is full, which may be beyond the window.
  const whole = trimmed({ ...tcb, rcvWnd: 2 ** 30 }, segment);
  if (segLen(whole) > segLen(fitting)) yield* permitted('trimming is not required', fifth(tcb, whole, rules));
}

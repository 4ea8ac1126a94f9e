import { add, geq, gt, leq, lt, within } from '../../wire/seq.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import type { Arrivals } from './arrival.ts';
import {
  emptyAck,
  enter,
  may,
  must,
  permitted,
  recommended,
  resetFor,
  resetFromZero,
  resetsOfAnyForm,
  should,
  synAck,
} from './arrival.ts';
import { A_1_2, opened } from './opening.ts';
import { atClosedWindow, fifth } from './processing.ts';
import type { Rules } from './rules.ts';
import { acceptable, spansTheWindow, trimmed } from './window.ts';

/** RFC 793 pages 69-76, RFC 9293 section 3.10.7.4: SYN-RECEIVED and the synchronized states. */
export function* otherStates(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, tsval } = segment;
  const asksToReopen = tcb.state === 'TIME-WAIT' && ctl.has('SYN') && !ctl.has('ACK') && !ctl.has('RST');
  if (!asksToReopen) return yield* timestamps(tcb, segment, rules);
  const mismatch = segment.security !== tcb.security;
  if (!mismatch) yield* reopening(tcb, segment, rules);
  else if (rules.rfc9293) yield* permitted(reopening(tcb, segment, rules), A_1_2);
  const overruled = rules.rfc9293 && tsval !== undefined && !mismatch;
  const ordinary = timestamps(tcb, segment, rules);
  yield* overruled ? permitted(ordinary, 'RFC 6191 is a SHOULD') : ordinary;
}

/** A new SYN meets TIME-WAIT: RFC 6191 section 2 decides by timestamps, RFC 1122 section 4.2.2.13 leaves it to the TCP. */
function* reopening(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { tsval, seq } = segment;
  const old = { ...tcb, timestamps: tsval !== undefined };
  const bySeq = tsval === undefined || (tcb.timestamps && tsval === tcb.tsRecent);
  const newer = bySeq ? geq(seq, tcb.rcvNxt) : !tcb.timestamps || gt(tsval, tcb.tsRecent);
  if (rules.rfc9293 && newer) yield opened(should, old, segment, 'RFC 6191 2: the SYN is newer');
  else if (rules.rfc9293) yield should('silence', tcb, 'RFC 6191 2: nothing shows that the SYN is newer');
  // Whatever its number: that it may prove an old duplicate is the second condition, to be met later.
  if (rules.rfc1122)
    yield opened(may, old, segment, 'RFC 1122 4.2.2.13: a new SYN may reopen the connection');
}

/** RFC 7323, before all else, and whatever the profile: a TCP that has negotiated timestamps has adopted it. */
function* timestamps(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { tsval, seq } = segment;
  if (!tcb.timestamps || segment.ctl.has('RST')) return yield* first(tcb, segment, rules);
  if (tsval === undefined) {
    yield should('silence', tcb, 'RFC 7323 3.2: without the negotiated timestamps it should be dropped');
    return yield* permitted(first(tcb, segment, rules), 'RFC 7323 3.2 is a SHOULD');
  }
  if (lt(tsval, tcb.tsRecent)) return yield must(emptyAck(tcb), tcb, 'RFC 7323 5.3 R1: older than TS.Recent');
  const records = acceptable(tcb, segment) && leq(seq, tcb.rcvNxt);
  yield* first(records ? { ...tcb, tsRecent: tsval } : tcb, segment, rules);
}

/** RFC 793 page 69: the sequence number. */
function* first(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, seq } = segment;
  if (acceptable(tcb, segment)) return yield* second(tcb, segment, rules);
  const why = rules.other('first', 'nothing of it lies in the window');
  const atEdge = tcb.rcvWnd === 0 && seq === tcb.rcvNxt;
  if (ctl.has('RST')) {
    if (!atEdge) return yield must('silence', tcb, why);
    if (rules.rfc9293) return yield* second(tcb, segment, rules);
    yield* recommended(second(tcb, segment, rules), 'a closed window too should let a valid reset pass');
    return yield may('silence', tcb, why);
  }
  yield must(emptyAck(tcb), tcb, why);
  if (spansTheWindow(tcb, segment)) yield* second(tcb, segment, rules);
  if (agrees(tcb, segment, rules)) {
    if (atEdge && !ctl.has('SYN')) yield* atClosedWindow(tcb, segment, rules);
    yield* despiteItsNumber(tcb, segment, rules);
  }
}

/** Where a figure, or the end of the connection, needs a segment that the sequence check refuses (RFC 9293 A.2). */
function* despiteItsNumber(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, seq, ack } = segment;
  const { state } = tcb;
  if (state === 'SYN-RECEIVED' && ctl.has('SYN') && seq === tcb.irs) {
    // Our SYN,ACK would acknowledge the same, and seems to be lost: another answer in detail, not in substance.
    if (!ctl.has('ACK')) yield may(synAck(tcb), tcb, 'RFC 793 3.9: the SYN again, and our answer again');
    if (!ctl.has('ACK') || tcb.origin === 'passive') return;
    const why = 'RFC 793 3.4 figure 8: the SYN,ACK ends a simultaneous open';
    for (const each of fifth(tcb, trimmed(tcb, segment), rules)) {
      if (each.tcb.state === 'SYN-RECEIVED') continue;
      yield { ...each, why };
      // RFC 793 shows an answer, which RFC 1122 4.2.2.10 calls an error.
      if (each.reply === 'silence') yield { ...each, reply: emptyAck(each.tcb), why };
    }
  }
  const finAgain = ctl.has('FIN') && !ctl.has('SYN') && add(seq, segLen(segment)) === tcb.rcvNxt;
  if (!(state === 'CLOSING' || state === 'LAST-ACK') || !finAgain || !ctl.has('ACK') || ack !== tcb.sndNxt)
    return;
  const why = 'RFC 9293 A.2: the FIN comes again, and its ACK of ours counts';
  const over = enter({ ...tcb, sndUna: ack }, state === 'CLOSING' ? 'TIME-WAIT' : 'CLOSED');
  for (const answer of [emptyAck(over), 'silence'] as const) yield may(answer, over, why);
}

/** A reset that counts. To heed one that carries text is a SHOULD since RFC 1122. */
export function* reset(tcb: Tcb, segment: Segment, rules: Rules, why: string): Arrivals {
  const next = enter(tcb, tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED');
  if (!rules.rfc1122 || segment.data === 0) return yield must('silence', next, why);
  yield should('silence', next, why);
  yield may('silence', tcb, 'RFC 1122 4.2.2.12: to allow text in a reset is only a SHOULD');
}

/** RFC 793 page 70: the RST bit. RFC 5961 section 3.2 wants its SEQ to be RCV.NXT. */
function* second(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!segment.ctl.has('RST')) return yield* third(tcb, segment, rules);
  const { state, rcvNxt, rcvWnd } = tcb;
  const expected = segment.seq === rcvNxt;
  const heeded = reset(tcb, segment, rules, rules.other('second', 'a reset ends the connection'));
  if (state === 'TIME-WAIT') yield may('silence', tcb, 'RFC 1337 3: TIME-WAIT may ignore resets');
  if (!expected && !within(segment.seq, rcvNxt, rcvWnd)) {
    // Only its text reaches into the window: not valid by section 3.4, but at RCV.NXT once page 69 has trimmed it.
    const where = rules.rfc9293 ? 'RFC 9293 3.5.3' : 'RFC 793 3.4';
    yield must('silence', tcb, `${where}: a reset is valid when its SEQ is in the window`);
    yield* rules.rfc5961 ? permitted(heeded, 'RFC 5961 3.2 goes by the SEQ that was sent') : heeded;
  } else if (rules.rfc5961 && !expected) {
    yield must(emptyAck(tcb), tcb, 'RFC 5961 3.2: a reset elsewhere in the window is challenged');
    if (state === 'SYN-RECEIVED' && !rules.rfc9293)
      yield* permitted(heeded, 'RFC 5961 3.2 speaks of synchronized states first');
  } else yield* heeded;
}

/** Security and, until RFC 2873, precedence. */
const agrees = (tcb: Tcb, { security, precedence }: Segment, rules: Rules): boolean =>
  security === tcb.security && (!rules.precedence || precedence === tcb.precedence);

/** RFC 793 page 71. */
function* third(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (agrees(tcb, segment, rules)) return yield* fourth(tcb, segment, rules);
  const { state, security, precedence } = tcb;
  const { ctl, ack } = segment;
  const why = rules.other('third', 'another security or precedence');
  const overlooked = (because: string): Arrivals =>
    permitted(fourth(tcb, { ...segment, security, precedence }, rules), because);
  if (state === 'SYN-RECEIVED') {
    yield must(resetFor(tcb, segment), tcb, why);
    const ackOfSyn = ctl.has('ACK') && gt(ack, tcb.iss) && leq(ack, tcb.sndNxt);
    const bearable = segment.precedence < precedence || tcb.mayRaisePrecedence;
    if (segment.security === security && !ackOfSyn && bearable)
      yield* overlooked('RFC 793 3.4: precedence may still differ before our SYN is acknowledged');
  } else {
    // Section 3.4 takes the SEQ of the reset from the ACK field; without one, no form is given.
    const forms = ctl.has('ACK') ? [resetFor(tcb, segment)] : resetsOfAnyForm(tcb, segment);
    for (const form of forms) yield must(form, enter(tcb, 'CLOSED'), why);
    if (!rules.rfc1122 && state !== 'ESTABLISHED')
      yield* overlooked('RFC 793 3.9 SEGMENT ARRIVES, third, names no synchronized state but ESTABLISHED');
  }
  if (rules.rfc9293) yield* overlooked(A_1_2);
}

/** RFC 793 page 71: the SYN bit. RFC 5961 section 4.2 answers it with a challenge, whatever its SEQ. */
function* fourth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const rest = withinTheWindow(tcb, segment, rules);
  if (!segment.ctl.has('SYN')) return yield* rest;
  const inWindow = within(segment.seq, tcb.rcvNxt, tcb.rcvWnd);
  if (rules.rfc5961 && (tcb.state !== 'SYN-RECEIVED' || (rules.rfc9293 && tcb.origin === 'active'))) {
    yield must(emptyAck(tcb), tcb, 'RFC 5961 4.2: a SYN is challenged');
    if (!inWindow) yield* permitted(rest, 'RFC 793 page 69: once it is trimmed it is no SYN any more');
  } else if (inWindow) yield* synInError(tcb, segment, rules);
  else {
    // Only its text reaches into the window, and the step says that no such SYN comes this far.
    yield* rest;
    yield may(emptyAck(tcb), tcb, rules.other('fourth', 'it would have been acknowledged before'));
    yield* permitted(synInError(tcb, segment, rules), 'a SYN that comes this far is one in the window');
  }
}

function* synInError(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (tcb.origin === 'passive' && rules.rfc1122)
    return yield must('silence', enter(tcb, 'LISTEN'), 'RFC 1122 4.2.2.20(e): a passive open listens again');
  // The step says no more than to send a reset: its form is free, but SEQ=0 hardly fits a segment that has an ACK.
  const gone = enter(tcb, 'CLOSED');
  const why = rules.other('fourth', 'a SYN in the window is an error');
  for (const form of resetsOfAnyForm(tcb, segment)) yield must(form, gone, why);
  yield may(resetFromZero(tcb, segment), gone, why);
  if (rules.rfc5961) yield may(emptyAck(tcb), tcb, 'RFC 5961 4.2, as RFC 9293 extends it to SYN-RECEIVED');
}

/** RFC 793 page 69: the steps from here on see only what lies in the window. */
function* withinTheWindow(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const fitting = trimmed(tcb, segment);
  yield* fifth(tcb, fitting, rules);
  // To trim is what one could do. The seventh step takes text until the buffer is full, which may be behind the window.
  const whole = trimmed({ ...tcb, rcvWnd: 2 ** 30 }, segment);
  if (segLen(whole) > segLen(fitting))
    yield* permitted(fifth(tcb, whole, rules), 'trimming is not asked for');
}

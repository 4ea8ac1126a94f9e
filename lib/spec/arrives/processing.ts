import { add, geq, gt, leq, lt, sub } from '../../wire/seq.ts';
import type { State } from '../state.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import type { Arrivals } from './arrival.ts';
import {
  emptyAck,
  enter,
  may,
  must,
  permitted,
  recommended,
  resetAtAck,
  resetsOfAnyForm,
  should,
} from './arrival.ts';
import type { Rules } from './rules.ts';

/** What these steps get is trimmed to the window: it begins at RCV.NXT or further on. */
const inOrder = (tcb: Tcb, segment: Segment): boolean => segment.seq === tcb.rcvNxt;

const FURTHER_ON = 'RFC 793 page 74, RFC 1122 4.2.2.21: what begins further on may be acknowledged, or not';

/** RFC 793 pages 72-73: the ACK field. */
export function* fifth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, ack } = segment;
  if (!ctl.has('ACK')) return yield must('silence', tcb, rules.other('fifth', 'without ACK it is dropped'));
  if (!inOrder(tcb, segment) && (tcb.state === 'SYN-RECEIVED' || gt(ack, tcb.sndUna))) {
    const why = rules.other('first', 'what begins further on may be held, its ACK field too');
    yield may('silence', tcb, why);
    yield may(emptyAck(tcb), tcb, why);
  }
  const oldest = sub(tcb.sndUna, tcb.maxSndWnd);
  const plausible = sub(ack, oldest) <= sub(tcb.sndNxt, oldest);
  if (plausible || !(rules.rfc5961 || rules.rfc9293)) return yield* acknowledgment(tcb, segment, rules);
  // A check of its own, and a MAY: one who has not adopted the others may have it, one who has may do without.
  const challenge = rules.rfc5961 ? must : may;
  yield challenge(emptyAck(tcb), tcb, 'RFC 5961 5.2: the ACK lies outside what can be under way');
  const ordinary = acknowledgment(tcb, segment, rules);
  // In SYN-RECEIVED group 2 of "Reset Generation" is as right.
  const asRight = tcb.state === 'SYN-RECEIVED' || !rules.rfc5961;
  yield* asRight ? ordinary : permitted(ordinary, 'RFC 5961 5.2 is a MAY');
}

function* acknowledgment(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { state, sndUna, sndNxt } = tcb;
  const { ack } = segment;
  if (state === 'SYN-RECEIVED') {
    const acksNothing = ack === sndUna;
    if (acksNothing || sub(ack, sndUna) > sub(sndNxt, sndUna))
      yield must(resetAtAck(tcb, segment), tcb, rules.other('fifth', 'it does not acknowledge our SYN'));
    // Page 72 accepts SND.UNA as well, which is against section 3.3, and corrected by erratum 3301.
    if (acksNothing ? !rules.rfc9293 : sub(ack, sndUna) <= sub(sndNxt, sndUna))
      yield* sixth(acknowledged(enter(tcb, 'ESTABLISHED'), segment, rules), segment, rules);
    return;
  }
  if (gt(ack, sndNxt))
    return yield must(emptyAck(tcb), tcb, rules.other('fifth', 'it acknowledges what was not sent'));
  const next = acknowledged(tcb, segment, rules);
  if (ack === sndNxt) {
    if (state === 'FIN-WAIT-1') return yield* sixth(enter(next, 'FIN-WAIT-2'), segment, rules);
    if (state === 'CLOSING') return yield* sixth(enter(next, 'TIME-WAIT'), segment, rules);
    if (state === 'LAST-ACK')
      return yield must('silence', enter(next, 'CLOSED'), rules.other('fifth', 'our FIN is acknowledged'));
  }
  if (state === 'CLOSING')
    yield must('silence', next, rules.other('fifth', 'our FIN is not acknowledged: ignore the segment'));
  if (state === 'TIME-WAIT')
    yield may(
      emptyAck(next),
      next,
      rules.other('fifth', 'what arrives is taken for the FIN, and acknowledged'),
    );
  yield* sixth(next, segment, rules);
}

/** SND.UNA moves forward only, and the window follows the newest segment. */
export const acknowledged = (tcb: Tcb, { ack, seq, wnd }: Segment, rules: Rules): Tcb => {
  const sndUna = gt(ack, tcb.sndUna) ? ack : tcb.sndUna;
  const current = rules.rfc1122 ? geq(ack, tcb.sndUna) : gt(ack, tcb.sndUna);
  const newest = lt(tcb.sndWl1, seq) || (tcb.sndWl1 === seq && leq(tcb.sndWl2, ack));
  if (!current || !newest) return { ...tcb, sndUna };
  return { ...tcb, sndUna, sndWnd: wnd, sndWl1: seq, sndWl2: ack, maxSndWnd: Math.max(tcb.maxSndWnd, wnd) };
};

const RECEIVING: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

/** RFC 793 page 73: the URG bit, which is never answered. Behind the peer's FIN it is ignored, as all the rest. */
export function* sixth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!RECEIVING.includes(tcb.state)) return yield* behindTheFin(tcb, segment, rules);
  const urgent = add(segment.seq, segment.urg);
  const moves = segment.ctl.has('URG') && gt(urgent, tcb.rcvUp);
  yield* seventh(moves ? { ...tcb, rcvUp: urgent } : tcb, segment, rules);
}

/** RFC 793 page 74: the segment text, and who is there to take it. */
function* seventh(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  if (!rules.rfc1122 || !tcb.userGone || segment.data === 0) return yield* text(tcb, segment, rules);
  const why = 'RFC 1122 4.2.2.13: text for a user who is gone is lost, which a reset should say';
  // Its form is not given, nor whether its ACK counts what is lost.
  for (const octets of [0, segment.data, segLen(segment)])
    for (const form of resetsOfAnyForm({ ...tcb, rcvNxt: add(tcb.rcvNxt, octets) }, segment))
      yield should(form, enter(tcb, 'CLOSED'), why);
  yield* permitted(text(tcb, segment, rules), 'RFC 1122 4.2.2.13: the half-duplex close is a MAY');
}

function* text(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { data, ctl } = segment;
  if (data === 0 && !ctl.has('FIN')) return yield* nothingMore(tcb, segment, rules);
  if (!inOrder(tcb, segment)) {
    yield should(emptyAck(tcb), tcb, FURTHER_ON);
    return yield may('silence', tcb, FURTHER_ON);
  }
  const next = { ...tcb, rcvNxt: add(tcb.rcvNxt, data) };
  if (ctl.has('FIN')) yield* eighth(next, rules);
  else yield must(emptyAck(next), next, rules.other('seventh', 'text in order is taken and acknowledged'));
}

function* nothingMore(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  yield must('silence', tcb, rules.other('fifth', 'nothing in it is to be answered'));
  if (!inOrder(tcb, segment)) yield may(emptyAck(tcb), tcb, FURTHER_ON);
  const closed = 'RFC 793 3.7: at a closed window whatever arrives is to be acknowledged';
  if (tcb.rcvWnd === 0) yield may(emptyAck(tcb), tcb, closed);
}

/** RFC 793 pages 75-76: the FIN bit, in the states that wait for it. */
function* eighth(tcb: Tcb, rules: Rules): Arrivals {
  const after =
    tcb.state === 'FIN-WAIT-1' ? 'CLOSING' : tcb.state === 'FIN-WAIT-2' ? 'TIME-WAIT' : 'CLOSE-WAIT';
  const next = { ...enter(tcb, after), rcvNxt: add(tcb.rcvNxt, 1) };
  yield must(emptyAck(next), next, rules.other('eighth', 'the FIN is acknowledged'));
}

/**
 * The peer has said that nothing follows its FIN. Text after it is ignored, and nothing says with what answer; a FIN
 * alone is by the letter of the eighth step acknowledged once more.
 */
function* behindTheFin(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const fin = segment.ctl.has('FIN');
  if (segment.data === 0 && !fin) return yield* nothingMore(tcb, segment, rules);
  if (segment.data === 0 && inOrder(tcb, segment)) {
    const next = { ...tcb, rcvNxt: add(tcb.rcvNxt, 1) };
    yield must(emptyAck(next), next, rules.other('eighth', 'a FIN is acknowledged'));
    const why = rules.other('eighth', 'but nothing can follow the FIN that came before');
    yield may(emptyAck(tcb), tcb, why);
    return yield may('silence', tcb, why);
  }
  const why = rules.other('seventh', 'text behind the FIN is ignored, with or without an answer');
  yield must('silence', tcb, why);
  yield must(emptyAck(tcb), tcb, why);
}

/** A valid ACK and URG at a closed window: the rest of the segment is refused (RFC 793 page 69, MUST-66). */
export function* atClosedWindow(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const ctl = new Set(segment.ctl);
  ctl.delete('FIN');
  const why = rules.other('first', 'a valid ACK should be accepted at a closed window too');
  for (const each of recommended(fifth(tcb, { ...segment, ctl, data: 0 }, rules), why)) {
    if (each.reply !== 'silence') continue;
    yield each.tcb.state === 'CLOSED' ? each : { ...each, reply: emptyAck(each.tcb) };
  }
}

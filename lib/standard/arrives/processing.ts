import { add, geq, gt, leq, lt, sub } from '../../wire/seq.ts';
import type { State } from '../state.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import { type Arrivals, enter, may, must, permitted, type Rules, should } from './arrival.ts';
import { emptyAck, resetAtAck, resetsOfAnyForm } from './replies.ts';

/** RFC 793 pages 72-73: the ACK field, of a segment that is trimmed: it begins at RCV.NXT or further on. */
export function* fifth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, ack, seq } = segment;
  if (!ctl.has('ACK')) {
    yield* must(rules.other('fifth', 'without ACK it is dropped'), tcb, 'silence');
    // Whether a segment without ACK is a valid one is not said.
    if (seq !== tcb.rcvNxt)
      yield* may(
        'RFC 1122 4.2.2.21: a valid segment that begins further on may be acknowledged',
        tcb,
        emptyAck(tcb),
      );
    return;
  }
  const held = rules.other('first', 'what begins further on may be held, its ACK field too');
  if (seq !== tcb.rcvNxt && (tcb.state === 'SYN-RECEIVED' || gt(ack, tcb.sndUna)))
    yield* may(held, tcb, 'silence', emptyAck(tcb));
  const ordinary = acknowledgment(tcb, segment, rules);
  const oldest = sub(tcb.sndUna, tcb.maxSndWnd);
  const plausible = sub(ack, oldest) <= sub(tcb.sndNxt, oldest);
  if (plausible || !rules.checks.ack) return yield* ordinary;
  yield* must('RFC 5961 5.2: the ACK lies outside what can be under way', tcb, emptyAck(tcb));
  // In SYN-RECEIVED group 2 of "Reset Generation" is as right.
  if (tcb.state === 'SYN-RECEIVED') yield* ordinary;
  // By itself RFC 5961 only says that a TCP may check; who is known to have chosen to is held to it.
  else if (!rules.rfc9293) yield* permitted('RFC 5961 5.2 is a MAY', ordinary);
}

function* acknowledgment(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { state, sndUna, sndNxt } = tcb;
  const { ctl, ack } = segment;
  const step = (what: string): string => rules.other('fifth', what);
  if (state === 'SYN-RECEIVED') {
    const sent = sub(ack, sndUna) <= sub(sndNxt, sndUna);
    if (!sent || ack === sndUna) yield* must(step('it is not of our SYN'), tcb, resetAtAck(tcb, segment));
    // Page 72 lets SND.UNA pass as well, against section 3.3; erratum 3301, and so RFC 9293, correct it.
    if (sent && (ack !== sndUna || !rules.rfc9293))
      yield* sixth(acknowledged(enter(tcb, 'ESTABLISHED'), segment, rules), segment, rules);
    return;
  }
  if (gt(ack, sndNxt)) return yield* must(step('it acknowledges what was not sent'), tcb, emptyAck(tcb));
  const next = acknowledged(tcb, segment, rules);
  if (ack === sndNxt) {
    if (state === 'FIN-WAIT-1') return yield* sixth(enter(next, 'FIN-WAIT-2'), segment, rules);
    if (state === 'CLOSING') return yield* sixth(enter(next, 'TIME-WAIT'), segment, rules);
    if (state === 'LAST-ACK') return yield* must(step('it is of our FIN'), enter(next, 'CLOSED'), 'silence');
  }
  if (state === 'CLOSING') {
    const ignored = step('it does not acknowledge our FIN: ignore it');
    const rest = sixth(next, segment, rules);
    // The eighth step has an entry for a FIN in CLOSING, which is without meaning if the fifth drops every such segment.
    const finInOrder = ctl.has('FIN') && segment.seq === tcb.rcvNxt && segment.data === 0;
    yield* (finInOrder ? may : must)(ignored, next, 'silence');
    return yield* finInOrder ? rest : permitted('the segment was to be ignored', rest);
  }
  if (state === 'TIME-WAIT') yield* may(step('it is taken for the FIN, once more'), next, emptyAck(next));
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

/** The states that wait for the peer's FIN and take text until then, and where it leads. */
const AFTER_FIN: Partial<Readonly<Record<State, State>>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
};

/** RFC 793 page 73: the URG bit, which is never answered. Behind the peer's FIN it is ignored. */
export function* sixth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, data, seq, urg } = segment;
  const receiving = AFTER_FIN[tcb.state] !== undefined;
  const moves = receiving && ctl.has('URG') && gt(add(seq, urg), tcb.rcvUp);
  const rest = seventh(moves ? { ...tcb, rcvUp: add(seq, urg) } : tcb, segment, rules);
  if (!receiving || !rules.rfc1122 || !tcb.userGone || data === 0) return yield* rest;
  // The form of the reset is not given, nor whether its ACK counts what is lost.
  const counts = [0, data, segLen(segment)].map((octets) => add(tcb.rcvNxt, octets));
  const forms = counts.flatMap((rcvNxt) => resetsOfAnyForm({ ...tcb, rcvNxt }, segment));
  yield* should('RFC 1122 4.2.2.13: its user is gone, the text is lost', enter(tcb, 'CLOSED'), ...forms);
  yield* permitted('RFC 1122 4.2.2.13: the half-duplex close is a MAY', rest);
}

/** RFC 793 pages 74-76: the segment text, and eighth, the FIN bit. */
function* seventh(tcb: Tcb, { data, ctl, seq }: Segment, rules: Rules): Arrivals {
  const fin = ctl.has('FIN');
  const inOrder = seq === tcb.rcvNxt;
  const after = AFTER_FIN[tcb.state];
  const furtherOn = 'RFC 793 page 74, RFC 1122 4.2.2.21: what begins further on may be acknowledged, or not';
  if (data === 0 && !fin) {
    yield* must(rules.other('fifth', 'nothing in it is to be answered'), tcb, 'silence');
    if (!inOrder) yield* may(furtherOn, tcb, emptyAck(tcb));
    return;
  }
  // Nothing can follow the peer's FIN, and nothing is said of an answer.
  const ignored = rules.other('seventh', 'text behind the FIN is ignored');
  if (!after && (data > 0 || !inOrder)) return yield* must(ignored, tcb, 'silence', emptyAck(tcb));
  if (!inOrder) return yield* must(furtherOn, tcb, emptyAck(tcb), 'silence');
  const taken = { ...tcb, rcvNxt: add(tcb.rcvNxt, data) };
  if (!fin) return yield* must(rules.other('seventh', 'text in order is taken'), taken, emptyAck(taken));
  const next = { ...enter(taken, after ?? tcb.state), rcvNxt: add(taken.rcvNxt, 1) };
  yield* must(rules.other('eighth', 'the FIN is acknowledged'), next, emptyAck(next));
  if (!after)
    yield* may('RFC 793 3.3: a control is acted upon once, and was here before', tcb, emptyAck(tcb));
}

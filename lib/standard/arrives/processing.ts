import { add, geq, gt, leq, lt, sub } from '../../wire/seq.ts';
import { unacknowledged } from '../queues.ts';
import { emptyAck, resetAtAck, resetsOfAnyForm } from '../segments.ts';
import type { State } from '../state.ts';
import { type Segment, segLen, type Tcb, type Text } from '../tcb.ts';
import { type Arrivals, enter, may, must, permitted, type Rules, should } from './arrival.ts';
import { trimmed } from './window.ts';

/** RFC 793 pages 72-73: the ACK field. The segment is trimmed: it begins at RCV.NXT or beyond. */
export function* fifth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, ack, seq } = segment;
  if (!ctl.has('ACK')) {
    yield* must(rules.other('fifth', 'a segment without ACK is dropped'), tcb, 'silence');
    // The RFC does not say whether a segment without ACK is a valid segment.
    if (seq !== tcb.rcvNxt)
      yield* may(
        'RFC 1122 4.2.2.21: a valid segment that begins beyond RCV.NXT may be acknowledged',
        tcb,
        emptyAck(tcb),
      );
    return;
  }
  const held = rules.other('first', 'a segment that begins beyond RCV.NXT may be held, its ACK field too');
  if (seq !== tcb.rcvNxt && (tcb.state === 'SYN-RECEIVED' || gt(ack, tcb.sndUna)))
    yield* may(held, tcb, 'silence', emptyAck(tcb));
  const ordinary = acknowledgment(tcb, segment, rules);
  // Its section 3.7 needs what the letter of RFC 793 page 72 leaves out: a window that opens without an acknowledgment.
  if (!rules.rfc1122 && ack === tcb.sndUna)
    yield* acknowledgment(tcb, segment, { ...rules, updatesAtUna: false });
  const oldest = sub(tcb.sndUna, tcb.maxSndWnd);
  const plausible = sub(ack, oldest) <= sub(tcb.sndNxt, oldest);
  if (plausible || !rules.checks.ack) return yield* ordinary;
  yield* must('RFC 5961 5.2: no ACK in flight can be so old or so new', tcb, emptyAck(tcb));
  // In SYN-RECEIVED, group 2 of "Reset Generation" is equally right.
  if (tcb.state === 'SYN-RECEIVED') yield* ordinary;
  // RFC 5961 only permits the check. Under rfc9293, a target that is known to have adopted it must follow it.
  else if (!rules.rfc9293) yield* permitted('RFC 5961 5.2 is a MAY', ordinary);
}

function* acknowledgment(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { state, sndUna, sndNxt } = tcb;
  const { ctl, ack } = segment;
  const step = (what: string): string => rules.other('fifth', what);
  if (state === 'SYN-RECEIVED') {
    const sent = sub(ack, sndUna) <= sub(sndNxt, sndUna);
    if (!sent || ack === sndUna)
      yield* must(step('it does not acknowledge our SYN'), tcb, resetAtAck(tcb, segment));
    // Page 72 also accepts SND.UNA, against section 3.3. Erratum 3301 and RFC 9293 correct that.
    if (sent && (ack !== sndUna || !rules.rfc9293))
      yield* sixth(acknowledged(enter(tcb, 'ESTABLISHED'), segment, rules), segment, rules);
    return;
  }
  if (gt(ack, sndNxt)) return yield* must(step('it acknowledges octets never sent'), tcb, emptyAck(tcb));
  const next = acknowledged(tcb, segment, rules);
  // While CLOSE waits behind text, what is acknowledged cannot be our FIN.
  if (ack === sndNxt && !tcb.closing) {
    if (state === 'FIN-WAIT-1') return yield* sixth(enter(next, 'FIN-WAIT-2'), segment, rules);
    if (state === 'CLOSING') return yield* sixth(enter(next, 'TIME-WAIT'), segment, rules);
    if (state === 'LAST-ACK')
      return yield* must(step('it acknowledges our FIN'), enter(next, 'CLOSED'), 'silence');
  }
  if (state === 'CLOSING') {
    const ignored = step('it does not acknowledge our FIN, and is ignored');
    const rest = sixth(next, segment, rules);
    // The eighth step has an entry for a FIN in CLOSING. It would be pointless if the fifth dropped every such segment.
    const finInOrder = ctl.has('FIN') && segment.seq === tcb.rcvNxt && segment.data === 0;
    yield* (finInOrder ? may : must)(ignored, next, 'silence');
    return yield* finInOrder ? rest : permitted('the segment should have been ignored', rest);
  }
  if (state === 'TIME-WAIT') yield* may(step('it counts as the FIN again'), next, emptyAck(next));
  yield* sixth(next, segment, rules);
}

/** Advances SND.UNA, and takes the window of the newest segment. */
export const acknowledged = (tcb: Tcb, { ack, seq, wnd }: Segment, rules: Rules): Tcb => {
  const sndUna = gt(ack, tcb.sndUna) ? ack : tcb.sndUna;
  const next = sndUna === tcb.sndUna ? tcb : { ...tcb, sndUna, sent: unacknowledged({ ...tcb, sndUna }) };
  const current = rules.updatesAtUna ? geq(ack, tcb.sndUna) : gt(ack, tcb.sndUna);
  const newest = lt(tcb.sndWl1, seq) || (tcb.sndWl1 === seq && leq(tcb.sndWl2, ack));
  if (!current || !newest) return next;
  return { ...next, sndWnd: wnd, sndWl1: seq, sndWl2: ack, maxSndWnd: Math.max(tcb.maxSndWnd, wnd) };
};

/** The states that accept text until the peer's FIN, and the state after that FIN. */
const AFTER_FIN: Partial<Readonly<Record<State, State>>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
};

/** RFC 793 page 73: the URG bit, which gets no answer. After the peer's FIN it is ignored. */
export function* sixth(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const receiving = AFTER_FIN[tcb.state] !== undefined;
  if (!receiving || !segment.ctl.has('URG')) return yield* pastUrgent(tcb, segment, rules);
  for (const end of urgentEnds(tcb, segment, rules))
    yield* pastUrgent(gt(end, tcb.rcvUp) ? { ...tcb, rcvUp: end } : tcb, segment, rules);
}

/**
 * The sequence number after the urgent text. Where the pointer names the next octet that the user waits for, the texts differ on
 * whether there is any: RFC 793 has it name the octet after the urgent text (page 17), and the last one of it (page 56). RFC 1122
 * section 4.2.2.4 decides for the last. RFC 9293 section 3.8.5 decides for the octet after (MUST-62), but has the user told of any
 * pointer where nothing urgent was pending (MUST-32).
 */
function urgentEnds({ rcvUser }: Tcb, { seq, urg }: Segment, rules: Rules): readonly number[] {
  const pointer = add(seq, urg);
  if (pointer !== rcvUser) return [pointer];
  const isLastOctet = rules.rfc1122 && !rules.rfc9293;
  return isLastOctet ? [add(pointer, 1)] : [pointer, add(pointer, 1)];
}

function* pastUrgent(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { data } = segment;
  const receiving = AFTER_FIN[tcb.state] !== undefined;
  const rest = seventh(tcb, segment, rules);
  if (!receiving || !rules.rfc1122 || !tcb.userGone || data === 0) return yield* rest;
  // The RFC gives no form for the reset, and does not say whether its ACK counts the lost text.
  const counts = [0, data, segLen(segment)].map((octets) => add(tcb.rcvNxt, octets));
  const forms = counts.flatMap((rcvNxt) => resetsOfAnyForm({ ...tcb, rcvNxt }, segment));
  yield* should(
    'RFC 1122 4.2.2.13: the user has closed, so the text is lost',
    enter(tcb, 'CLOSED'),
    ...forms,
  );
  yield* permitted('RFC 1122 4.2.2.13: the half-duplex close is a MAY', rest);
}

/** RFC 793 pages 74-76: the segment text, and eighth, the FIN bit. */
function* seventh(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { data, ctl, seq } = segment;
  const fin = ctl.has('FIN');
  const inOrder = seq === tcb.rcvNxt;
  const after = AFTER_FIN[tcb.state];
  const furtherOn =
    'RFC 793 page 74, RFC 1122 4.2.2.21: a segment that begins beyond RCV.NXT may be acknowledged or not';
  if (data === 0 && !fin) {
    yield* must(rules.other('fifth', 'nothing in it needs an answer'), tcb, 'silence');
    if (!inOrder) yield* may(furtherOn, tcb, emptyAck(tcb));
    return;
  }
  // Nothing can follow the peer's FIN. The RFC does not say whether to answer.
  const ignored = rules.other('seventh', 'text after the FIN is ignored');
  if (!after && (data > 0 || !inOrder)) return yield* must(ignored, tcb, 'silence', emptyAck(tcb));
  if (!inOrder) {
    // RFC 793 page 70 says "may be held". RFC 1122 section 4.2.2.20 makes it a SHOULD.
    yield* must(furtherOn, held(tcb, segment), emptyAck(tcb), 'silence');
    return yield* (rules.rfc1122 ? may : must)(
      `${furtherOn}; it may be dropped`,
      tcb,
      emptyAck(tcb),
      'silence',
    );
  }
  const next = taken(tcb, segment);
  const why = fin
    ? rules.other('eighth', 'the FIN is acknowledged')
    : rules.other('seventh', 'text in order is accepted');
  yield* must(why, next, emptyAck(next));
  if (!after)
    yield* may('RFC 793 3.3: a control is acted upon only once, and this one was', tcb, emptyAck(tcb));
}

/** A valid reset. Since RFC 1122, a TCP SHOULD accept one that carries text. */
export function* reset(why: string, tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const next = tcb.former ?? enter(tcb, tcb.origin === 'passive' ? 'LISTEN' : 'CLOSED');
  if (!rules.rfc1122 || segment.data === 0) return yield* must(why, next, 'silence');
  yield* should(why, next, 'silence');
  yield* may('RFC 1122 4.2.2.12: accepting text in a reset is only a SHOULD', tcb, 'silence');
}

/** Text beyond a gap waits for its turn, unless the held text already contains it. */
const held = (tcb: Tcb, { seq, data, ctl }: Segment): Tcb => {
  const kept = (['PSH', 'FIN'] as const).filter((control) => ctl.has(control));
  const segment: Text = { seq, data, ctl: new Set(kept), urg: 0 };
  const end = (one: Text): number => sub(add(one.seq, segLen(one)), tcb.rcvNxt);
  const covers = (one: Text, other: Text): boolean => leq(one.seq, other.seq) && end(one) >= end(other);
  if (tcb.ahead.some((one) => covers(one, segment))) return tcb;
  const others = tcb.ahead.filter((one) => !covers(segment, one));
  return {
    ...tcb,
    ahead: [...others, segment].sort((one, other) => sub(one.seq, tcb.rcvNxt) - sub(other.seq, tcb.rcvNxt)),
  };
};

/**
 * The text of a segment in order waits for the user; then the FIN, or what was held behind it. The right edge of the window stays
 * where it is, until a RECEIVE makes room.
 */
function taken(tcb: Tcb, segment: Text): Tcb {
  const { data, ctl } = segment;
  const rcvNxt = add(tcb.rcvNxt, data);
  const unread = tcb.unread + data;
  const pushed = ctl.has('PSH') || ctl.has('FIN') ? unread : tcb.pushed;
  const next = { ...tcb, rcvNxt, rcvWnd: Math.max(0, tcb.rcvWnd - segLen(segment)), unread, pushed };
  if (ctl.has('FIN'))
    return { ...enter(next, AFTER_FIN[tcb.state] ?? tcb.state), rcvNxt: add(rcvNxt, 1), ahead: [] };
  const [first, ...others] = tcb.ahead.filter((one) => gt(add(one.seq, segLen(one)), rcvNxt));
  if (!first) return { ...next, ahead: [] };
  if (gt(first.seq, rcvNxt)) return { ...next, ahead: [first, ...others] };
  return taken({ ...next, ahead: others }, trimmed(next, first));
}

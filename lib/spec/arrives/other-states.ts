import { add, geq, gt, leq, lt } from '../../wire/seq.ts';
import { type Segment, segLen, type Tcb } from '../tcb.ts';
import type { Arrivals } from './arrival.ts';
import { emptyAck, enter, may, must, permitted, recommended, should, synAck } from './arrival.ts';
import { opened } from './opening.ts';
import { atClosedWindow, fifth } from './processing.ts';
import type { Rules } from './rules.ts';
import { agrees, second } from './validation.ts';
import { acceptable, spansTheWindow, trimmed } from './window.ts';

/** RFC 793 pages 69-76, RFC 9293 section 3.10.7.4: SYN-RECEIVED and the synchronized states. */
export function* otherStates(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl } = segment;
  const asksToReopen = tcb.state === 'TIME-WAIT' && ctl.has('SYN') && !ctl.has('ACK') && !ctl.has('RST');
  if (!asksToReopen) return yield* timestamps(tcb, segment, rules);
  const mismatch = segment.security !== tcb.security;
  if (!mismatch) yield* reopening(tcb, segment, rules);
  else if (rules.rfc9293) yield* permitted(reopening(tcb, segment, rules), 'RFC 9293 A.1.2');
  const overruled = rules.rfc9293 && segment.tsval !== undefined && !mismatch;
  const ordinary = timestamps(tcb, segment, rules);
  yield* overruled ? permitted(ordinary, 'RFC 6191 is a SHOULD') : ordinary;
}

/** A new SYN meets TIME-WAIT: RFC 6191 section 2 decides by timestamps, RFC 1122 section 4.2.2.13 permits if newer. */
function* reopening(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { tsval } = segment;
  const next = opened({ ...tcb, timestamps: tsval !== undefined }, segment);
  const newer = geq(segment.seq, tcb.rcvNxt);
  if (rules.rfc9293) {
    const bySeq = tsval === undefined || (tcb.timestamps && tsval === tcb.tsRecent);
    if (bySeq ? newer : !tcb.timestamps || gt(tsval, tcb.tsRecent))
      yield { ...should(synAck(next), next, 'RFC 6191 2: the SYN is newer'), freeSeq: true };
    else yield should('silence', tcb, 'RFC 6191 2: nothing shows that the SYN is newer');
  }
  const why = 'RFC 1122 4.2.2.13: a newer SYN may reopen the connection';
  if (rules.rfc1122 && newer) yield { ...may(synAck(next), next, why), freeSeq: true };
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
  if (acceptable(tcb, segment)) return yield* second(tcb, segment, rules);
  const why = rules.other('first', 'nothing of it lies in the window');
  const atEdge = tcb.rcvWnd === 0 && segment.seq === tcb.rcvNxt;
  if (segment.ctl.has('RST')) {
    if (!atEdge) return yield must('silence', tcb, why);
    if (rules.rfc9293) return yield* second(tcb, segment, rules);
    yield* recommended(
      second(tcb, segment, rules),
      'a valid reset should be accepted at a closed window too',
    );
    return yield may('silence', tcb, why);
  }
  yield must(emptyAck(tcb), tcb, why);
  if (atEdge && agrees(tcb, segment, rules) && !segment.ctl.has('SYN'))
    yield* atClosedWindow(tcb, segment, rules);
  if (spansTheWindow(tcb, segment)) yield* second(tcb, segment, rules);
  yield* permitted(despiteItsNumber(tcb, segment, rules), 'RFC 9293 A.2: the sequence check is in the way');
}

/** Where a figure, or the end of the connection, needs a segment that the sequence check refuses. */
function* despiteItsNumber(tcb: Tcb, segment: Segment, rules: Rules): Arrivals {
  const { ctl, seq, ack } = segment;
  if (!ctl.has('ACK') || !agrees(tcb, segment, rules)) return;
  if (ctl.has('SYN') && tcb.origin === 'active' && seq === tcb.irs) {
    const why = 'RFC 793 3.4 figure 8: the SYN,ACK ends a simultaneous open';
    for (const each of fifth(tcb, trimmed(tcb, segment), rules)) {
      if (each.tcb.state === 'SYN-RECEIVED') continue;
      yield { ...each, why };
      if (each.reply === 'silence') yield { ...each, reply: emptyAck(each.tcb), why };
    }
  }
  const finAgain = ctl.has('FIN') && !ctl.has('SYN') && add(seq, segLen(segment)) === tcb.rcvNxt;
  if (!finAgain || ack !== tcb.sndNxt) return;
  const why = rules.other('fifth', 'the FIN comes again, and acknowledges ours');
  const over = enter({ ...tcb, sndUna: ack }, tcb.state === 'CLOSING' ? 'TIME-WAIT' : 'CLOSED');
  if (tcb.state === 'CLOSING' || tcb.state === 'LAST-ACK') yield may(emptyAck(over), over, why);
  if (tcb.state === 'LAST-ACK') yield may('silence', over, why);
}

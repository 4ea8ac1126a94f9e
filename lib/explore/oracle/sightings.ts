import { inFlight, largestSegment, queued, synInFlight, unacknowledged } from '../../standard/queues.ts';
import { formed } from '../../standard/segments.ts';
import { type Segment, segLen, type Tcb } from '../../standard/tcb.ts';
import { timeOut, timerOf } from '../../standard/time-out.ts';
import { keepsAlive } from '../../standard/timeouts/probes.ts';
import { serveQueue } from '../../standard/user-calls.ts';
import { add, geq, gt, leq, lt, sub } from '../../wire/seq.ts';
import { edgeBeyond } from './events.ts';
import { distinct, isEmptyAck, relistened, type Terms, type World } from './world.ts';

/** What is left of the worlds when a segment of the target's is seen; none where no world explains it. */
export const segmentSeen = (worlds: readonly World[], seen: Segment, terms: Terms): readonly World[] =>
  distinct(worlds.flatMap((world) => explanations(world, seen, terms)));

function explanations(world: World, seen: Segment, terms: Terms): World[] {
  const all = [
    ...asDue(world, seen),
    ...asNew(world, seen, terms),
    ...asTimers(world, seen, terms),
    ...asAgain(world, seen),
  ];
  if (isOwed(world, seen)) all.push(world);
  if (isWindowUpdate(world, seen)) all.push(world);
  return all.map((each) => told(each, seen));
}

/** A segment that is due. Empty ACKs before it may go with it, if it acknowledges as much (RFC 9293 section 3.8.6.3). */
function asDue(world: World, seen: Segment): World[] {
  const all: World[] = [];
  for (const [index, due] of world.due.entries()) {
    if (isSame(due, seen, world, index === 0 && world.isFree))
      all.push({ ...rebased(world, seen), due: world.due.slice(index + 1), isFree: false });
    if (!isCarried(due, seen)) break;
  }
  return all;
}

const isCarried = (due: Segment, seen: Segment): boolean =>
  isEmptyAck(due) && seen.ctl.has('ACK') && !seen.ctl.has('RST') && geq(seen.ack, due.ack);

const COMPARED = ['SYN', 'FIN', 'RST', 'ACK'] as const;

function isSame(due: Segment, seen: Segment, { tcb }: World, isFree: boolean): boolean {
  if (!COMPARED.every((bit) => due.ctl.has(bit) === seen.ctl.has(bit)) || due.data !== seen.data)
    return false;
  // Of text, PSH is the TCP's choice. URG tells in every segment that there is urgent text to come (RFC 793 page 56).
  const marks = tcb.urgent ? (['PSH'] as const) : (['PSH', 'URG'] as const);
  if (due.data === 0 && marks.some((bit) => due.ctl.has(bit) !== seen.ctl.has(bit))) return false;
  // RFC 3168 section 6.1.1: a SYN,ACK has no CWR, and before that document it has neither of the two.
  if (due.ctl.has('SYN') && due.ctl.has('ACK') && seen.ctl.has('CWR')) return false;
  if (due.ctl.has('ACK') && due.ack !== seen.ack) return false;
  // The ISS is free, but above all numbers of the connection before (RFC 1122 section 4.2.2.13).
  if (isFree && tcb.former && !geq(seen.seq, tcb.former.sndNxt)) return false;
  // Text of the user's may have gone out before it.
  return isFree || due.seq === seen.seq || (isEmptyAck(due) && seen.seq === tcb.sndNxt);
}

/** Where the ISS was free, it is the one that was chosen. */
function rebased(world: World, { ctl, seq }: Segment): World {
  const { tcb } = world;
  if (!world.isFree || !ctl.has('SYN') || tcb.iss === seq) return world;
  return {
    ...world,
    tcb: { ...tcb, iss: seq, sndUna: seq, sndNxt: add(seq, sub(tcb.sndNxt, tcb.iss)), sndWl2: seq },
  };
}

/** The acknowledgment that was delayed. */
const isOwed = ({ tcb, owesAckSince }: World, seen: Segment): boolean =>
  owesAckSince !== undefined && isEmptyAck(seen) && seen.seq === tcb.sndNxt && seen.ack === tcb.rcvNxt;

/** Text or a FIN from the queue, in segments as the TCP likes, as far as it may send now. */
function asNew(world: World, seen: Segment, terms: Terms): World[] {
  const { tcb, due } = world;
  const { ctl, data, seq } = seen;
  if (seq !== tcb.sndNxt || segLen(seen) === 0 || ctl.has('SYN') || ctl.has('RST') || !ctl.has('ACK'))
    return [];
  if (seen.ack !== tcb.rcvNxt || !due.every((each) => isCarried(each, seen))) return [];
  const timer = timerOf(tcb);
  const reactions = [
    ...serveQueue(tcb, terms.profile),
    ...(timer === 'zero window' || timer === 'override' ? timeOut(tcb, { name: timer }, terms.profile) : []),
  ].map(({ sent }) => sent.filter((one) => geq(one.seq, tcb.sndNxt)));
  const most = Math.max(0, ...reactions.map((sent) => sent.reduce((sum, one) => sum + one.data, 0)));
  if (data > most || data > largestSegment(tcb)) return [];
  const taken = { ...advanced(tcb, seen) };
  if (!isMarked(tcb, taken, seen)) return [];
  if (!ctl.has('FIN')) return [{ ...world, tcb: taken, due: [] }];
  if (queued(taken) > 0 || !taken.closing) return [];
  return serveQueue(taken, terms.profile).flatMap((reaction) =>
    reaction.sent.length === 1
      ? [{ ...world, due: [], tcb: { ...reaction.tcb, sent: [...tcb.sent, { ...seen, wnd: 0 }] } }]
      : [],
  );
}

/**
 * Text before the end of what is urgent has URG, and its pointer (RFC 793 page 56). The last that waits has PSH, where the user's SENDs
 * push (RFC 9293 MUST-61). A FIN pushes by itself, and a probe of a closed window may leave its octet in the queue.
 */
function isMarked(before: Tcb, after: Tcb, { ctl, seq, data, urg }: Segment): boolean {
  if (data === 0) return true;
  const right = formed(before, { seq, data });
  if (right.ctl.has('URG') && !(ctl.has('URG') && urg === right.urg)) return false;
  const isLast = queued(after) === 0 && before.sends.at(-1)?.push === true;
  return !isLast || before.sndWnd === 0 || ctl.has('PSH') || ctl.has('FIN');
}

/** The queue without the text of a segment. */
function advanced(tcb: Tcb, segment: Segment): Tcb {
  let left = segment.data;
  const sends = tcb.sends.flatMap((each) => {
    const taken = Math.min(left, each.octets);
    left -= taken;
    return taken === each.octets ? [] : [{ ...each, octets: each.octets - taken }];
  });
  const ctl = new Set(segment.ctl);
  ctl.delete('FIN');
  const sent = segment.data > 0 ? [...tcb.sent, { ...segment, ctl, wnd: 0 }] : tcb.sent;
  return { ...tcb, sends, sent, sndNxt: add(tcb.sndNxt, segment.data) };
}

/** A timer has expired: a SYN again, a probe, a keep-alive; or the end of a connection whose peer does not answer. */
function asTimers(world: World, seen: Segment, terms: Terms): World[] {
  const { tcb: before, unanswered = 0 } = world;
  const name = timerOf(before) ?? (keepsAlive(before) ? 'keep-alive' : undefined);
  if (name === undefined || name === 'TIME-WAIT') return [];
  const isKeepAlive = name === 'keep-alive';
  const timer = isKeepAlive ? { name, unanswered } : { name };
  return timeOut(before, timer, terms.profile).flatMap(({ sent, tcb }) => {
    const [first, ...others] = sent;
    if (!first || others.length > 0 || !isSame(first, seen, world, false)) return [];
    // It is not any acknowledgment.
    if (first.seq !== seen.seq) return [];
    // New text is the queue's.
    if (segLen(first) > 0 && !first.ctl.has('SYN') && geq(first.seq, before.sndNxt)) return [];
    const next = { ...world, tcb: relistened(before, tcb, terms) };
    return isKeepAlive && keepsAlive(tcb)
      ? keptAlive({ ...next, unanswered: unanswered + 1 }, terms)
      : [next];
  });
}

/** A keep-alive has come. When the next would be due, the connection may be given up without a word (RFC 9293 section 3.8.4). */
function keptAlive(world: World, terms: Terms): World[] {
  const { tcb: before, unanswered = 0 } = world;
  const ends = timeOut(before, { name: 'keep-alive', unanswered }, terms.profile).filter(
    ({ sent, tcb }) => sent.length === 0 && tcb.state === 'CLOSED',
  );
  return [world, ...ends.map(({ tcb }) => ({ ...world, tcb: relistened(before, tcb, terms) }))];
}

/**
 * What was sent and is not acknowledged, in whatever segments (RFC 793 section 3.7): the FIN is where it was. The acknowledgment
 * is the current one, or that of the first time, which is older.
 */
function asAgain(world: World, seen: Segment): World[] {
  const { tcb } = world;
  const { ctl, seq } = seen;
  if (ctl.has('SYN') || ctl.has('RST') || !ctl.has('ACK') || segLen(seen) === 0 || inFlight(tcb) === 0)
    return [];
  if (synInFlight(tcb) && seq === tcb.iss) return [];
  const end = add(seq, segLen(seen));
  if (!beginsAgain(world, seq) || gt(end, tcb.sndNxt)) return [];
  const hasFin = unacknowledged(tcb).some((one) => one.ctl.has('FIN'));
  if (ctl.has('FIN') !== (hasFin && end === tcb.sndNxt)) return [];
  return geq(seen.ack, oldestAck(tcb, seq, end)) && leq(seen.ack, tcb.rcvNxt)
    ? [{ ...world, again: end }]
    : [];
}

/** The acknowledgment that went with these numbers at first; of several, the oldest. */
function oldestAck(tcb: Tcb, from: number, end: number): number {
  const parts = unacknowledged(tcb).filter((one) => lt(one.seq, end) && gt(add(one.seq, segLen(one)), from));
  return parts.reduce((oldest, { ack }) => (lt(ack, oldest) ? ack : oldest), tcb.rcvNxt);
}

/**
 * Where what is sent again may begin: at the front of the queue (RFC 9293 section 3.10.8), which a part of it may have left; or behind
 * what was sent again before, when the queue is repacketized. Which of several segments are lost is the business of congestion control
 * (section 3.8.2): it may send any of them again, from where that began.
 */
const beginsAgain = ({ tcb, again }: World, seq: number): boolean =>
  seq === tcb.sndUna ||
  (seq === again && geq(seq, tcb.sndUna)) ||
  unacknowledged(tcb).some((one) => one.seq === seq);

/** The window has opened: its right edge moves on. */
const isWindowUpdate = ({ tcb, isReading }: World, seen: Segment): boolean =>
  isReading &&
  isEmptyAck(seen) &&
  !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(tcb.state) &&
  seen.seq === tcb.sndNxt &&
  seen.ack === tcb.rcvNxt &&
  edgeBeyond(tcb, seen) > 0;

/** Takes what every segment tells: the window, and what it acknowledges. */
export function told(world: World, seen: Segment): World {
  const { tcb } = world;
  const { ctl, ack, wnd, tsval } = seen;
  if (ctl.has('RST') || tcb.state === 'CLOSED' || tcb.state === 'LISTEN') return world;
  const timestamps = ctl.has('SYN') ? { timestamps: tcb.timestamps && tsval !== undefined } : {};
  if (!ctl.has('ACK'))
    return { ...world, tcb: { ...tcb, ...timestamps, rcvWnd: wnd, rcvBuff: Math.max(tcb.rcvBuff, wnd) } };
  if (ack !== tcb.rcvNxt) return world;
  const { owesAckSince: _, ...rest } = world;
  return {
    ...rest,
    isWider: false,
    tcb: { ...tcb, ...timestamps, rcvWnd: wnd, rcvBuff: Math.max(tcb.rcvBuff, wnd + tcb.unread) },
  };
}

/** What is left of the worlds when nothing more comes. */
export const silenceSeen = (
  worlds: readonly World[],
  { now, isThrottled }: { readonly now: number; readonly isThrottled: boolean },
  terms: Terms,
): readonly World[] =>
  distinct(
    worlds.flatMap((world) => {
      const due = isThrottled ? world.due.filter((each) => !isEmptyAck(each)) : world.due;
      if (due.length > 0 || mustSend(world.tcb, terms)) return [];
      if (world.owesAckSince !== undefined && now - world.owesAckSince > terms.longestDelay) return [];
      return [{ ...world, due, isFree: false }];
    }),
  );

/** Whether something waits in the queue that every reading of the profile sends now. */
export const mustSend = (tcb: Tcb, { profile }: Terms): boolean =>
  (tcb.sends.length > 0 || tcb.closing) && serveQueue(tcb, profile).every(({ sent }) => sent.length > 0);

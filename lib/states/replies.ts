import { type ConcreteSegment, lengthOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import { add, geq, gt, leq } from '../wire/seq.ts';

/** The target's segments after a stimulus, by what caused them. */
export interface Sorted {
  /** Came sooner than any reply can: sent before the stimulus arrived. */
  readonly tooSoon: readonly Entry[];
  readonly replies: readonly Entry[];
  /** Repeat what the target had sent before, by its timers; and text that its application sends unasked. */
  readonly retransmissions: readonly Entry[];
  /** Those retransmissions of a SYN,ACK or FIN that came before their timer: the stimulus caused them. */
  readonly provoked: readonly Entry[];
  /** May be a retransmission or a reply: they came soon after a stimulus that was sent late. */
  readonly ambiguous: readonly Entry[];
  /** Second copies of a reply on a path that doubles segments. */
  readonly doubles: readonly Entry[];
  /** ACKs that only announce a larger window. */
  readonly windowUpdates: readonly Entry[];
}

/** What can cause a segment that is no reply; times in milliseconds. */
export interface Causes {
  /** The path may double a segment within this time; absent: it doubles none. */
  readonly doubled?: number | undefined;
  /** Interval after which the target's timer sends an unacknowledged SYN,ACK again. */
  readonly synAckAgain?: number;
  /** The same for text and FIN. */
  readonly otherAgain?: number;
  /** The target's application sends text as soon as the connection is established. */
  readonly greets?: boolean;
  /** When the stimulus was sent, by `performance.now()`. */
  readonly stimulusAt?: number | undefined;
  /** The shortest time from the stimulus to a reply. */
  readonly soonestReply?: number | undefined;
  /** The tester's greatest delay since the stimulus. */
  readonly lag?: number;
}

// The tester may have read the first segment later than the second. That makes the interval look shorter than it was.
const EARLIEST_PART = 0.25;

/**
 * Tells replies to a stimulus from segments that the target would have sent anyway.
 *
 * @param earlier the connection's segments before the stimulus
 * @param later those after it
 */
export function sortReplies(
  earlier: readonly Entry[],
  later: readonly Entry[],
  {
    doubled = -1,
    greets = false,
    synAckAgain = Infinity,
    otherAgain = Infinity,
    stimulusAt = -Infinity,
    soonestReply = 0,
    lag = 0,
  }: Causes = {},
): Sorted {
  const sorted = {
    tooSoon: [] as Entry[],
    replies: [] as Entry[],
    retransmissions: [] as Entry[],
    provoked: [] as Entry[],
    ambiguous: [] as Entry[],
    doubles: [] as Entry[],
    windowUpdates: [] as Entry[],
  };
  const { replies, retransmissions } = sorted;
  const sent = earlier.filter(({ from }) => from === 'target');
  // When two SYNs cross, the timer of the SYN,ACK may be that of the target's first SYN.
  const crossing = sent.findLast(({ segment: { ctl } }) => ctl.has('SYN') && !ctl.has('ACK'));
  for (const entry of later) {
    if (entry.from !== 'target') continue;
    const { at, segment } = entry;
    const { ctl, data } = segment;
    const isSyn = ctl.has('SYN');
    const timer = isSyn ? synAckAgain : otherAgain;
    const earliest = timer * EARLIEST_PART;
    const isSynAckOrFin = ctl.has('ACK') && (isSyn || ctl.has('FIN')) && data === 0;
    const mayBeTimers = (reply: Entry): boolean => at - reply.at >= earliest;
    const isAmbiguous = (last: Entry | undefined): boolean => {
      const started = (isSyn ? crossing : undefined) ?? last;
      // The stimulus may have left late, and the reply been read late. A FIN's timer is too short to allow for that.
      const late = isSyn ? 2 * lag : 0;
      const isSoon = at - stimulusAt < earliest + late;
      return isSynAckOrFin && isSoon && started !== undefined && mayBeTimers(started);
    };
    const mayBeRepeated = [...sent, ...replies.filter(mayBeTimers)].map((one) => one.segment);
    // A late tester makes a reply look later, never sooner.
    if (at - stimulusAt < soonestReply) sorted.tooSoon.push(entry);
    // An established connection sends no text without ACK.
    else if (greets && data > 0 && ctl.has('ACK') && !ctl.has('RST') && !isSyn) retransmissions.push(entry);
    else if (repeats(segment, mayBeRepeated) || (otherAgain === 0 && isProbeAgain(segment, mayBeRepeated))) {
      const last = [...sent, ...retransmissions].filter((one) => repeats(segment, [one.segment])).at(-1);
      retransmissions.push(entry);
      const isSoon = last !== undefined && Number.isFinite(timer) && !mayBeTimers(last);
      if (isAmbiguous(last)) sorted.ambiguous.push(entry);
      // Not on a path that doubles segments. Text is left out, since quicker timers send it again.
      else if (isSoon && isSynAckOrFin && doubled < 0) sorted.provoked.push(entry);
    } else if (replies.some((reply) => at - reply.at <= doubled && isSame(segment, reply.segment)))
      sorted.doubles.push(entry);
    else if (replies.some((reply) => isSame(segment, reply.segment)) && isAmbiguous(undefined))
      sorted.ambiguous.push(entry);
    else if (replies.some((reply) => opensWindow(segment, reply.segment))) sorted.windowUpdates.push(entry);
    else replies.push(entry);
  }
  return sorted;
}

/**
 * Whether a segment takes sequence space, all of which was sent before, with the same SYN and FIN. A SYN,ACK repeats neither a
 * SYN nor a SYN,ACK with another SEG.ACK.
 */
function repeats(segment: ConcreteSegment, before: readonly ConcreteSegment[]): boolean {
  const { ctl, seq } = segment;
  const length = lengthOf(segment);
  if (ctl.has('RST') || length === 0) return false;
  const end = add(seq, length);
  if (ctl.has('SYN')) {
    return before.some(
      (one) =>
        one.ctl.has('SYN') &&
        one.seq === seq &&
        one.ctl.has('ACK') === ctl.has('ACK') &&
        (!ctl.has('ACK') || one.ack === segment.ack),
    );
  }
  const ends = before.filter((one) => !one.ctl.has('RST')).map((one) => add(one.seq, lengthOf(one)));
  if (ctl.has('FIN') && !before.some((one) => one.ctl.has('FIN') && add(one.seq, lengthOf(one)) === end))
    return false;
  return before.some((one) => leq(one.seq, seq)) && ends.some((one) => geq(one, end));
}

/** Whether a segment without text, below what was sent, came before: a probe of a closed window goes out again and again. */
function isProbeAgain(segment: ConcreteSegment, before: readonly ConcreteSegment[]): boolean {
  const { ctl, seq, ack } = segment;
  if (!ctl.has('ACK') || ctl.has('RST') || lengthOf(segment) > 0) return false;
  const isBelowSent = before.some((one) => !one.ctl.has('RST') && gt(add(one.seq, lengthOf(one)), seq));
  return isBelowSent && before.some((one) => one.seq === seq && one.ack === ack && lengthOf(one) === 0);
}

/** Whether the log has one of the target's segments twice. */
export function hasDoubles(log: readonly Entry[]): boolean {
  const segments = log.filter(({ from }) => from === 'target').map(({ segment }) => segment);
  return segments.some((segment, index) => segments.slice(0, index).some((one) => isSame(one, segment)));
}

function isSame(one: ConcreteSegment, other: ConcreteSegment): boolean {
  return (
    one.seq === other.seq &&
    one.ack === other.ack &&
    one.data === other.data &&
    one.wnd === other.wnd &&
    one.tsval === other.tsval &&
    one.ctl.size === other.ctl.size &&
    [...one.ctl].every((bit) => other.ctl.has(bit))
  );
}

/** RFC 9293 section 3.8.6: a receiver may announce a larger window at any time. */
function opensWindow(later: ConcreteSegment, earlier: ConcreteSegment): boolean {
  const isEmptyAck = (segment: ConcreteSegment): boolean =>
    lengthOf(segment) === 0 && segment.ctl.has('ACK') && !segment.ctl.has('RST');
  return (
    isEmptyAck(later) &&
    isEmptyAck(earlier) &&
    later.seq === earlier.seq &&
    later.ack === earlier.ack &&
    (later.wnd ?? 0) > (earlier.wnd ?? 0)
  );
}

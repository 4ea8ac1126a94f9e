import { type ConcreteSegment, lengthOf } from '../notation/index.ts';
import type { Entry } from '../tester/index.ts';
import { add, geq, leq } from '../wire/seq.ts';

/** What the target sent after a stimulus, told apart. */
export interface Sorted {
  /** What came sooner after the stimulus than any answer can: it was on its way before, and is no reply. */
  readonly tooSoon: readonly Entry[];
  readonly replies: readonly Entry[];
  /**
   * Segments that repeat what the target had sent before the stimulus: its timers' doing; and text that its application
   * sends by itself.
   */
  readonly retransmissions: readonly Entry[];
  /** Those of them, a SYN,ACK or a FIN, that came sooner than their timer can fire: the stimulus has drawn them. */
  readonly drawn: readonly Entry[];
  /** Those that either may have sent: soon after a stimulus that came so late that the timer had run for a while. */
  readonly untold: readonly Entry[];
  /** Replies that are there twice, where the path is known to double segments: the stimulus or the reply may have been. */
  readonly doubles: readonly Entry[];
  /** Acknowledgments that say nothing new but a larger window. */
  readonly windowUpdates: readonly Entry[];
}

/** When a reply that comes again is no second reply; times in milliseconds. */
export interface Repetition {
  /** Within it, it may be the path's doing; absent on a path that doubles nothing. */
  readonly doubled?: number | undefined;
  /** After it, the target's timer sends an unacknowledged SYN,ACK again. */
  readonly synAckAgain?: number;
  /** The target's application sends text by itself as soon as the connection is established, whatever has established it. */
  readonly greets?: boolean;
  /** After it, the target's timer sends unacknowledged text or a FIN again. */
  readonly otherAgain?: number;
  /** When the stimulus was sent, of `performance.now()`. */
  readonly stimulusAt?: number | undefined;
  /** No reply can come sooner than that after the stimulus. */
  readonly soonestReply?: number | undefined;
  /** How late the tester has been since then, at worst. */
  readonly lag?: number;
}

// Both segments may have been read late, the first one later than the second: that brings them closer together.
const SOONEST = 0.25;

/**
 * Tells the replies to a stimulus from what the target was sending anyway.
 *
 * @param earlier the connection's segments before the stimulus
 * @param later those after it
 */
export function sort(
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
  }: Repetition = {},
): Sorted {
  const tooSoon: Entry[] = [];
  const replies: Entry[] = [];
  const retransmissions: Entry[] = [];
  const drawn: Entry[] = [];
  const untold: Entry[] = [];
  const doubles: Entry[] = [];
  const windowUpdates: Entry[] = [];
  const sent = earlier.filter(({ from }) => from === 'target');
  const before = sent.map(({ segment }) => segment);
  // Where two SYNs cross, the SYN,ACK may have no timer of its own but that of the target's first SYN.
  const crossing = sent.findLast(({ segment: { ctl } }) => ctl.has('SYN') && !ctl.has('ACK'));
  for (const entry of later) {
    if (entry.from !== 'target') continue;
    // A tester that is late sends later and reads later than it notes: that makes a reply seem later, never sooner.
    if (entry.at - stimulusAt < soonestReply) {
      tooSoon.push(entry);
      continue;
    }
    const again = entry.segment.ctl.has('SYN') ? synAckAgain : otherAgain;
    const isLate = (reply: Entry): boolean => entry.at - reply.at >= again * SOONEST;
    const sentBefore = replies.filter(isLate).map(({ segment }) => segment);
    const { ctl, data } = entry.segment;
    const control = ctl.has('ACK') && (ctl.has('SYN') || ctl.has('FIN')) && data === 0;
    const isUntold = (last: Entry | undefined): boolean => {
      const started = (ctl.has('SYN') ? crossing : undefined) ?? last;
      // The stimulus may have left late, and the answer have been read late. A FIN's timer is too quick to allow for that.
      const late = ctl.has('SYN') ? 2 * lag : 0;
      const isSoon = entry.at - stimulusAt < again * SOONEST + late;
      return control && isSoon && started !== undefined && entry.at - started.at >= again * SOONEST;
    };
    // Without ACK it is nothing that a connection sends.
    if (greets && data > 0 && ctl.has('ACK') && !ctl.has('RST') && !ctl.has('SYN'))
      retransmissions.push(entry);
    else if (repeats(entry.segment, [...before, ...sentBefore])) {
      retransmissions.push(entry);
      const last = [...sent, ...retransmissions.slice(0, -1)]
        .filter(({ segment }) => repeats(entry.segment, [segment]))
        .at(-1);
      const isSoon = last !== undefined && Number.isFinite(again) && !isLate(last);
      if (isUntold(last)) untold.push(entry);
      // A path that doubles segments may have done so with this one. Text is sent again by quicker timers, too.
      else if (isSoon && control && doubled < 0) drawn.push(entry);
    } else if (replies.some((reply) => isDouble(entry, reply, doubled))) doubles.push(entry);
    else if (replies.some((reply) => isSame(entry.segment, reply.segment)) && isUntold(undefined))
      untold.push(entry);
    else if (replies.some((reply) => opensWindow(entry.segment, reply.segment))) windowUpdates.push(entry);
    else replies.push(entry);
  }
  return { tooSoon, replies, retransmissions, drawn, untold, doubles, windowUpdates };
}

/**
 * Whether a segment takes sequence space, and only such as had been sent before, with SYN and FIN where they were. A
 * SYN,ACK does not repeat a SYN, nor one that acknowledges another SYN: it is the answer to that.
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

/** The same segment, and so soon that the path may have made two of one. */
function isDouble(later: Entry, earlier: Entry, within: number): boolean {
  return later.at - earlier.at <= within && isSame(later.segment, earlier.segment);
}

/** Whether a target's segment is there twice. */
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

/** RFC 9293 section 3.8.6: a receiver may announce at any time that it has room again. */
function opensWindow(later: ConcreteSegment, earlier: ConcreteSegment): boolean {
  const isAck = (segment: ConcreteSegment): boolean =>
    lengthOf(segment) === 0 && segment.ctl.has('ACK') && !segment.ctl.has('RST');
  return (
    isAck(later) &&
    isAck(earlier) &&
    later.seq === earlier.seq &&
    later.ack === earlier.ack &&
    (later.wnd ?? 0) > (earlier.wnd ?? 0)
  );
}

import { SYN } from '../wire/tcp.ts';
import type { Explanation } from './account.ts';
import { CAUSES, type Cause, type Sign } from './cause.ts';
import { ahead, statesOf } from './end.ts';
import type { Following } from './following.ts';
import { causeOf, type IcmpError } from './icmp.ts';

/*
 * Segments that nobody answers: a SYN, or text that is sent again and again. An ICMP message may say why, but anybody can forge
 * one, so such a cause is never certain.
 */

/** Without an ICMP message, a host must repeat a segment so often before its silence counts. */
const AGAIN = 3;
/** A shorter segment, in octets of text, fits through every link. */
const LARGE = 512;

const blamed = (error: IcmpError): Sign => ({
  kind: 'ICMP',
  frame: error.frame,
  from: error.from,
  ...(error.mtu > 0 ? { mtu: error.mtu } : {}),
});

/**
 * A SYN that got no answer.
 *
 * @param listens the frame by which the other end was seen to listen on its port, or 0
 */
export function unansweredSyn(following: Following, from: 0 | 1, listens: number): Explanation {
  const { segments, ends } = following;
  const end = ends[from];
  const error = following.errorAbout(from, end.iss);
  let at = 0;
  for (let index = 0; index < segments.count; index += 1) if (segments.flags(index) & SYN) at = index;
  const silent: Cause = listens > 0 ? 'full queue' : 'SYN unanswered';
  const cause = error ? causeOf(error) : silent;
  const others: readonly Cause[] = ['full queue', 'SYN unanswered'];
  return {
    kind: 'SYN unanswered',
    segment: following.told(at),
    by: from === 0 ? 1 : 0,
    cause,
    candidates: error ? [silent] : others.filter((one) => one !== cause && listens > 0),
    states: error ? [] : listens > 0 ? ['LISTEN'] : ['CLOSED', 'LISTEN'],
    rules: error ? CAUSES[cause] : CAUSES['SYN unanswered'],
    sure: error ? 'likely' : 'cannot tell',
    decides: error
      ? ['sender of the ICMP message']
      : ['packet filters on the way', 'loss on the way', 'log of the host'],
    signs: [
      ...(error ? [blamed(error)] : []),
      ...(listens > 0 ? [{ kind: 'listens', frame: listens } as const] : []),
      { kind: 'repeats', times: end.syns - 1, since: end.syn },
    ],
    verdict: 'conformant',
    notable: true,
  };
}

/** What an end had sent again when the connection, or the capture, was over; undefined where it was not. */
export function unacknowledged(following: Following, from: 0 | 1): Explanation | undefined {
  const { segments, ends } = following;
  const end = ends[from];
  const by = from === 0 ? 1 : 0;
  const peer = ends[by];
  if (end.reset > 0 || end.wasReset > 0 || peer.reset > 0 || peer.first === 0 || end.first === 0) return;
  const isSyn = end.synAck && end.synAcked === 0;
  const first = isSyn ? end.iss : peer.ack;
  if (!isSyn && (!peer.acked || ahead(end.next, first) <= 0)) return;
  const error = following.errorAbout(from, first);
  if (!error && (isSyn || end.repeats < AGAIN)) return;
  const sent = outstanding(following, from, first);
  if (!sent) return;
  const { at, arrived, heard } = sent;
  const octets = segments.data(at);
  const isLarge = octets >= LARGE && octets > arrived && arrived > 0;
  const cause = error ? causeOf(error) : isLarge ? 'black hole' : 'no acknowledgment';
  return {
    kind: 'unacknowledged',
    segment: following.told(at),
    by,
    cause,
    candidates: cause === 'no acknowledgment' ? ['host unreachable'] : ['no acknowledgment'],
    states: statesOf(peer, end),
    rules: CAUSES[cause],
    sure: error || (isLarge && heard) ? 'likely' : 'cannot tell',
    decides: error ? ['sender of the ICMP message'] : ['loss on the way', 'log of the host'],
    signs: [
      ...(error ? [blamed(error)] : []),
      ...(isLarge ? [{ kind: 'size', octets, arrived } as const] : []),
      { kind: 'repeats', times: end.repeats, since: segments.number(at) },
    ],
    verdict: 'conformant',
    notable: true,
  };
}

/**
 * The first segment that begins at a number, the largest text before it, which has arrived, and whether the other end has sent anything
 * since.
 */
function outstanding({ segments }: Following, from: 0 | 1, first: number) {
  let at = -1;
  let arrived = 0;
  let heard = false;
  for (let index = 0; index < segments.count; index += 1) {
    if (segments.from(index) !== from) {
      if (at >= 0) heard = true;
    } else if (segments.seq(index) === first && segments.length(index) > 0) {
      if (at < 0) at = index;
    } else if (ahead(segments.after(index), first) <= 0) arrived = Math.max(arrived, segments.data(index));
  }
  return at < 0 ? undefined : { at, arrived, heard };
}

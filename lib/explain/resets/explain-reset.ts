import { RST, SYN } from '../../wire/tcp.ts';
import type { Explanation } from '../account.ts';
import { CAUSES, type Cause, LEAVES_ITS_SENDER, type Sign, type Sureness } from '../cause.ts';
import { ahead } from '../end.ts';
import type { Following } from '../following.ts';
import { afterReset, fromNobody } from './closed.ts';
import { inSynReceived, inSynSent } from './opening.ts';
import { type Found, type Neighbourhood, Reset } from './reset.ts';
import { synchronized } from './synchronized.ts';

/**
 * A host that still sends so long after a reset, in seconds, did not send the reset; and how many segments ahead to look for
 * that.
 */
const GOES_ON = 0.05;
const SEARCHED = 400;
/** Two resets in both directions within this time, in seconds, come from one third party. */
const AT_ONCE = 0.02;
/** On a shorter way, in seconds, an answer cannot be too soon. */
const FAR = 0.002;
/** Causes that need no segment to answer. */
const WEAK: ReadonlySet<Cause> = new Set<Cause>(['forgotten', 'full queue', 'listener gone']);

/**
 * The cause of a reset: first by the state of the end that it names as its sender (the groups of RFC 793 3.4), then by whether that host
 * has sent it.
 *
 * @param at the reset, in the segments at hand
 */
export function explainReset(following: Following, at: number, near: Neighbourhood): Explanation {
  const reset = new Reset(following, at, near);
  const found = byState(reset);
  const drawnBy = found.drawnBy ?? found.answers?.frame;
  if (drawnBy !== undefined) reset.peer.drawn.push(drawnBy);
  return weighed(reset, found, drawnBy);
}

function byState(reset: Reset): Found {
  const { end } = reset;
  if (end.reset > 0 || end.wasReset > 0) return afterReset(reset);
  if (end.first === 0) return fromNobody(reset);
  if (end.syn > 0 && !end.synAck && !end.acked) return inSynSent(reset);
  if (end.syn > 0 && end.synAcked === 0) return inSynReceived(reset);
  return synchronized(reset);
}

/** Whether the host sent it at all: the resets of a third party come from another distance, and the host goes on. */
function weighed(reset: Reset, found: Found, drawnBy: number | undefined): Explanation {
  const { segments, end, by } = reset;
  const signs: Sign[] = [...(found.signs ?? [])];
  const ttl = segments.ttl(reset.at);
  const usual = end.ttl >= 0 ? end.ttl : reset.near.usualTtl(by);
  const differs = usual >= 0 && ttl !== usual;
  const isForeign = differs && Math.abs(hops(ttl) - hops(usual)) > 1;
  if (differs) signs.push({ kind: isForeign ? 'other distance' : 'other TTL, same distance', ttl, usual });
  const onwards = goesOn(reset);
  if (onwards > 0) signs.push({ kind: 'goes on', frame: onwards });
  const other = isForeign ? otherWay(reset) : 0;
  if (other > 0) signs.push({ kind: 'both ways', frame: other });
  if (drawnBy !== undefined && end.roundTrips >= 2 && end.roundTrip > FAR) {
    const seconds = secondsSince(reset, drawnBy);
    if (seconds < 0.9 * end.roundTrip) signs.push({ kind: 'too soon', seconds, roundTrip: end.roundTrip });
  }
  const mayGoOn = LEAVES_ITS_SENDER.has(found.cause) || end.first === 0;
  // What may be an ABORT does not deviate as an answer.
  const answered = found.answers?.form;
  const form = found.form ?? (answered?.right === false ? (reset.abortForm() ?? answered) : answered);
  const mayBeSent = form?.right !== false;
  const isAnswer = drawnBy !== undefined && mayBeSent && !WEAK.has(found.cause) && end.first > 0;
  const isThird = (onwards > 0 && !mayGoOn) || (isForeign && (!isAnswer || other > 0));
  const candidates = [...(found.candidates ?? [])];
  let { cause, sure = 'likely', decides } = found;
  if (isThird) {
    candidates.unshift(cause);
    cause = 'third party';
    sure = onwards > 0 && isForeign ? 'certain' : 'likely';
    decides = ['capture at the sender'];
  } else if (isForeign) {
    if (!candidates.includes('third party')) candidates.push('third party');
    sure = weaker(sure);
  }
  return {
    kind: 'reset',
    segment: reset.following.told(reset.at),
    by,
    cause,
    candidates: candidates.filter((one) => one !== cause && !(isThird && one === 'unexplained')),
    ...(drawnBy === undefined ? {} : { drawnBy }),
    states: found.states,
    rules: CAUSES[cause],
    form: form ?? { kind: 'other', right: true },
    sure,
    decides: sure === 'certain' ? [] : decides,
    signs,
    verdict: mayBeSent || isThird ? 'conformant' : 'deviates',
    notable: true,
  };
}

const weaker = (sure: Sureness): Sureness => (sure === 'certain' ? 'likely' : sure);

/** How long before a reset a frame came by, in seconds; Infinity where it is not kept any more. */
function secondsSince({ segments, at, time }: Reset, frame: number): number {
  for (let before = at - 1; before >= 0; before -= 1)
    if (segments.number(before) === frame) return time - segments.time(before);
  return Number.POSITIVE_INFINITY;
}

/** The frame by which the host goes on, long after its reset; 0 for none. */
function goesOn({ segments, at, by, time, trip, end }: Reset): number {
  const after = Math.max(GOES_ON, 2 * trip);
  for (let next = at + 1; next < segments.count && next < at + SEARCHED; next += 1) {
    const flags = segments.flags(next);
    if (flags & SYN) return 0;
    if (segments.from(next) !== by || flags & RST || segments.time(next) - time <= after) continue;
    // A segment far from these numbers belongs to another connection.
    if (end.known && Math.abs(ahead(segments.seq(next), end.next)) < 1 << 24) return segments.number(next);
  }
  return 0;
}

/** A reset of the other end at about the same time; 0 for none. */
function otherWay({ segments, at, by, time }: Reset): number {
  const isOther = (one: number) => segments.from(one) !== by && segments.flags(one) & RST;
  for (let next = at + 1; next < segments.count && segments.time(next) - time < AT_ONCE; next += 1)
    if (isOther(next)) return segments.number(next);
  for (let before = at - 1; before >= 0 && time - segments.time(before) < AT_ONCE; before -= 1)
    if (isOther(before)) return segments.number(before);
  return 0;
}

/** How many routers a packet has passed, by the usual first values of its time to live. */
function hops(ttl: number): number {
  for (const first of [64, 128, 255]) if (ttl <= first) return first - ttl;
  return 0;
}

import type { State } from '../standard/state.ts';

/**
 * What the segments of a capture tell about one end of a connection. Sequence numbers are signed 32-bit integers; times are seconds
 * since the first frame; frames go by their numbers, and 0 is none.
 */
export class End {
  /** The first frame that it sent. */
  first = 0;
  /** Its SYN: the frame, ISS, and whether it had an ACK. */
  syn = 0;
  synTime = 0;
  iss = 0;
  synAck = false;
  /** Its SYN has none of the options that a whole TCP sends. */
  synBare = false;
  /** How often the SYN was sent. */
  syns = 0;
  /** The number after the last octet that it sent, and whether it has sent anything that tells it. */
  known = false;
  next = 0;
  /** Its FIN: the frame, its number, and the ACK field that it had. */
  fin = 0;
  finSeq = 0;
  finAck = 0;
  finTime = 0;
  /** The highest ACK that it sent: all before has arrived there. */
  acked = false;
  ack = 0;
  /** The window of the last segment, and the largest, in octets; -1 where the scale is not known. */
  window = -1;
  largest = 0;
  /** The window field as it was sent. */
  rawWindow = -1;
  /** The shift of its window, -1 where its SYN is not in the capture. */
  shift = -1;
  /** The right edge of its window: how far it had moved before the newest text of the other end arrived. */
  edge = 0;
  edgeBeforeText = 0;
  /** Timestamps in its SYN, or in all its segments. */
  timestamps = false;
  tsval = 0;
  /** The time to live of its segments that are no resets; -1 before the first. */
  ttl = -1;
  ipId = -1;
  /** Whether each IPv4 identification follows the one before. */
  ipIdSteps = 0;
  ipIdJumps = 0;
  security = 0;
  /** The last text: the frame, its time. */
  text = 0;
  textTime = -1;
  textSeq = 0;
  textEnd = 0;
  /** The last segment of any kind but resets. */
  last = 0;
  lastTime = -1;
  /** The resets that ended it: the first one. */
  reset = 0;
  resetTime = -1;
  resetSeq = 0;
  /** The capture has a valid reset of the other end. */
  wasReset = 0;
  wasResetTime = -1;
  /** How often the same text, SYN or FIN was sent again, with nothing of the other end in between. */
  repeats = 0;
  repeatSince = 0;
  /** Keep-alive probes in a row without an answer. */
  probes = 0;
  /** The same, answered or not, with nothing else of this end in between: how many, when the last, and how long after the one before. */
  probesInARow = 0;
  probeTime = 0;
  probeInterval = 0;
  /** The quickest answer: seconds from the capture to this end and back; Infinity before the first. */
  roundTrip = Number.POSITIVE_INFINITY;
  roundTrips = 0;
  /** Segments of this end that a reply of the other has been explained by. */
  drawn: number[] = [];
  /** The frame that acknowledged its SYN, and its FIN. */
  synAcked = 0;
  finAcked = 0;
  /** Checksums that were right, and those that a card was to complete. */
  checksumsRight = 0;
  checksumsPartial = 0;
}

/** The quickest of so many answers is believed: a single one may have been delayed. */
const BELIEVED = 4;

/** On a shorter round trip, in seconds, the host's own delay hides its distance. */
const FAR = 0.002;

/** No answer comes sooner than this, in seconds: 0 where that is not known. */
export const soonestAnswer = ({ roundTrip, roundTrips }: End): number =>
  roundTrips >= BELIEVED && roundTrip > FAR ? 0.4 * roundTrip : 0;

/** How far a sequence number lies ahead of another: negative where it lies behind. */
export const ahead = (one: number, other: number): number => (one - other) | 0;

/** A sequence number as it is written. */
export const unsigned = (value: number): number => value >>> 0;

/** Whether the FIN of the other end has arrived at an end, by what that has acknowledged. */
export const hasHeardFin = (end: End, peer: End): boolean =>
  peer.fin > 0 && end.acked && ahead(end.ack, peer.finSeq) > 0;

/**
 * The states that an end may be in, by what has come by: a FIN of the other end may not have arrived yet, and the acknowledgment of
 * its own may be lost.
 *
 * @param upTo the last frame of the other end that has arrived: the order of what one end sends is kept
 */
export function statesOf(end: End, peer: End, upTo = Number.POSITIVE_INFINITY): State[] {
  if (end.reset > 0) return ['CLOSED'];
  if (end.first === 0)
    return peer.syn > 0 || peer.first === 0 ? ['CLOSED', 'LISTEN'] : ['CLOSED', 'LISTEN', 'ESTABLISHED'];
  const states: State[] = [];
  if (end.syn > 0 && end.synAcked === 0 && end.fin === 0) {
    if (end.synAck) states.push('SYN-RECEIVED');
    else states.push(peer.syn > 0 && end.acked ? 'SYN-RECEIVED' : 'SYN-SENT');
    return states;
  }
  const heard = peer.fin === 0 || peer.fin > upTo ? [false] : hasHeardFin(end, peer) ? [true] : [true, false];
  const finsCrossed = end.fin > 0 && peer.fin > 0 && ahead(end.finAck, peer.finSeq) <= 0;
  for (const heardFin of heard) {
    if (end.fin === 0) states.push(heardFin ? 'CLOSE-WAIT' : 'ESTABLISHED');
    else {
      if (end.finAcked > 0 && end.finAcked <= upTo) {
        if (!heardFin) states.push('FIN-WAIT-2');
        else if (finsCrossed) states.push('TIME-WAIT', 'CLOSED');
        else states.push('CLOSED');
      }
      // An acknowledgment that came by may still be on its way.
      if (end.finAcked === 0 || end.finAcked > upTo || end.roundTrip > 0.001) {
        if (!heardFin) states.push('FIN-WAIT-1');
        else states.push(finsCrossed ? 'CLOSING' : 'LAST-ACK');
      }
    }
  }
  if (end.wasReset > 0) states.push('CLOSED');
  return [...new Set(states)];
}

/** It has sent a SYN, and has acknowledged none yet. */
export const inSynSent = ({ syn, synAck, acked }: End): boolean => syn > 0 && !synAck && !acked;

import { withQueues } from '../standard/queues.ts';
import { ADOPTIONS, ALL_CHECKS } from '../standard/adoption.ts';
import { PROFILES } from '../standard/profile.ts';
import { segmentArrives } from '../standard/segment-arrives.ts';
import type { State } from '../standard/state.ts';
import { type Control, type Segment, segLen, type Tcb } from '../standard/tcb.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../wire/tcp.ts';
import { MARK } from './capture/packet.ts';
import type { Expected } from './cause.ts';
import { ahead, type End, statesOf, unsigned } from './end.ts';
import type { Following } from './following.ts';
import type { Segments } from './segment-log.ts';

/** What any reading of any profile lets an end answer. */
export interface Allowed {
  readonly silence: boolean;
  readonly replies: readonly (Segment & { readonly freeSeq: boolean })[];
  readonly states: readonly State[];
}

const BITS: readonly (readonly [number, Control])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [ACK, 'ACK'],
  [PSH, 'PSH'],
  [URG, 'URG'],
];

const arrived = (segments: Segments, at: number): Segment => {
  const flags = segments.flags(at);
  const marks = segments.marks(at);
  return {
    seq: unsigned(segments.seq(at)),
    ack: unsigned(segments.ack(at)),
    ctl: new Set(BITS.flatMap(([bit, control]) => (flags & bit ? [control] : []))),
    data: segments.data(at),
    wnd: segments.window(at),
    urg: 0,
    ...(marks & MARK.timestamps ? { tsval: unsigned(segments.tsval(at)) } : {}),
    security: segments.security(at),
    precedence: 0,
    checksumValid: (marks & MARK.badChecksum) === 0 || (marks & MARK.partialChecksum) !== 0,
    unicast: (marks & MARK.broadcast) === 0,
  };
};

/** The TCBs that an end may have before a segment that arrives; none where too little is known of it. */
function tcbsOf(end: End, peer: End, states: readonly State[]): Tcb[] {
  if (end.first > 0 && (!end.known || (!end.acked && end.syn === 0))) return [];
  const iss = unsigned(end.syn > 0 ? end.iss : end.next - 1);
  const irs = unsigned(peer.syn > 0 ? peer.iss : end.ack - 1);
  const all: Tcb[] = [];
  for (const state of states) {
    const opening = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
    const numbers = new Set<number>();
    if (end.acked) numbers.add(unsigned(end.ack));
    if (peer.known && (!end.acked || Math.abs(ahead(peer.next, end.ack)) < 1 << 24))
      numbers.add(unsigned(peer.next));
    if (numbers.size === 0) numbers.add(0);
    for (const rcvNxt of numbers) {
      const window = end.window >= 0 ? end.window : 65535;
      const rcvWnd = end.acked ? Math.max(0, ahead((end.ack + window) | 0, rcvNxt | 0)) : window;
      const common = withQueues({
        state,
        iss,
        irs,
        sndUna: opening ? iss : unsigned(peer.acked ? peer.ack : end.next),
        sndNxt: unsigned(end.next),
        sndWnd: Math.max(peer.window, 0),
        maxSndWnd: Math.max(peer.largest, peer.rawWindow, 0),
        sndWl1: rcvNxt,
        sndWl2: unsigned(peer.acked ? peer.ack : end.next),
        rcvNxt,
        rcvWnd,
        rcvUp: rcvNxt,
        timestamps: end.timestamps && peer.timestamps,
        tsRecent: unsigned(peer.tsval),
        security: peer.security,
        precedence: 0,
        mayRaisePrecedence: false,
        userGone: false,
      });
      const origins = state === 'SYN-RECEIVED' ? (['passive', 'active'] as const) : [undefined];
      for (const origin of origins) {
        const one: Tcb = origin ? { ...common, origin } : common;
        all.push(one);
        if (end.fin > 0) all.push({ ...one, userGone: true });
      }
    }
  }
  return all;
}

/** What an end may answer to a segment, by SEGMENT ARRIVES in every state that it may be in, under every profile. */
export function allowedBy(following: Following, at: number): Allowed | undefined {
  const { segments, ends } = following;
  const end = ends[1 - segments.from(at)] as End;
  const peer = ends[segments.from(at)];
  const states = statesOf(end, peer);
  const tcbs = tcbsOf(end, peer, states);
  if (tcbs.length === 0) return undefined;
  const segment = arrived(segments, at);
  const marks = segments.marks(at);
  const forms: Segment[] =
    marks & MARK.badOffset
      ? [{ ...segment, malformed: 'data offset' }]
      : marks & MARK.malformed
        ? [segment, { ...segment, malformed: 'option length' }]
        : [segment];
  const replies: (Segment & { readonly freeSeq: boolean })[] = [];
  let silence = false;
  for (const tcb of tcbs)
    for (const form of forms)
      for (const profile of PROFILES)
        for (const adoption of profile === 'rfc9293' ? ADOPTIONS : [ALL_CHECKS])
          for (const { reply, freeSeq } of segmentArrives(tcb, form, profile, adoption)) {
            if (reply === 'silence') silence = true;
            else if (!replies.some((known) => sameReply(known, reply)))
              replies.push({ ...reply, freeSeq: freeSeq === true });
          }
  return { silence, replies, states };
}

const COMPARED: readonly Control[] = ['SYN', 'FIN', 'RST', 'ACK'];

const sameReply = (one: Segment, other: Segment): boolean =>
  one.seq === other.seq &&
  one.ack === other.ack &&
  COMPARED.every((bit) => one.ctl.has(bit) === other.ctl.has(bit));

/** Whether a segment is one of the answers. One with text of its own is an acknowledgment by its ACK field. */
export function answers(allowed: Allowed, segments: Segments, at: number): boolean {
  const seen = arrived(segments, at);
  return allowed.replies.some((reply) => {
    if (reply.ctl.has('ACK') && !seen.ctl.has('ACK')) return false;
    if (reply.ctl.has('ACK') && reply.ack !== seen.ack) return false;
    if (!reply.ctl.has('SYN') && !reply.ctl.has('RST') && segLen(seen) > 0 && !seen.ctl.has('SYN'))
      return true;
    if (!reply.freeSeq && reply.seq !== seen.seq) return false;
    return COMPARED.every((bit) => reply.ctl.has(bit) === seen.ctl.has(bit));
  });
}

/** An answer as it would be on the wire. */
export const onTheWire = ({ seq, ack, ctl }: Segment): Expected => ({
  seq,
  ...(ctl.has('ACK') ? { ack } : {}),
  flags: BITS.reduce((bits, [bit, control]) => (ctl.has(control) ? bits | bit : bits), 0),
});

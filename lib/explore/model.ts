import { type Demands, demandsOf } from '../catalogue/conditions.ts';
import type { Place } from '../catalogue/scenario.ts';
import { type ConcreteSegment, fieldsOf, lengthOf, optionsOf } from '../notation/index.ts';
import { headerForm } from '../standard/header.ts';
import type { Profile } from '../standard/profile.ts';
import { withQueues } from '../standard/queues.ts';
import { FIN_RECEIVED, SYNCHRONIZED } from '../standard/state.ts';
import type { Numbers, Segment, Tcb } from '../standard/tcb.ts';
import { TESTER_WINDOW } from '../states/index.ts';
import { ASKED_PRECEDENCE } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import type { Family } from '../wire/index.ts';
import { add, sub } from '../wire/seq.ts';

// As in the packets that the tester makes.
const OTHER_SECURITY = 1;
const PRECEDENCE = { higher: 5, lower: 0 } as const;

/** What is known of a connection when a sequence begins: the target's variables, as the recipe has left them. */
export interface Known {
  readonly iss: number;
  readonly irs: number;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  readonly maxSndWnd: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly timestamps: boolean;
  readonly tsRecent: number;
  /** SEQ and ACK of the tester's last segment. */
  readonly last?: { readonly seq: number; readonly ack: number };
}

/** Of the numbers that nothing has told: a LISTEN, and a target without a connection, have none. */
const UNKNOWN: Known = {
  ...{ iss: 0, irs: 0, sndUna: 0, sndNxt: 0, sndWnd: 0, maxSndWnd: 0, rcvNxt: 0, rcvWnd: 65_535 },
  ...{ timestamps: true, tsRecent: 0 },
};

/** Numbers of a connection that stand for any. */
export function modelOf({ state, conditions }: Place): Known {
  const { user, window } = demandsOf(conditions);
  const flies = user.sends ?? 0;
  const sent = 1000;
  const fin = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(state) ? 1 : 0;
  const syn = state === 'SYN-SENT' || state === 'SYN-RECEIVED';
  const sndUna = syn ? sent : sent + 1;
  return {
    ...{ iss: sent, irs: 5000, sndUna, sndNxt: sent + 1 + (syn ? 0 : flies + fin) },
    ...{ sndWnd: TESTER_WINDOW, maxSndWnd: TESTER_WINDOW, rcvNxt: 5001, rcvWnd: window ? 0 : 65_535 },
    ...{ timestamps: demandsOf(conditions).syn.timestamps === true, tsRecent: 0 },
  };
}

/**
 * The most octets of text in a segment to a peer whose SYN has no MSS option (RFC 9293 section 3.7.1, RFC 1122 section 4.2.2.6). By RFC 793
 * section 3.1 any size is allowed then. RFC 1122 knows of no IPv6, so that the larger number of RFC 9293 is no fault under it.
 */
export const unsaidMss = (profile: Profile, family: Family): number =>
  profile === 'rfc793' ? LARGEST_TEXT : family === 4 ? 536 : 1220;

/** Of an Ethernet, over IPv4. */
const LARGEST_TEXT = 1460;

/** The TCB in a place that a recipe has led to. @param unsaid what a SYN without MSS stands for */
export function tcbIn({ state, origin, conditions }: Place, known: Known, unsaid: number): Tcb {
  const { user } = demandsOf(conditions);
  const { last, ...numbers } = known;
  const isOver = state === 'CLOSED' || state === 'LISTEN';
  const isFresh = isOver || state === 'SYN-SENT';
  const asked = user.precedence === 'asked' ? ASKED_PRECEDENCE : 0;
  const all: Numbers = {
    ...(isOver ? UNKNOWN : numbers),
    ...(isFresh ? { timestamps: true, rcvNxt: 0, irs: 0, rcvWnd: UNKNOWN.rcvWnd } : {}),
    ...(state === 'SYN-SENT' ? { sndWnd: 0, maxSndWnd: 0 } : {}),
    state,
    ...(origin ? { origin } : {}),
    ...{ sndWl1: last?.seq ?? known.irs, sndWl2: last?.ack ?? known.iss, rcvUp: known.rcvNxt },
    ...{ security: 0, precedence: asked, mayRaisePrecedence: user.precedence === 'may be raised' },
    userGone: user.closed === true,
  };
  const fin = FIN_RECEIVED.includes(state) ? 1 : 0;
  const unread =
    user.receives === false && SYNCHRONIZED.includes(state) ? sub(all.rcvNxt, add(all.irs, 1 + fin)) : 0;
  return withQueues(all, {
    // The recipes' SYNs say how much fits the link.
    sndMss: isFresh ? unsaid : LARGEST_TEXT,
    ...(unread > 0 ? { unread, pushed: unread, rcvUser: add(all.irs, 1) } : {}),
    rcvBuff: all.rcvWnd + unread,
  });
}

/** What is in flight, in the segments in which it was sent. A log that does not have all of it tells nothing. */
export function withFlight(tcb: Tcb, log: readonly Pick<Entry, 'from' | 'segment'>[]): Tcb {
  const flight: Segment[] = [];
  let end = tcb.sndUna;
  for (const { from, segment } of log) {
    const isText = from === 'target' && lengthOf(segment) > 0 && !segment.ctl.has('SYN');
    if (!isText || segment.ctl.has('RST') || segment.seq !== end) continue;
    flight.push({ ...observed(segment), wnd: 0 });
    end = add(end, lengthOf(segment));
  }
  return flight.length > 0 && end === tcb.sndNxt ? { ...tcb, sent: flight } : tcb;
}

/** Whether the user takes what arrives there. */
export const isReadingIn = ({ conditions }: Place): boolean =>
  !conditions.includes('zero-window') && !conditions.includes('text-unread');

/** How the packets of a place differ from ordinary ones. */
type OfPacket = Pick<Segment, 'security' | 'precedence' | 'checksumValid' | 'unicast'>;

const packetOf = ({ packet, user }: Demands): OfPacket => ({
  security: packet.security ? OTHER_SECURITY : 0,
  precedence: packet.precedence
    ? PRECEDENCE[packet.precedence]
    : user.precedence === 'asked'
      ? ASKED_PRECEDENCE
      : 0,
  checksumValid: packet.checksum !== 'wrong',
  unicast: packet.destination === undefined,
});

/** A segment of the tester's as SEGMENT ARRIVES wants it. @param window the window of those that write none */
export function arriving(segment: ConcreteSegment, { conditions }: Place, window: number): Segment {
  const { seq, ack, ctl, data, urg, wnd = window, checksum, opt } = segment;
  // Where they are written as octets, those are all of the options.
  const { mss, tsval, tsecr } = opt === undefined ? segment : fieldsOf(optionsOf({ opt }));
  const packet = packetOf(demandsOf(conditions));
  const checksumValid = packet.checksumValid && checksum === undefined;
  const { security, precedence, unicast } = packet;
  const arrives = { seq, ack, ctl, data, urg, wnd, security, precedence, checksumValid, unicast };
  return Object.assign(withOptions(arrives, mss, tsval, tsecr), headerForm(segment));
}

/** So many segments are made that objects put together from parts cost too much. */
function withOptions(segment: Segment, mss?: number, tsval?: number, tsecr?: number): Segment {
  const made: { -readonly [Key in keyof Segment]: Segment[Key] } = segment;
  if (mss !== undefined) made.mss = mss;
  if (tsval !== undefined) made.tsval = tsval;
  if (tsecr !== undefined) made.tsecr = tsecr;
  return made;
}

/** A segment of the target's. */
export function observed({ seq, ack, ctl, data, urg, wnd = 0, mss, tsval }: ConcreteSegment): Segment {
  const ordinary = { security: 0, precedence: 0, checksumValid: true, unicast: true };
  return withOptions({ seq, ack, ctl, data, urg, wnd, ...ordinary }, mss, tsval);
}

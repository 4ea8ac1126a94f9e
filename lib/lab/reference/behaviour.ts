import type { ConcreteSegment } from '../../notation/index.ts';
import { type Adoption, ALL_CHECKS } from '../../standard/adoption.ts';
import { type IcmpError, icmpArrives } from '../../standard/icmp-arrives.ts';
import type { Level, Profile } from '../../standard/profile.ts';
import { STRENGTH } from '../../standard/profile.ts';
import { type Arrival, segmentArrives } from '../../standard/segment-arrives.ts';
import type { Segment, Tcb } from '../../standard/tcb.ts';
import { type Timer, timeOut } from '../../standard/time-out.ts';
import { type Call, type Reaction, serveQueue, userCalls } from '../../standard/user-calls.ts';
import type { Family } from '../../wire/index.ts';

/** What the user may choose of the IP header: the time to live, and the Diffserv field, 0...63. */
export interface IpHeader {
  readonly ttl?: number;
  readonly diffserv?: number;
  /** Over IPv4, in place of its own address. */
  readonly source?: string;
}

/** What a user may ask of a connection whose peer is silent (RFC 9293 sections 3.8.3, 3.8.4 and 3.9.1.8). */
export interface Patience {
  /** The idle time in milliseconds after which the peer is probed; absent: never. */
  readonly keepAlive?: number | undefined;
  /** R2, in milliseconds; absent: as the TCP has it. */
  readonly r2?: number | undefined;
  /** Whether the user is told of what ends no connection. */
  readonly reports?: boolean;
}

/** What it does with an ICMP error about a segment of the connection. */
export type HearIcmp = (tcb: Tcb, error: IcmpError) => Reaction;

/** What the reference does with a segment: of all that the documents allow, one thing. */
export type Arrive = (tcb: Tcb, segment: Segment) => Arrival;

/** How much a reaction is liked among those that the documents ask for alike. */
type Liking = (reaction: Reaction) => number;

/** One thing of all that the documents allow, at every event. */
export interface Follower {
  readonly arrive: Arrive;
  readonly call: (tcb: Tcb, call: Call, liking?: Liking) => Reaction;
  /** What waits and can be sent now. */
  readonly serve: (tcb: Tcb) => Reaction;
  readonly expire: (tcb: Tcb, timer: Timer) => Reaction;
  readonly hearIcmp: HearIcmp;
}

/** A segment that goes out, after so many milliseconds. */
export interface Emission {
  readonly segment: Segment;
  readonly after: number;
  /** Not when the connection is gone by then; or when another segment has gone out, which it would have gone with. */
  readonly unless?: 'gone' | 'another went out';
}

/** What a header has besides its numbers. */
export type SentOptions = Pick<
  ConcreteSegment,
  'mss' | 'wscale' | 'sackPermitted' | 'tsval' | 'tsecr' | 'reserved' | 'opt' | 'checksum'
>;

/** In milliseconds. */
export interface Timers {
  /** Until a SYN or SYN,ACK is first sent again (RFC 6298 (2.1)). */
  readonly syn: number;
  /** The same for text and FIN (RFC 6298 (2.4)). */
  readonly text: number;
  /** The least of that where the SYN or SYN,ACK was sent more than once (RFC 6298 (5.7)). */
  readonly afterSynAgain: number;
  /** By how much each interval is longer than the one before (RFC 6298 (5.5)). */
  readonly backOff: number;
  /** The same for the probes of a closed window. */
  readonly probeBackOff: number;
  /** How often the same is sent again before the connection is given up: R2. */
  readonly mostTries: number;
  /** 2 MSL: how long TIME-WAIT lasts. */
  readonly timeWait: number;
  /** The idle time after which a keep-alive is sent; absent: none is. */
  readonly keepAlive?: number;
}

/** How a TCP ends at a segment: by itself, by a fault that its system ends it for, or so that it answers nothing any more. */
export type Death = 'exits' | 'crashes' | 'hangs';

/** How many connections may be half open, opened from outside, and what becomes of the next SYN. */
export interface Backlog {
  readonly room: number;
  /** It is answered by a SYN cookie (RFC 4987 section 3.6), or the oldest one is forgotten, or nothing is answered. */
  readonly beyond: 'cookie' | 'forget the oldest' | 'silence';
  /** What is not given back: the place of a connection that was reset, or the whole backlog once it was full. */
  readonly loses?: 'places' | 'all once full';
}

/** Where a TCP may differ from the reference: what the mutants change. */
export interface Behaviour {
  /** Around SEGMENT ARRIVES; `next` is the unchanged TCP. */
  readonly arrive?: (tcb: Tcb, segment: Segment, next: Arrive) => Arrival;
  /** The same around user calls, what waits to be sent, and timeouts. */
  readonly call?: (tcb: Tcb, call: Call, next: (tcb: Tcb, call: Call) => Reaction) => Reaction;
  readonly serve?: (tcb: Tcb, next: Follower['serve']) => Reaction;
  readonly expire?: (tcb: Tcb, timer: Timer, next: Follower['expire']) => Reaction;
  readonly hearIcmp?: (tcb: Tcb, error: IcmpError, next: HearIcmp) => Reaction;
  /** Which of its ports must be those in an ICMP error: both when absent. */
  readonly knowsIcmpBy?: 'local port' | 'remote port';
  /** Whether packets with IP options are taken for broken; over IPv4. */
  readonly refusesIpOptions?: boolean;
  /** Whether the segment is the end of the whole TCP, and how; undefined when it is not. */
  readonly dies?: (tcb: Tcb, segment: Segment) => Death | undefined;
  /** What becomes of a reply on its way out. */
  readonly emit?: (reply: Segment, tcb: Tcb, segment: Segment) => readonly Emission[];
  /** The checks of RFC 5961 that it has adopted, where the profile leaves the choice; all of them when absent. */
  readonly adopts?: Adoption;
  /** What becomes of any segment on its way out, whether it is a reply, sent again, or the user's doing; silence swallows it. */
  readonly outgoing?: (segment: Segment, tcb: Tcb) => Segment | 'silence';
  /** Whether what a segment makes of SND.WND counts for every connection of the port. */
  readonly sharesWindow?: boolean;
  /** The families over which it differs; over both when absent. */
  readonly over?: readonly Family[];
  /** What else is made of the header of a segment: it overlays what SEGMENT ARRIVES is told. */
  readonly reads?: (read: ConcreteSegment) => Partial<Segment>;
  /** The options that a segment goes out with, and what else of its header is no number. */
  readonly options?: (right: SentOptions, segment: Segment) => SentOptions;
  readonly timers?: Partial<Timers>;
  /** The ISS of the connection that is opened as the nth. */
  readonly iss?: (nth: number) => number;
  /** No limit when absent. */
  readonly backlog?: Backlog;
  /** How many sockets its user has room for; no limit when absent. */
  readonly sockets?: number;
  /** Whether its user accepts a connection at the SYN, and not when it is established. */
  readonly acceptsAtSyn?: boolean;
  /** What becomes of the user's choices for the IP header of a segment. */
  readonly header?: (chosen: IpHeader, segment: Segment) => IpHeader;
  /** What becomes of the octets of text that the user is given at once. */
  readonly hands?: (text: readonly number[]) => readonly number[];
  /** What becomes of what the user asks of a connection whose peer is silent. */
  readonly patience?: (asked: Patience, before: Patience) => Patience;
  /** Whether what arrives begins the interval of keep-alives anew. */
  readonly restartsKeepAlive?: boolean;
  /** Whether the peer's FIN, come again, begins 2 MSL anew. */
  readonly restartsTimeWait?: boolean;
  /** Whether RTO stays doubled until a round trip is measured anew. */
  readonly keepsRto?: boolean;
}

/** What is asked for most, and the best liked or the first of what is asked for alike. */
function choose<T extends { readonly level: Level }>(all: readonly T[], liking: (each: T) => number): T {
  const best = all.toSorted(
    (one, other) => STRENGTH[other.level] - STRENGTH[one.level] || liking(other) - liking(one),
  )[0];
  if (!best) throw new Error('the specification allows nothing');
  return best;
}

const ALIKE = () => 0;

/** A TCP that does what its profile asks for most, but for its faults. */
export function following(
  profile: Profile,
  { arrive, call, serve, expire, hearIcmp, adopts = ALL_CHECKS }: Behaviour,
): Follower {
  const right: Follower = {
    arrive: (tcb, segment) => choose(segmentArrives(tcb, segment, profile, adopts), ALIKE),
    call: (tcb, what, liking = ALIKE) => choose(userCalls(tcb, what, profile), liking),
    serve: (tcb) => choose(serveQueue(tcb, profile), ALIKE),
    expire: (tcb, timer) => choose(timeOut(tcb, timer, profile), ALIKE),
    hearIcmp: (tcb, error) => choose(icmpArrives(tcb, error, profile), ALIKE),
  };
  return {
    arrive: arrive ? (tcb, segment) => arrive(tcb, segment, right.arrive) : right.arrive,
    call: call
      ? (tcb, what, liking) => call(tcb, what, (one, each) => right.call(one, each, liking))
      : right.call,
    serve: serve ? (tcb) => serve(tcb, right.serve) : right.serve,
    expire: expire ? (tcb, timer) => expire(tcb, timer, right.expire) : right.expire,
    hearIcmp: hearIcmp ? (tcb, error) => hearIcmp(tcb, error, right.hearIcmp) : right.hearIcmp,
  };
}

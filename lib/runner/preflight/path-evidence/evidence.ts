import type { Entry, IcmpError } from '../../../tester/index.ts';
import type { Peer, StraySegment } from '../../../verdict/middlebox-sign.ts';

/** A segment, and what came back. */
export interface Exchange {
  readonly sent: Entry;
  readonly answer: Entry;
}

/** A reset to a segment that belongs to no connection. */
export interface Reset extends Exchange {
  readonly of: 'SYN to CLOSED' | 'ACK to CLOSED' | 'ACK to LISTEN';
}

/** A segment of which somebody on the way, or the target, has sent back what had become of it. */
export interface Quoted {
  readonly sent: Entry;
  /** The two bits of its IP header. */
  readonly ecn: number;
  readonly errors: readonly IcmpError[];
}

/** What a connection showed that the tester has opened. */
export interface Opened {
  readonly log: readonly Entry[];
  readonly syn: Exchange;
  /** Whether the user was given the connection; absent where it does not tell. */
  readonly isAccepted?: boolean | undefined;
  /** ACKs that must come at once: of text beyond a gap, old text, text outside the window. */
  readonly acks: readonly Exchange[];
  /** The one of text beyond a gap. */
  readonly beyondGap?: Exchange | undefined;
  /** Text of the target's user. */
  readonly texts: readonly Entry[];
  /** What the user has read of the tester's text, which was acknowledged; absent where that may not be known. */
  readonly read?: Read | undefined;
  /** Whether the user was told of urgent text that was acknowledged; absent where it is told nothing of the kind. */
  readonly toldUrgent?: boolean | undefined;
  readonly own: Peer;
  /** Of whom the target's user was told; absent where it is told nothing. */
  readonly peer?: Peer | undefined;
  /** Text outside of the window got no answer, and old text before and after it did. */
  readonly isSilentOutside: boolean;
}

export interface Read {
  readonly sent: Uint8Array;
  readonly count: number;
  readonly octets: Uint8Array;
}

/** Segments that a stateful firewall drops, and that got no answer. */
export interface Unanswered {
  readonly segments: readonly StraySegment[];
  /** How many ports gave none. */
  readonly ports: number;
  /** The router that SYNs get to, and such segments do not. */
  readonly beyond?: string | undefined;
  readonly log: readonly Entry[];
}

/** What shows of the path to a target, over one family. */
export interface PathEvidence {
  readonly family: 4 | 6;
  /** The target's address. */
  readonly target: string;
  /** How many routers there are before it; 0 where that is not known. */
  readonly routers: number;
  readonly resets: readonly Reset[];
  readonly opened?: Opened | undefined;
  /** The target's own SYN, upon OPEN. */
  readonly called?: Entry | undefined;
  readonly quoted: readonly Quoted[];
  readonly unanswered: Unanswered;
}

/** Initial values of TTLs that stacks use: a packet has crossed as many routers as its TTL lacks to the next one. */
const INITIAL_TTLS = [32, 64, 128, 255];

/** The TTL of an IPv4 packet; undefined over IPv6, whose header raw sockets hide. */
export const ttlOf = ({ packet }: Pick<Entry, 'packet'>): number | undefined =>
  (packet[0] ?? 0) >>> 4 === 4 ? packet[8] : undefined;

/** How many routers a packet has crossed, by its TTL. */
export const routersBy = (ttl: number): number =>
  (INITIAL_TTLS.find((initial) => ttl <= initial) ?? ttl) - ttl;

import type { Origin, State } from './state.ts';

/**
 * The transmission control block of the *target*, as far as SEGMENT ARRIVES reads or writes it (RFC 9293 sections 3.3.1
 * and 3.10.7). Sequence numbers are unsigned 32-bit and compared modulo 2^32; windows are in octets.
 */
export interface Tcb {
  readonly state: State;
  /** How SYN-RECEIVED was entered; absent in the other states. */
  readonly origin?: Origin;
  readonly iss: number;
  readonly irs: number;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndWnd: number;
  /** The largest window ever received from the peer (RFC 5961 section 5.2). */
  readonly maxSndWnd: number;
  readonly sndWl1: number;
  readonly sndWl2: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly rcvUp: number;
  /** Whether both sides sent the timestamps option on their SYN (RFC 7323 section 2.2). */
  readonly timestamps: boolean;
  /** TS.Recent of RFC 7323, meaningful when `timestamps` is true. */
  readonly tsRecent: number;
  /** The security level and compartment of the connection, as one comparable word; 0 is none. */
  readonly security: number;
  /** 0...7. */
  readonly precedence: number;
  /** Whether the user and the system let the precedence of the connection be raised (RFC 793, page 66). */
  readonly mayRaisePrecedence: boolean;
  /** The user has closed both directions, so nobody reads text (RFC 1122 section 4.2.2.13). */
  readonly userGone: boolean;
}

/** The six control bits that verdicts compare, and the two of RFC 3168. */
export const CONTROLS = ['SYN', 'FIN', 'RST', 'ACK', 'PSH', 'URG', 'ECE', 'CWR'] as const;
export type Control = (typeof CONTROLS)[number];

/**
 * What is wrong with the form of a header. The data offset is below 5 or beyond the end of the segment, so that nothing says
 * where the text begins. Or the length of an option is below 2, not that of its kind, or beyond the end of the header.
 */
export type Malformation = 'data offset' | 'option length';

/** A segment with all its fields known, as it arrives at a TCP or leaves it. */
export interface Segment {
  readonly seq: number;
  /** Meaningful only when `ctl` has ACK. */
  readonly ack: number;
  readonly ctl: ReadonlySet<Control>;
  /** Octets of text. */
  readonly data: number;
  readonly wnd: number;
  readonly urg: number;
  readonly tsval?: number;
  readonly tsecr?: number;
  /** As in the TCB: 0 is none. */
  readonly security: number;
  /** 0...7. */
  readonly precedence: number;
  /** False when the TCP checksum does not verify. */
  readonly checksumValid: boolean;
  /** Absent where the header is well formed. */
  readonly malformed?: Malformation;
  /** The four reserved bits, 0...15; absent where they are 0. */
  readonly reserved?: number;
  /** True when it has an option that a TCP need not know, or one that must be ignored in this segment. */
  readonly unknownOption?: true;
  /** False when it was sent to a broadcast or multicast address. */
  readonly unicast: boolean;
}

/** SEG.LEN, the sequence space that a segment takes, in octets: text, SYN and FIN (RFC 793 section 3.3, errata 1562). */
export const segLen = (segment: Pick<Segment, 'data' | 'ctl'>): number =>
  segment.data + (segment.ctl.has('SYN') ? 1 : 0) + (segment.ctl.has('FIN') ? 1 : 0);

import type { Origin, State } from './state.ts';

/** The variables of RFC 9293 section 3.3.1. Sequence numbers are unsigned 32-bit, compared modulo 2^32; windows are in octets. */
export interface Numbers {
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
  /** The connection in TIME-WAIT that a SYN has reopened, until that SYN is known to be no old duplicate (RFC 1122 section 4.2.2.13). */
  readonly former?: Tcb;
}

/** The text of a SEND, or its rest, that is not in a segment yet. */
export interface QueuedSend {
  /** At least 1. */
  readonly octets: number;
  /** Whether the segment with its last octet gets PSH. */
  readonly push: boolean;
}

/** What waits: to be sent, to be acknowledged, to be received. Of text only the octets are counted. */
export interface Queues {
  /** Whether OPEN named a remote socket, or a SYN has filled it in. */
  readonly remoteSpecified: boolean;
  /** The most octets of text in one segment without options, as the peer's SYN has it (RFC 9293 section 3.7.1). */
  readonly sndMss: number;
  /** The most octets of text that our own network takes in a segment without options. */
  readonly largestText: number;
  /** False where the user has turned the Nagle algorithm off. */
  readonly nagle: boolean;
  /** Whether the user has turned keep-alives on. */
  readonly keepAlive: boolean;
  /** How long text may stay unacknowledged, in milliseconds; absent where neither OPEN nor SEND has said. */
  readonly userTimeout?: number;
  /** The SENDs that wait, in their order. */
  readonly sends: readonly QueuedSend[];
  /**
   * The retransmission queue: text and FIN that were sent, in order. It has no SYN: SND.UNA says whether the SYN is acknowledged,
   * and the state says which form it has.
   */
  readonly sent: readonly Segment[];
  /** SND.UP, and the sequence number after the urgent text; absent when nothing urgent was sent. */
  readonly urgent?: { readonly pointer: number; readonly end: number };
  /** A CLOSE waits until the SENDs before it are in segments. Its FIN is not sent yet. */
  readonly closing: boolean;
  /** Text and FINs beyond a gap that are held, by their SEQ. The rest of their segments was heeded when they arrived. */
  readonly ahead: readonly Text[];
  /** The buffers of RECEIVEs that wait, in octets. */
  readonly receives: readonly number[];
  /** Octets of text that were received in order and not given to the user. The first of them is RCV.USER. */
  readonly unread: number;
  readonly rcvUser: number;
  /** How many of the unread octets came before the end of a PUSH. */
  readonly pushed: number;
  /** RCV.BUFF: the octets of text that can wait for the user (RFC 9293 section 3.8.6.2.2). */
  readonly rcvBuff: number;
}

/** The transmission control block of the *target* (RFC 9293 section 3.3.1), with the calls of its user that are not finished. */
export interface Tcb extends Numbers, Queues {}

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
  /** The option of a SYN. */
  readonly mss?: number;
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
  /** True when it came from an address that no packet on the wire may come from. */
  readonly invalidSource?: true;
}

/** What a segment brings, and where. */
export type Text = Pick<Segment, 'seq' | 'data' | 'ctl' | 'urg'>;

/** SEG.LEN, the sequence space that a segment takes, in octets: text, SYN and FIN (RFC 793 section 3.3, errata 1562). */
export const segLen = (segment: Pick<Segment, 'data' | 'ctl'>): number =>
  segment.data + (segment.ctl.has('SYN') ? 1 : 0) + (segment.ctl.has('FIN') ? 1 : 0);

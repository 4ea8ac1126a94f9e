import { add, gt, sub } from '../wire/seq.ts';
import { FIN_RECEIVED, type State } from './state.ts';
import { type Segment, segLen, type Tcb } from './tcb.ts';

/** The text of a SEND, or its rest, that is not in a segment yet. */
export interface QueuedSend {
  /** At least 1. */
  readonly octets: number;
  /** Whether the segment with its last octet gets PSH. */
  readonly push: boolean;
}

/** The state that user calls and timers use and SEGMENT ARRIVES does not. */
export interface Queues {
  /** Whether OPEN named a remote socket, or a SYN has filled it in. */
  readonly remoteSpecified: boolean;
  /** Eff.snd.MSS: the most octets of text in one segment (RFC 9293 section 3.7.1). */
  readonly sndMss: number;
  /** False where the user has turned the Nagle algorithm off. */
  readonly nagle: boolean;
  /** Whether the user has turned keep-alives on. */
  readonly keepAlive: boolean;
  /** The SENDs that wait, in their order. */
  readonly sends: readonly QueuedSend[];
  /**
   * The retransmission queue: text and FIN that were sent, in order. It may still have parts that are acknowledged. It has no
   * SYN: SND.UNA says whether the SYN is acknowledged, and the state says which form it has.
   */
  readonly sent: readonly Segment[];
  /** SND.UP, and the sequence number after the urgent text; absent when nothing urgent was sent. */
  readonly urgent?: { readonly pointer: number; readonly end: number };
  /** A CLOSE waits until the SENDs before it are in segments. Its FIN is not sent yet. */
  readonly closing: boolean;
  /** The buffers of RECEIVEs that wait, in octets. */
  readonly receives: readonly number[];
  /** How many octets of the peer's text the user was given, modulo 2^32. */
  readonly read: number;
  /** How many octets of the peer's text precede the end of the last segment with PSH, modulo 2^32. */
  readonly pushed: number;
  /** RCV.BUFF: the octets of text that can wait for the user (RFC 9293 section 3.8.6.2.2). */
  readonly rcvBuff: number;
}

/** The transmission control block of the target, with the calls of its user that are not finished. */
export interface TcbWithQueues extends Tcb, Queues {}

const SYN_IN_FLIGHT: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1'];
const FIN_IN_FLIGHT: readonly State[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

export const finReceived = ({ state }: Tcb): boolean => FIN_RECEIVED.includes(state);

/** How many octets of the peer's text were accepted, modulo 2^32. SYN and FIN are not text. */
export const received = (tcb: Tcb): number => sub(sub(tcb.rcvNxt, add(tcb.irs, 1)), finReceived(tcb) ? 1 : 0);

/** RCV.USER: octets of text that were received in order and not given to the user. */
export const unread = (tcb: TcbWithQueues): number => sub(received(tcb), tcb.read);

/** D: octets of text that wait to be put into segments. */
export const queued = ({ sends }: Queues): number => sends.reduce((sum, { octets }) => sum + octets, 0);

/** Octets of sequence space that were sent and not acknowledged. */
export const inFlight = ({ sndUna, sndNxt }: Tcb): number => sub(sndNxt, sndUna);

/** U, the usable window; negative where the peer has shrunk it (RFC 9293 section 3.8.6). */
export const usable = (tcb: Tcb): number => tcb.sndWnd - inFlight(tcb);

/** The text and FIN in the retransmission queue. A segment leaves it when all of it is acknowledged. */
export const unacknowledged = ({ sent, sndUna }: TcbWithQueues): readonly Segment[] =>
  sent.filter((segment) => gt(add(segment.seq, segLen(segment)), sndUna));

/** Whether the target's SYN is unacknowledged. In FIN-WAIT-1 it may be, after CLOSE in SYN-RECEIVED. */
export const synInFlight = ({ state, sndUna, iss }: Tcb): boolean =>
  SYN_IN_FLIGHT.includes(state) && sndUna === iss;

/** Whether a SEND was issued whose text is not acknowledged. */
export const sendsOutstanding = (tcb: TcbWithQueues): boolean =>
  tcb.sends.length > 0 || unacknowledged(tcb).some(({ data }) => data > 0);

/**
 * A TCB without outstanding calls, whose user has read everything. One segment of text is in flight, and the FIN in the states
 * that wait for its acknowledgment.
 */
export function withQueues(tcb: Tcb, more: Partial<Queues> = {}): TcbWithQueues {
  const fin = FIN_IN_FLIGHT.includes(tcb.state) && inFlight(tcb) > 0 ? 1 : 0;
  const start = synInFlight(tcb) ? add(tcb.sndUna, 1) : tcb.sndUna;
  const text = sub(tcb.sndNxt, start) - fin;
  const { rcvNxt, rcvWnd, security, precedence } = tcb;
  const header = {
    ack: rcvNxt,
    wnd: rcvWnd,
    urg: 0,
    security,
    precedence,
    checksumValid: true,
    unicast: true,
  };
  const one = (seq: number, data: number, controls: Segment['ctl']): Segment => ({
    ...header,
    ...{ seq, data, ctl: controls },
  });
  const sent = tcb.state === 'CLOSED' || tcb.state === 'LISTEN' ? 0 : text;
  const read = received(tcb);
  return {
    ...{ remoteSpecified: tcb.state !== 'LISTEN', sndMss: 536, nagle: true, keepAlive: false },
    ...{ sends: [], closing: false, receives: [], read, pushed: read, rcvBuff: rcvWnd },
    sent: [
      ...(sent > 0 ? [one(start, sent, new Set(['ACK', 'PSH'] as const))] : []),
      ...(fin ? [one(sub(tcb.sndNxt, 1), 0, new Set(['FIN', 'ACK'] as const))] : []),
    ],
    ...tcb,
    ...more,
  };
}

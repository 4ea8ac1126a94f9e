import { add, gt, sub } from '../wire/seq.ts';
import type { State } from './state.ts';
import { type Segment, segLen, type Tcb } from './tcb.ts';

/** The text of a SEND, or the rest of it, that was not put into segments yet. */
export interface QueuedSend {
  /** At least 1. */
  readonly octets: number;
  /** Whether PSH is to be set on the segment that carries its last octet. */
  readonly push: boolean;
}

/** What user calls and timers read and write beyond what SEGMENT ARRIVES does. */
export interface Queues {
  /** Whether OPEN named a remote socket, or a SYN has filled it in. */
  readonly remoteSpecified: boolean;
  /** Eff.snd.MSS: the most octets of text in one segment (RFC 9293 section 3.7.1). */
  readonly sndMss: number;
  /** False where the user has turned the Nagle algorithm off. */
  readonly nagle: boolean;
  /** Whether the user has turned keep-alives on. */
  readonly keepAlive: boolean;
  /** SENDs that wait, first come, first served. */
  readonly sends: readonly QueuedSend[];
  /**
   * Text and FIN that were sent, in order: the retransmission queue. What was acknowledged since may still be in it. A SYN is
   * not: SND.UNA tells whether it is acknowledged, and the state how it is written.
   */
  readonly sent: readonly Segment[];
  /** SND.UP, and the sequence number behind the urgent text; absent where nothing urgent was sent. */
  readonly urgent?: { readonly pointer: number; readonly end: number };
  /** A CLOSE waits until the SENDs before it are in segments: its FIN was not sent. */
  readonly closing: boolean;
  /** The buffers of RECEIVEs that wait, in octets. */
  readonly receives: readonly number[];
  /** How many octets of the peer's text the user was given, modulo 2^32. */
  readonly read: number;
  /** How many octets of the peer's text there are up to the last that came with PSH, modulo 2^32. */
  readonly pushed: number;
  /** RCV.BUFF: the octets of text that can wait for the user (RFC 9293 section 3.8.6.2.2). */
  readonly rcvBuff: number;
}

/** The transmission control block of the target with what its user has asked for and was not given yet. */
export interface TcbWithQueues extends Tcb, Queues {}

const FIN_RECEIVED: readonly State[] = ['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'];
const SYN_IN_FLIGHT: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1'];
const FIN_IN_FLIGHT: readonly State[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

export const finReceived = ({ state }: Tcb): boolean => FIN_RECEIVED.includes(state);

/** How many octets of text the peer has sent and this side taken, modulo 2^32: neither its SYN nor its FIN is text. */
export const received = (tcb: Tcb): number => sub(sub(tcb.rcvNxt, add(tcb.irs, 1)), finReceived(tcb) ? 1 : 0);

/** RCV.USER: octets of text that were received in order and not given to the user. */
export const unread = (tcb: TcbWithQueues): number => sub(received(tcb), tcb.read);

/** D: octets of text that wait to be put into segments. */
export const queued = ({ sends }: Queues): number => sends.reduce((sum, { octets }) => sum + octets, 0);

/** Octets of sequence space that were sent and not acknowledged. */
export const inFlight = ({ sndUna, sndNxt }: Tcb): number => sub(sndNxt, sndUna);

/** U, the usable window; negative where the peer has shrunk it (RFC 9293 section 3.8.6). */
export const usable = (tcb: Tcb): number => tcb.sndWnd - inFlight(tcb);

/** What the retransmission queue holds of text and FIN: a segment leaves it when it is acknowledged entirely. */
export const unacknowledged = ({ sent, sndUna }: TcbWithQueues): readonly Segment[] =>
  sent.filter((segment) => gt(add(segment.seq, segLen(segment)), sndUna));

/** Whether our SYN is not acknowledged: also in FIN-WAIT-1, where CLOSE leads from SYN-RECEIVED. */
export const synInFlight = ({ state, sndUna, iss }: Tcb): boolean =>
  SYN_IN_FLIGHT.includes(state) && sndUna === iss;

/** Whether a SEND was issued whose text is not acknowledged. */
export const sendsOutstanding = (tcb: TcbWithQueues): boolean =>
  tcb.sends.length > 0 || unacknowledged(tcb).some(({ data }) => data > 0);

/**
 * A TCB whose user has asked for nothing that is left to do, and has read everything. What is in flight is one segment of text,
 * and the FIN of the states that wait for its acknowledgment.
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

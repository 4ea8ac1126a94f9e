import { add, gt, sub } from '../wire/seq.ts';
import { ownSegment } from './segments.ts';
import { FIN_RECEIVED, type State } from './state.ts';
import { type Numbers, type Queues, type Segment, segLen, type Tcb } from './tcb.ts';

const SYN_IN_FLIGHT: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1'];
const FIN_IN_FLIGHT: readonly State[] = ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];
const OPTION_OF_TIMESTAMPS = 12;

export const finReceived = ({ state }: Numbers): boolean => FIN_RECEIVED.includes(state);

/** D: octets of text that wait to be put into segments. */
export const queued = ({ sends }: Queues): number => sends.reduce((sum, { octets }) => sum + octets, 0);

/** Octets of sequence space that were sent and not acknowledged. */
export const inFlight = ({ sndUna, sndNxt }: Numbers): number => sub(sndNxt, sndUna);

/** U, the usable window; negative where the peer has shrunk it (RFC 9293 section 3.8.6). */
export const usable = (tcb: Tcb): number => tcb.sndWnd - inFlight(tcb);

/** Eff.snd.MSS: the most octets of text in one segment (RFC 9293 section 3.7.1). */
export const largestSegment = ({ sndMss, largestText, timestamps }: Tcb): number =>
  Math.min(sndMss, largestText) - (timestamps ? OPTION_OF_TIMESTAMPS : 0);

/** The text and FIN in the retransmission queue. A segment leaves it when all of it is acknowledged. */
export const unacknowledged = ({ sent, sndUna }: Pick<Tcb, 'sent' | 'sndUna'>): readonly Segment[] =>
  sent.filter((segment) => gt(add(segment.seq, segLen(segment)), sndUna));

/** Whether the target's SYN is unacknowledged. This is possible in FIN-WAIT-1, too, after CLOSE in SYN-RECEIVED. */
export const synInFlight = ({ state, sndUna, iss }: Numbers): boolean =>
  SYN_IN_FLIGHT.includes(state) && sndUna === iss;

/** Whether a SEND was issued whose text is not acknowledged. */
export const sendsOutstanding = (tcb: Tcb): boolean =>
  tcb.sends.length > 0 || unacknowledged(tcb).some(({ data }) => data > 0);

/**
 * A TCB without outstanding calls, whose user has read everything. One segment of text is in flight; in the states that wait for
 * an ACK of the FIN, the FIN is, too.
 */
export function withQueues(numbers: Numbers, more: Partial<Queues> = {}): Tcb {
  const { state, rcvNxt, rcvWnd, sndUna, sndNxt } = numbers;
  const rest: Tcb = {
    remoteSpecified: state !== 'LISTEN',
    sndMss: 536,
    largestText: 1460,
    nagle: true,
    keepAlive: false,
    sends: [],
    sent: [],
    closing: false,
    ahead: [],
    receives: [],
    unread: 0,
    pushed: 0,
    rcvUser: finReceived(numbers) ? sub(rcvNxt, 1) : rcvNxt,
    rcvBuff: rcvWnd,
    ...numbers,
  };
  const fin = FIN_IN_FLIGHT.includes(state) && inFlight(numbers) > 0 ? 1 : 0;
  const start = synInFlight(numbers) ? add(sndUna, 1) : sndUna;
  const text = state === 'CLOSED' || state === 'LISTEN' ? 0 : sub(sndNxt, start) - fin;
  const sent = [
    ...(text > 0 ? [ownSegment(rest, ['ACK', 'PSH'], { seq: start, data: text })] : []),
    ...(fin > 0 ? [ownSegment(rest, ['FIN', 'ACK'], { seq: sub(sndNxt, 1) })] : []),
  ];
  return Object.assign(rest, { sent }, more);
}

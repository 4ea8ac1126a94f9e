import type { Account } from '../../explain/account.ts';
import { sub } from '../../wire/seq.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../wire/tcp.ts';

/* What the ends of a connection and its segments are called. */

export const endText = ({ ends, family }: Account, end: 0 | 1): string => {
  const { address, port } = ends[end];
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
};

/** An end in a sentence: its address, or its port where both have the same. */
export const host = ({ ends }: Account, end: 0 | 1): string => {
  const { address, port } = ends[end];
  return ends[0].address === ends[1].address ? `port ${port}` : address;
};

/** A segment as it was on the wire, or would be. */
interface OnTheWire {
  readonly seq: number;
  readonly ack?: number;
  /** FIN...CWR. */
  readonly flags: number;
  readonly data?: number;
}

/** The segment in the RFC's notation. Numbers count from the SYN of each end, where it is in the capture. */
export const segmentText = ({ isses }: Account, segment: OnTheWire, from: 0 | 1): string =>
  notationOf(segment, isses[from], isses[from === 0 ? 1 : 0]);

/**
 * The segment in the RFC's notation.
 *
 * @param isses the initial sequence numbers that its sender has used; numbers count from the one before them, if there is one
 * @param peers those of the other end
 */
export function notationOf(
  { seq, ack, flags, data = 0 }: OnTheWire,
  isses: readonly number[] = [],
  peers: readonly number[] = [],
): string {
  // The answer to a segment without ACK begins at 0, whatever the ISS.
  const isAtZero = seq === 0 && (flags & (RST | ACK)) !== ACK && (flags & SYN) === 0;
  const ctl = BITS.flatMap(([bit, name]) => (flags & bit ? [name] : [])).join(',');
  return [
    `<SEQ=${isAtZero ? 0 : relative(seq, isses)}>`,
    ack === undefined ? '' : `<ACK=${relative(ack, peers)}>`,
    ctl ? `<CTL=${ctl}>` : '',
    data > 0 ? `<DATA=${data}>` : '',
  ].join('');
}

const BITS = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [ACK, 'ACK'],
  [PSH, 'PSH'],
  [URG, 'URG'],
] as const;

/** A number before every ISS is written as it is. */
function relative(number: number, isses: readonly number[]): number {
  const off = Math.min(...isses.map((iss) => sub(number, iss)));
  return off < 2 ** 31 ? off : number;
}

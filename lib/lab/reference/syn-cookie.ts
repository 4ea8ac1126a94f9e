import { createHmac, randomBytes } from 'node:crypto';
import { enter } from '../../standard/arrives/arrival.ts';
import type { Segment, Tcb } from '../../standard/tcb.ts';
import { add } from '../../wire/seq.ts';
import type { Connection } from './connection.ts';
import type { Ports } from './packets.ts';

const SECRET = randomBytes(16);

/** An ISS that can be told again from the SYN, so that the SYN need not be remembered (RFC 4987 section 3.6). */
export const cookieFor = ({ local, remote }: Ports, seq: number): number =>
  createHmac('sha256', SECRET).update(`${local} ${remote} ${seq}`).digest().readUInt32BE();

/** The TCB that the SYN would have made, from the segment that acknowledges its cookie. */
export function openedByCookie(tcb: Tcb, { seq, ack, wnd }: Segment): Tcb {
  return enter(
    {
      ...tcb,
      irs: add(seq, -1),
      rcvNxt: seq,
      rcvUser: seq,
      sndUna: tcb.iss,
      sndNxt: ack,
      sndWnd: wnd,
      maxSndWnd: wnd,
      sndWl1: add(seq, -1),
      sndWl2: tcb.iss,
      timestamps: false,
    },
    'SYN-RECEIVED',
    'passive',
  );
}

/** Opened from outside, and not yet acknowledged. */
export const isHalfOpen = ({ tcb: { state, origin } }: Connection): boolean =>
  state === 'SYN-RECEIVED' && origin === 'passive';

import type { Segment, Tcb } from '../../standard/tcb.ts';
import { add } from '../../wire/seq.ts';
import type { Arrive, Emission, SentOptions, Timers } from './behaviour.ts';
import type { Extras, Ports } from './packets.ts';

/** What a user may ask of a connection before there is one. */
export interface Wishes {
  /** Octets of text that are kept for the user, which bounds the window. */
  readonly buffer: number;
  /** Whether the user takes what arrives. */
  readonly reading: boolean;
  readonly precedence: number;
  readonly mayRaisePrecedence: boolean;
}

/** What a connection needs of the TCP around it. */
export interface Surroundings {
  readonly ports: Ports;
  readonly arrive: Arrive;
  readonly emit: (reply: Segment, tcb: Tcb, segment: Segment) => readonly Emission[];
  readonly outgoing: (segment: Segment, tcb: Tcb) => Segment | 'silence';
  readonly options: (right: SentOptions, segment: Segment) => SentOptions;
  readonly timers: Timers;
  readonly resetsUnread: boolean;
  readonly restartsTimeWait: boolean;
  readonly returnsToTimeWait: boolean;
  readonly resends: (tcb: Tcb) => boolean;
  readonly resendsBareSyn: boolean;
  /** The largest text that the path takes in a segment without options. */
  readonly largestText: number;
  readonly send: (segment: Segment, extras: Extras) => void;
  /** A SYN from outside has opened the connection. */
  readonly synReceived: () => void;
  /** The connection was opened from outside, and is established. */
  readonly established: () => void;
  /** The connection is no more. */
  readonly gone: () => void;
}

/** The TCB of a connection that is about to be opened, or to be listened for. */
export const freshTcb = (state: 'CLOSED' | 'LISTEN' | 'SYN-SENT', iss: number, wishes: Wishes): Tcb => ({
  state,
  iss,
  irs: 0,
  sndUna: iss,
  sndNxt: state === 'SYN-SENT' ? add(iss, 1) : iss,
  sndWnd: 0,
  maxSndWnd: 0,
  sndWl1: 0,
  sndWl2: 0,
  rcvNxt: 0,
  rcvWnd: wishes.buffer,
  rcvUp: 0,
  // Ready to use them, if the peer is.
  timestamps: true,
  tsRecent: 0,
  security: 0,
  precedence: wishes.precedence,
  mayRaisePrecedence: wishes.mayRaisePrecedence,
  userGone: false,
});

import { withQueues } from '../../standard/queues.ts';
import type { Segment, Tcb } from '../../standard/tcb.ts';
import type { Emission, Follower, IpHeader, Patience, SentOptions, Timers } from './behaviour.ts';
import type { Extras } from './packets.ts';

/** What a user may ask of a connection before there is one. */
export interface Wishes {
  /** Octets of text that are kept for the user, which bounds the window. */
  readonly buffer: number;
  /** Whether the user takes what arrives. */
  readonly reading: boolean;
  readonly precedence: number;
  readonly mayRaisePrecedence: boolean;
  readonly header?: IpHeader;
  readonly patience?: Patience;
}

/** What a connection needs of the TCP around it. */
export interface Surroundings extends Follower {
  readonly emit: (reply: Segment, tcb: Tcb, segment: Segment) => readonly Emission[];
  readonly outgoing: (segment: Segment, tcb: Tcb) => Segment | 'silence';
  readonly options: (right: SentOptions, segment: Segment) => SentOptions;
  readonly timers: Timers;
  readonly restartsTimeWait: boolean;
  readonly keepsRto: boolean;
  readonly restartsKeepAlive: boolean;
  readonly patience: (asked: Patience, before: Patience) => Patience;
  /** What the user's choices for the IP header come to. */
  readonly header: (chosen: IpHeader, segment: Segment) => IpHeader;
  readonly hands: (text: readonly number[]) => readonly number[];
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
export const freshTcb = (
  state: 'CLOSED' | 'LISTEN',
  iss: number,
  { buffer, precedence, mayRaisePrecedence }: Wishes,
  sizes: Pick<Tcb, 'sndMss' | 'largestText'>,
): Tcb =>
  withQueues(
    {
      state,
      iss,
      sndUna: iss,
      sndNxt: iss,
      sndWnd: 0,
      maxSndWnd: 0,
      sndWl1: 0,
      sndWl2: 0,
      irs: 0,
      rcvNxt: 0,
      rcvWnd: buffer,
      rcvUp: 0,
      // Ready to use them, if the peer is.
      timestamps: true,
      tsRecent: 0,
      security: 0,
      precedence,
      mayRaisePrecedence,
      userGone: false,
    },
    // Text goes out at once whatever the algorithm of Nagle would make of it.
    { ...sizes, nagle: false },
  );

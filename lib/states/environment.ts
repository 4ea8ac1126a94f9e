import type { Driver } from '../target/driver.ts';
import type { Tester } from '../tester/index.ts';
import type { AcceptTime } from '../verdict/target-facts.ts';

/** What is known of the target and the path before the first case; all times in milliseconds. */
export interface Timing {
  /** How long a reply that is sent at once may take: the round trip with its spread, and some room. */
  readonly guard: number;
  /** The longest round trip: what comes sooner than that after a segment was sent may have crossed it on the way. */
  readonly roundTrip: number;
  /** No reply can come sooner than that after its stimulus; absent or 0 where that is not known. */
  readonly soonestReply?: number;
  /** By how much round trips differ: a segment that comes again within that time may have been doubled by the path. */
  readonly spread: number;
  /** How long the target's replies to a stimulus are collected: longer than an ACK may be delayed. */
  readonly observation: number;
  /** After what time the target first sends an unacknowledged FIN again. */
  readonly finRetransmission: number;
  /** The target was not seen to send a FIN again, however long that was waited for: that it does not proves nothing. */
  readonly finNeverAgain?: boolean;
  /** After what time the target first sends an unacknowledged SYN,ACK again. */
  readonly synAckRetransmission: number;
  /** The same of a SYN,ACK. */
  readonly synAckNeverAgain?: boolean;
}

/** Conservative values: RFC 9293 MUST-40 bounds delayed ACKs to 500 ms, RFC 6298 starts the timer at 1 s. */
export const DEFAULT_TIMING: Timing = {
  guard: 250,
  roundTrip: 0,
  spread: 0,
  observation: 600,
  finRetransmission: 1000,
  synAckRetransmission: 1000,
};

/** What recipes and proofs work with. */
export interface Environment {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly timing: Timing;
  /** When the target's user is given a connection that it listens for; absent: when it is established. */
  readonly acceptTime?: AcceptTime;
  /** The target has no TCB in SYN-RECEIVED: the acknowledgment of its SYN,ACK opens a connection whenever it comes. */
  readonly synCookies?: boolean;
  /**
   * The families over which the target does not reset what comes to no connection: that it is silent is all that tells CLOSED,
   * together with a sign that it is there: a call of its own, or the answer of a port that listens.
   */
  readonly silentClosed?: readonly (4 | 6)[];
  /** The preflight has seen no limit of the target's replies on one connection; absent where that is not known. */
  readonly answersManyAtOnce?: boolean;
  /** A port per family that nobody listens on. */
  readonly closedPort: number;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

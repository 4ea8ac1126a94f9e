export const ACCEPT_TIMES = ['at the SYN', 'when established', 'unknown'] as const;

/**
 * When a target's user is given a connection that it listens for. No document says: RFC 793 has one OPEN that turns into a
 * connection, and no accept. `unknown`: it could not be found out.
 */
export type AcceptTime = (typeof ACCEPT_TIMES)[number];

/** How many of so many segments were answered. */
export interface Share {
  readonly asked: number;
  readonly answered: number;
}

/** Which replies a limit was looked for in: an ACK of an unacceptable segment is no challenge where RFC 5961 is not adopted. */
export const LIMITED_ACKS = ['challenge ACKs', 'ACKs of unacceptable segments'] as const;

/** The target's rate limits, as far as the preflight saw them. */
export interface AckLimits {
  readonly of: (typeof LIMITED_ACKS)[number];
  readonly perConnection: Share;
  readonly hostWide: Share;
}

/** What a path does to segments, in percent. */
export interface Disturbed {
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** What drives the application on the target. */
export interface DriverName {
  /** For people: `upper tester`. */
  readonly name: string;
  /** Where it takes commands, `192.0.2.2:10793`; it may differ from run to run. */
  readonly address?: string;
}

/** What a target file says of the limits and the capabilities of a target. */
export interface DescribedTarget {
  /** At once. */
  readonly connections?: number | undefined;
  readonly resetsPerSecond?: number | undefined;
  readonly challengeAcksPerSecond?: number | undefined;
  readonly mslSeconds?: number | undefined;
  readonly simultaneousOpen?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
  readonly halfClose?: boolean | undefined;
  readonly severalInFlight?: boolean | undefined;
  /** From CLOSED. */
  readonly resets?: boolean | undefined;
}

/**
 * What is found out about a target where the cases of a run ask for it. `half-open connections`: its backlog, SYN cookies, the timer of
 * its SYN,ACK, and when its user is given a connection.
 */
export const MEASURES = ['closed port', 'half-open connections', 'FIN again', 'adoption', 'limits'] as const;
export type Measure = (typeof MEASURES)[number];

/** What is known of a target and the path before the first case, beside its findings and what it has adopted. Times are in milliseconds. */
export interface TargetFacts {
  readonly driver: DriverName;
  /** What was not looked for, since no case of the run asks for it; absent where everything was. */
  readonly unasked?: readonly Measure[];
  readonly roundTrip: { readonly median: number; readonly worst: number; readonly spread: number };
  readonly path: Disturbed;
  /** Of SYNs to a closed port, all at once. `silent`: its closed ports send no reset. */
  readonly resetsAtOnce: Share | 'silent';
  /** Absent where no connection could be had. */
  readonly ackLimits?: AckLimits | undefined;
  /** After what time it sends a SYN,ACK or a FIN again; absent where it was not seen. */
  readonly synAckAgain?: number | undefined;
  readonly finAgain?: number | undefined;
  /**
   * Of so many connections that were half open at once, how many had a TCB, and how many a SYN cookie; absent where its
   * application does not listen.
   */
  readonly halfOpen?: { readonly asked: number; readonly held: number; readonly cookies: number } | undefined;
  /** Absent where the driver does not tell. */
  readonly acceptTime?: AcceptTime;
  /** Values of RCV.NXT that kill the target, so the suite does not use them; and why, in a few words. */
  readonly avoided?: { readonly rcvNxt: readonly number[]; readonly why: string };
  readonly described?: DescribedTarget;
}

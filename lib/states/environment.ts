import type { Driver } from '../target/driver.ts';
import type { Tester } from '../tester/index.ts';
import type { AcceptTime } from '../verdict/target-facts.ts';

/** Measured times of the target and the path, in milliseconds. */
export interface Timing {
  /** The longest time for an immediate reply: the round trip, its spread and a margin. */
  readonly guard: number;
  /** How long another reply is waited for after the last one, or the stimulus, in an attempt that does not wait for silence. */
  readonly prompt?: number;
  /** The longest round trip. A segment that arrives sooner after a sending may have crossed it. */
  readonly roundTrip: number;
  /** The shortest time for any reply; absent or 0 when not measured. */
  readonly soonestReply?: number;
  /** How much round trips vary. The path may have doubled a segment that comes again within this time. */
  readonly spread: number;
  /** How long replies to a stimulus are collected: longer than a delayed ACK. */
  readonly observation: number;
  /** First retransmission interval of a FIN. */
  readonly finRetransmission: number;
  /** The target never retransmitted a FIN, so a missing retransmission proves nothing. */
  readonly finNeverAgain?: boolean;
  /** First retransmission interval of a SYN,ACK. */
  readonly synAckRetransmission: number;
  /** The target never retransmitted a SYN,ACK. */
  readonly synAckNeverAgain?: boolean;
}

export const promptOf = ({ prompt, guard }: Timing): number => prompt ?? guard;

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
  /** When the target's user gets a connection from its listener; absent: when it is established. */
  readonly acceptTime?: AcceptTime;
  /** The target keeps no TCB in SYN-RECEIVED: the ACK of its SYN,ACK opens a connection at any time. */
  readonly synCookies?: boolean;
  /** The families over which the target sends no reset in CLOSED. There, CLOSED is proven by silence and a sign of life. */
  readonly silentClosed?: readonly (4 | 6)[];
  /** Packets may be sent from addresses that are not the tester's. */
  readonly forgesSources?: boolean;
  /** The preflight saw no limit on replies per connection; absent when unknown. */
  readonly answersManyAtOnce?: boolean;
  /** A port without a listener, in both families. */
  readonly closedPort: number;
}

/** Facts of a target that are found out when they are first needed, and kept for the run. */
export class KnownOfTarget<T> {
  readonly #known = new WeakMap<Environment, Map<string, T>>();

  get(environment: Environment, key: string, find: () => T): T {
    const facts = this.#known.get(environment) ?? new Map<string, T>();
    this.#known.set(environment, facts);
    const known = facts.get(key) ?? find();
    facts.set(key, known);
    return known;
  }
}

/** Milliseconds after which a rate limiter of one reply per second allows the next. */
export const LIMITER_REST = 1100;
/** Milliseconds beyond the measured spread in which the path may deliver a doubled segment. */
export const STRAGGLERS = 30;

/** @param milliseconds how long to wait */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

import type { Ports } from '../tester/ports.ts';
import type { Ending } from '../verdict/reason.ts';
import type { Driver } from './driver.ts';

/** A target that is up: its user can be moved, and segments can be sent to it. */
export interface RunningTarget {
  /** For people, with the version: `lwIP 2.1.3`. */
  readonly name: string;
  /** The families that it speaks, among those that were asked for. */
  readonly families: readonly (4 | 6)[];
  readonly tester: Readonly<Partial<Record<4 | 6, string>>>;
  readonly target: Readonly<Partial<Record<4 | 6, string>>>;
  readonly driver: Driver;
  /** How many connections it bears at once. */
  readonly width: number;
  /** A port that nobody listens on. */
  readonly closedPort?: number;
  /** The ports of the tester's that it may be reached from; absent: any. */
  readonly testerPorts?: Ports;
  /**
   * It is known to send no resets from CLOSED, so that no filter is to blame. Only of one that calls by itself, which shows
   * that it is there.
   */
  readonly silentClosed?: boolean;
  /** Values of RCV.NXT that it does not survive, so that nothing else could be told of it; and why, in a few words. */
  readonly avoided?: { readonly rcvNxt: readonly number[]; readonly why: string };
  /** How the process that is the target's TCP ended; undefined while it runs. Only of targets whose process somebody holds. */
  readonly ending?: () => Ending | undefined;
  /**
   * Starts it again, whether it has ended or only answers nothing. It has forgotten every connection then: `driver.renew` is
   * to be called. Only of targets that somebody can start.
   *
   * @throws Error in one sentence, when it does not come up
   */
  readonly restart?: () => Promise<void>;
  /** Ends what was started, the driver too; may be called more than once. */
  stop(): Promise<void>;
}

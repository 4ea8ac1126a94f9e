import type { Driver } from '../target/driver.ts';
import type { Addresses, Family } from './lab.ts';
import type { LinkLoss } from './loss.ts';

/** What a stack's start is told. */
export interface StackOptions {
  readonly families: readonly Family[];
  /** Packets that vanish on the link, of stacks that have one of the lab's; others ignore it. */
  readonly linkLoss?: LinkLoss;
  /** A folder for the stack's own logs, which exists; absent: logs are dropped. */
  readonly logs?: string;
}

/** A target that is up: its user can be moved, and segments can be sent to it. */
export interface RunningTarget {
  /** For people, with the version: `lwIP 2.1.3`. */
  readonly name: string;
  /** The families that it speaks, among those that were asked for. */
  readonly families: readonly Family[];
  readonly tester: Readonly<Partial<Addresses>>;
  readonly target: Readonly<Partial<Addresses>>;
  readonly driver: Driver;
  /** How many connections it bears at once. */
  readonly width: number;
  /** A port that nobody listens on. */
  readonly closedPort?: number;
  /** Ends what was started, the driver too; may be called more than once. */
  stop(): Promise<void>;
}

/** A TCP that the lab can bring up, inside the tester's own network namespace or at the other end of its link. */
export interface Stack {
  /** As in `lab run ID`. */
  readonly id: string;
  /** One line: what it is. */
  readonly what: string;
  /** The Debian packages without which it cannot start. */
  readonly packages: readonly string[];
  /** Those of the packages that are not here, found without starting anything. */
  missing(): readonly string[];
  /**
   * Fetches what is neither here nor to be installed. To be called before start, where the network is: outside of the
   * tester's namespace. Does nothing when it has been done.
   *
   * @throws LabUnavailable with one sentence for the user
   */
  prepare?(): Promise<void>;
  /**
   * Brings it up, ready to answer. Must be called inside the tester's network namespace.
   *
   * @throws LabUnavailable with one sentence for the user
   */
  start(options: StackOptions): Promise<RunningTarget>;
}

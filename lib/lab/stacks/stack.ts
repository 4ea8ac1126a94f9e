import type { RunningTarget } from '../../target/running-target.ts';
import type { Family } from '../namespaces/lab.ts';
import type { LinkLoss } from '../namespaces/loss.ts';

export type { RunningTarget };

/** The options of a stack's start. */
export interface StackOptions {
  readonly families: readonly Family[];
  /** Packets to lose on the lab's link. Stacks without such a link ignore it. */
  readonly linkLoss?: LinkLoss;
  /** A folder for the stack's own logs, which exists; absent: logs are dropped. */
  readonly logs?: string;
}

/** A TCP that the lab can bring up, inside the tester's own network namespace or at the other end of its link. */
export interface Stack {
  /** As in `lab run ID`. */
  readonly id: string;
  /** One line: what it is. */
  readonly what: string;
  /** The Debian packages without which it cannot start. */
  readonly packages: readonly string[];
  /** Those of the packages that are not installed. It starts nothing. */
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

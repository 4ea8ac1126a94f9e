import type { RunningTarget } from '../../target/open-target.ts';
import type { Family } from '../../wire/index.ts';
import type { LinkLoss } from '../namespaces/loss.ts';

export type { RunningTarget };

export interface StackOptions {
  readonly families: readonly Family[];
  /** Packets to lose on the lab's link. Stacks without such a link ignore it. */
  readonly linkLoss?: LinkLoss;
  /** An existing folder for the stack's logs. Without it, they are dropped. */
  readonly logs?: string;
}

/** A TCP that the lab can start. */
export interface Stack {
  /** As in `lab run ID`. */
  readonly id: string;
  /** One line for `lab list`. */
  readonly what: string;
  /** The address families that it has; absent: both. */
  readonly families?: readonly Family[];
  /** The Debian packages that it needs. */
  readonly packages: readonly string[];
  /** Those packages that are not installed. */
  missing(): readonly string[];
  /**
   * Fetches what no package installs, once. To be called before `start`, outside of the tester's namespace, where the
   * network is.
   *
   * @throws LabUnavailable
   */
  prepare?(): Promise<void>;
  /** Starts it, ready to answer. To be called inside the tester's network namespace. @throws LabUnavailable */
  start(options: StackOptions): Promise<RunningTarget>;
}

/** Of the families that are asked for, those that a stack has. Where it has none of them, its start says so. */
export function familiesOf({ families }: Stack, asked: readonly Family[]): readonly Family[] {
  const known = asked.filter((family) => families?.includes(family) ?? true);
  return known.length > 0 ? known : asked;
}

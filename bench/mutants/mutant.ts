import type { Profile } from '../../lib/standard/profile.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';

/** The reference with a single fault. */
export interface Mutant {
  /** In kebab-case. */
  readonly name: string;
  /** One line: what it does wrong. */
  readonly what: string;
  /** The profile that it follows otherwise, and by which it is judged. */
  readonly base: Profile;
  readonly behaviour: Behaviour;
  /** The family that shows it; either when absent. */
  readonly family?: 4 | 6;
  /** The case of the rule that it breaks: it must be among those that deviate. */
  readonly caughtBy?: string;
  /** Why no verdict can be against it: nothing on the wire tells it from the reference, or a document leaves the choice. */
  readonly equivalent?: string;
}

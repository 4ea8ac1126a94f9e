import type { Adoption } from '../standard/adoption.ts';
import type { Profile } from '../standard/profile.ts';
import type { Environment } from '../states/index.ts';
import type { Failed } from './cause.ts';
import type { Coverage } from './coverage.ts';
import type { Fence } from './fence.ts';
import type { Habit } from './habits.ts';
import { unsaidMss } from './model.ts';
import { lasting } from './oracle/time-wait.ts';
import type { Terms, World } from './oracle/world.ts';

/** What sequences are played with. */
export interface Ground {
  readonly environment: Environment;
  readonly family: 4 | 6;
  readonly fence: Fence;
  readonly profile: Profile;
  /** Those that the target may have: one, where the preflight has found it out. */
  readonly adoptions: readonly Adoption[];
  readonly seed: number;
  /** 2 MSL of the target in milliseconds, where that is known. */
  readonly twoMsl?: number;
  readonly coverage?: Coverage;
  /** Stimuli that the target does not survive, as `TracedStep` has them. */
  readonly hazards?: ReadonlySet<string>;
  readonly known?: {
    /** The habit that a failure comes of: then the sequence goes on behind it. */
    readonly deviates: (failed: Failed) => Habit | undefined;
    /** What it is known to do in one of these worlds with this stimulus alone. */
    readonly habitsAt: (stimulus: string, before: readonly World[]) => readonly Habit[];
  };
}

// How long a target may wait with what it owes, where nothing on the way is late (RFC 9293 MUST-40: half a second).
const LONGEST_DELAY = 500;

/** What is the same for all sequences. */
export const termsOf = ({ profile, family, twoMsl, environment: { timing } }: Ground): Terms => ({
  profile,
  isListening: false,
  longestDelay: LONGEST_DELAY + timing.guard + timing.roundTrip,
  timeWait: lasting(twoMsl),
  unsaidMss: unsaidMss(profile, family),
});

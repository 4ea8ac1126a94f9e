import type { KnownAdoption } from '../../standard/adoption.ts';
import type { Profile } from '../../standard/profile.ts';
import type { Environment } from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';
import type { Finding } from '../../verdict/finding.ts';
import type { Aside } from '../pool.ts';
import type { Futility } from './futility.ts';
import type { Haste } from './haste.ts';
import type { Hazards } from './hazards.ts';
import type { TargetWatch } from './target-watch.ts';

/** The parts of an attempt, in their order: to reach the state, the stimulus with its observation, the proof, the end. */
export const PHASES = ['setup', 'stimulus', 'proof', 'farewell'] as const;
export type Phase = (typeof PHASES)[number];

/** What a case is run with. */
export interface CaseContext {
  readonly environment: Environment;
  readonly family: 4 | 6;
  /** Position in the catalogue: it chooses the sequence numbers. */
  readonly index: number;
  readonly seed: number;
  /** The one that the run is about. */
  readonly profile: Profile;
  /** The checks of RFC 5961 that the target was found to have adopted, or not to have. */
  readonly adoption: KnownAdoption;
  /** Numbers that RCV.NXT must not be before a stimulus: the target is known not to survive them. */
  readonly avoided?: readonly number[];
  /** What the preflight found: a case whose state cannot be reached because of it is not tried. */
  readonly findings?: readonly Finding[];
  /** What is known to end the target, and is therefore left out. */
  readonly hazards?: Hazards;
  /** Told of each attempt as it ends: who asks what was on the wire when the target died. */
  readonly witness?: (log: readonly Entry[]) => void;
  /** Called when an attempt has come so far, and waited for. It throws to break the attempt off. */
  readonly checkpoint?: (passed: Phase) => Promise<void>;
  /** What has come to nothing in other cases of the run. */
  readonly futility?: Futility;
  /** Has the case wait while others take its place, or begin beside it; it only waits when absent. */
  readonly aside?: Aside;
  /** Where cases of the run need not be waited for; absent: nowhere. */
  readonly haste?: Haste;
  /** Whether this attempt goes on as soon as all replies have come that are due. */
  readonly isHasty?: boolean;
  /** Who tells whether the target is still there; absent: it is taken to be. */
  readonly watch?: TargetWatch;
}

import type { KnownAdoption } from '../../standard/adoption.ts';
import type { Profile } from '../../standard/profile.ts';
import type { Environment } from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';
import type { PreflightFault } from '../../verdict/preflight-fault.ts';
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
  /** The run's profile. */
  readonly profile: Profile;
  /** The checks of RFC 5961 that the target was found to have adopted, or not to have. */
  readonly adoption: KnownAdoption;
  /** Values of RCV.NXT that the target does not survive. */
  readonly avoided?: readonly number[];
  /** Of the preflight: a case is not tried when one of them blocks its state. */
  readonly preflightFaults?: readonly PreflightFault[];
  /** Parts of an attempt that kill the target, and that the suite leaves out. */
  readonly hazards?: Hazards;
  /** Called with the log of each connection at its end, for the search for what ended the target. */
  readonly witness?: (log: readonly Entry[]) => void;
  /** Awaited after each part of an attempt. It throws to break the attempt off. */
  readonly checkpoint?: (passed: Phase) => Promise<void>;
  /** Why attempts at other cases of the run have failed. */
  readonly futility?: Futility;
  /** Lets the case wait while others run in its place, or start beside it. When absent, the case just waits. */
  readonly aside?: Aside;
  /** Called when the case has to be tried again, after a rest. */
  readonly rests?: () => void;
  /** Decides which cases may be tried hastily; absent: none. */
  readonly haste?: Haste;
  /**
   * Whether this attempt goes on as soon as all replies have come that are due; `confirming`: also in the first case of a kind, since it
   * only confirms what another attempt has found wrong.
   */
  readonly isHasty?: boolean | 'confirming';
  /** The target bears two connections for each case that is on the wire. */
  readonly hasRoom?: boolean;
  /** Checks that the target is there; absent: it is assumed to be. */
  readonly watch?: TargetWatch;
}

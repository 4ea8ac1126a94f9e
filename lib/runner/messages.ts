import type { TargetInfo } from '../report/run.ts';
import type { Finding } from '../verdict/finding.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { Settings } from './settings.ts';

/** What the process that judges (mocha's) and the one that is on the wire (the engine) say to each other. */
export type ToEngine =
  /** What is found out before the first case is what these ask for; all that there are when absent. */
  | {
      readonly kind: 'start';
      readonly settings: Settings;
      readonly cases?: readonly { readonly id: string }[];
    }
  | { readonly kind: 'run'; readonly cases: readonly { readonly id: string; readonly family: 4 | 6 }[] }
  | { readonly kind: 'stop' };

/** Between two signs of life of the engine's, in milliseconds. */
export const HEARTBEAT = 1000;

/** What is known of the target and the path before the first case. */
export interface KnownTarget extends Required<Omit<TargetInfo, 'address'>> {
  readonly address?: string;
  /** What was found wrong with it. */
  readonly findings: readonly Finding[];
  /** Those before the first case. */
  readonly deaths: readonly Death[];
}

export type FromEngine =
  | { readonly kind: 'ready'; readonly target: KnownTarget }
  /** Nothing can be tested; the message is one sentence. */
  | { readonly kind: 'impossible'; readonly message: string }
  | { readonly kind: 'result'; readonly result: CaseResult }
  /** The target was given up: what was still to be run comes as results without a verdict. */
  | { readonly kind: 'lost'; readonly loss: Loss }
  /** The target died and is up again, and it is known of what, or that nobody knows. */
  | { readonly kind: 'death'; readonly death: Death }
  /** Whether the segment that ended the target is looked for: no case gets its result meanwhile. */
  | { readonly kind: 'inquest'; readonly isHeld: boolean }
  /** Sent every second: an engine that is stuck or stopped does not. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'stopped' };

import type { SearchProgress } from '../report/progress.ts';
import type { TargetInfo } from '../report/run.ts';
import type { MiddleboxSign } from '../verdict/middlebox-sign.ts';
import type { PreflightFault } from '../verdict/preflight-fault.ts';
import type { Death, Loss } from '../verdict/reason.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { ScenarioDeclaration } from '../catalogue/case.ts';
import type { Settings } from './settings.ts';

/** Messages from mocha's process to the engine. */
export type ToEngine =
  /** The preflight measures what these cases need; absent: all. */
  | {
      readonly kind: 'start';
      readonly settings: Settings;
      readonly cases?: readonly { readonly id: string }[];
      /** Scenarios of the user's own suites. */
      readonly own: readonly ScenarioDeclaration[];
    }
  | {
      readonly kind: 'run';
      readonly cases: readonly { readonly id: string; readonly family: 4 | 6 }[];
      /** Those that have changed since the engine's process began. */
      readonly redeclared?: readonly ScenarioDeclaration[];
    }
  | { readonly kind: 'stop' };

/** Milliseconds between two `alive` messages. */
export const HEARTBEAT = 1000;

/** What the preflight found out. */
export interface KnownTarget extends Required<Omit<TargetInfo, 'address'>> {
  readonly address?: string;
  readonly preflightFaults: readonly PreflightFault[];
  readonly middleboxes: readonly MiddleboxSign[];
  /** Deaths in the preflight. */
  readonly deaths: readonly Death[];
}

export type FromEngine =
  | { readonly kind: 'ready'; readonly target: KnownTarget }
  /** Nothing can be tested; the message is one sentence. */
  | { readonly kind: 'impossible'; readonly message: string }
  | { readonly kind: 'result'; readonly result: CaseResult }
  /** The target was given up. The remaining cases get results without a verdict. */
  | { readonly kind: 'lost'; readonly loss: Loss }
  /** The target died and is up again; with the cause. */
  | { readonly kind: 'death'; readonly death: Death }
  /** How far the search for a death's cause is; absent when it ends. No case ends meanwhile. */
  | { readonly kind: 'inquest'; readonly progress?: SearchProgress }
  /** The heartbeat. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'stopped' };

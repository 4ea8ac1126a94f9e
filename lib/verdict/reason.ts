import type { Step } from '../catalogue/steps.ts';
import type { State } from '../standard/state.ts';
import type { Evidence } from './evidence.ts';
import type { PreflightFault } from './preflight-fault.ts';
import type { Lack, Obstacle } from './lack.ts';
import type { Kind } from './observed.ts';
import type { Disturbed, DriverName } from './target-facts.ts';

/** How a process ended: it has one of the two. */
export interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}

/** A stimulus ended the target. */
export interface TargetDeath {
  /** Absent when only the target's silence is known. */
  readonly ending?: Ending | undefined;
  /** In how many attempts, with nobody else on the wire, of how many. */
  readonly deaths: number;
  readonly trials: number;
}

/** What is missing of a target: its process, the TCP at an address, or its driver. */
export type Absence =
  | { readonly what: 'process' }
  | { readonly what: 'address'; readonly address: string }
  | { readonly what: 'driver'; readonly driver: DriverName };

/** Why a target was given up in the middle of a run. */
export type LossCause =
  | {
      readonly kind: 'absent';
      readonly absence: Absence;
      readonly ending?: Ending;
      /** How long the suite waited. */
      readonly seconds: number;
    }
  | { readonly kind: 'absent after a restart'; readonly absence: Absence }
  /** `told`: the words of the error. */
  | { readonly kind: 'restart failed' | 'driver failed after a restart'; readonly told: string }
  /** It died this often. The cause was not found, or not in time. */
  | { readonly kind: 'no culprit' | 'no time'; readonly deaths: number };

/** The target was given up in the middle of a run: what was still to be run has no verdict. */
export interface Loss {
  readonly cause: LossCause;
  /** The cases that were on the wire then. First those whose segments were nearest to the last sign of life. */
  readonly onTheWire: readonly { readonly id: string; readonly family: 4 | 6 }[];
}

/** What ended the target in the course of a run. */
export type DeathCause =
  /** A segment of a case that was alone on the wire: its stimulus, or what the tester sent before or after it. */
  | {
      readonly kind: 'segment';
      readonly part: 'setup' | 'stimulus' | 'proof' | 'farewell';
      readonly id: string;
      readonly family: 4 | 6;
    }
  /** The cases that were on the wire were tried again, and the target survived them all. `likely`: the most likely culprits first. */
  | {
      readonly kind: 'unknown';
      readonly tried: number;
      readonly likely?: readonly { readonly id: string; readonly family: 4 | 6 }[] | undefined;
    }
  /** It died before the first case. `repeated`: the preflight began anew. */
  | { readonly kind: 'preflight'; readonly repeated: boolean };

/** The target died in the course of a run and was up again. */
export interface Death {
  /** Absent when only the target's silence is known. */
  readonly ending?: Ending | undefined;
  readonly cause: DeathCause;
}

/** What was observed, and on how many connections. */
export interface Count {
  readonly count: number;
  readonly kind: Kind;
  readonly replies: number;
  readonly stateAfter: State | 'unknown';
}

/** Why there is no verdict. `told` is the text of an error: it is shown, and no code reads it. */
export type Reason =
  /** The target or its driver cannot do what the case needs. */
  | { readonly kind: 'not capable'; readonly lack: Lack }
  | { readonly kind: 'SYN cookies' }
  /** The case was not tried, because of a fault that the preflight found. */
  | {
      readonly kind: 'blocked';
      readonly by: Pick<PreflightFault, 'id' | 'step' | 'family' | 'observed' | 'wrong'>;
    }
  /** `step`: the one that had no right answer. */
  | { readonly kind: 'not reached'; readonly step?: Step; readonly obstacle: Obstacle }
  | { readonly kind: 'not proven'; readonly proof: readonly Evidence[] }
  | { readonly kind: 'failed' | 'engine lost'; readonly told: string }
  /** The tester or the path was disturbed. */
  | {
      readonly kind:
        | 'packets dropped'
        | 'acknowledgment lost'
        | 'text not told'
        | 'checksum right by accident';
    }
  | { readonly kind: 'socket failed' | 'not sent' | 'path refuses'; readonly told: string }
  | { readonly kind: 'tester late'; readonly milliseconds: number }
  /** The stimulus was so late that the reply may be a retransmission. */
  | { readonly kind: 'stimulus late' }
  | { readonly kind: 'target away' }
  /** Replies contradict each other, or observations on a disturbed path do not agree. */
  | { readonly kind: 'contradiction' | 'no agreement'; readonly seen: readonly Count[] }
  | { readonly kind: 'died at times'; readonly deaths: number; readonly trials: number }
  | { readonly kind: 'dies on the way'; readonly state: State }
  | { readonly kind: 'target lost'; readonly cause: LossCause };

/** What of a reason is the same whenever it recurs: all but times and the texts of errors. */
export const keyOfReason = (reason: Reason): string =>
  JSON.stringify(reason, (name, value: unknown) => (PASSING.includes(name) ? undefined : value));

const PASSING = ['told', 'within', 'milliseconds'];

/** Whether the target cannot do the case at all. That does not fail the run. */
export const isBeyondCapability = ({ kind }: Reason): boolean =>
  kind === 'not capable' || kind === 'SYN cookies';

/** Remarks that do not change the verdict. */
export type Note =
  | { readonly kind: 'void attempt'; readonly attempt: number; readonly why: Reason }
  /** Earlier observations do not count: the target was away meanwhile. */
  | { readonly kind: 'away before' | 'away meanwhile' }
  /** `disturbed`: shares of the segments, in percent, where the path disturbs them. */
  | {
      readonly kind: 'confirmed';
      readonly alike: number;
      readonly connections: number;
      readonly disturbed?: Disturbed;
    }
  | Extract<Reason, { readonly seen: readonly Count[] }>;

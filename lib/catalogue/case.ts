import type { Choice } from '../standard/adoption.ts';
import type { Level, Profile } from '../standard/profile.ts';
import type { RuleId } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';
import type { Family } from '../wire/address.ts';
import type { Condition } from './conditions.ts';
import type { LeftOpen } from './left-open.ts';
import type {
  Aspects,
  CallText,
  ClosedBy,
  CrowdStep,
  ExpectStep,
  IcmpStep,
  Interval,
  OnConnection,
  SendStep,
} from './scenario.ts';

export type { ClosedBy, Condition };

// How suites write what `scenario.ts` describes: segments are text in the notation of RFC 793 section 3.4, and what is absent
// has its default.

/** A state as a suite names it: SYN-RECEIVED is two recipes, told apart by how it was entered. */
export type StateName = Exclude<State, 'SYN-RECEIVED'> | 'SYN-RECEIVED (passive)' | 'SYN-RECEIVED (active)';

/** A segment in the notation, `silence`, or several segments in order. */
export type DeclaredReply = string | readonly string[];

/** One thing that the target may do. */
export interface Outcome {
  readonly reply: DeclaredReply;
  readonly then: State;
  /** `required` when absent. */
  readonly level?: Level;
  readonly when?: Choice;
  readonly leftOpen?: LeftOpen;
}

export type Expectation = Outcome | readonly Outcome[];

/** Either for all profiles, or by profile: one that is not named inherits from the one before it; `rfc793` must be named. */
export type ByProfile<Expected> =
  | Expected
  | ({ readonly rfc793: Expected } & Partial<Record<Profile, Expected>>);

/** An outcome of one of several steps. */
export type StepOutcome = Omit<Outcome, 'then'> & {
  readonly then?: State;
  readonly ends?: true;
  readonly interval?: Interval;
  readonly with?: Aspects;
};

/** One outcome, or several; text alone is a reply. */
export type StepExpectation = string | StepOutcome | readonly (string | StepOutcome)[];

export type StepDeclaration = OnConnection &
  (
    | (Pick<SendStep, 'spaced'> & {
        /** One segment, or several. */
        readonly send: string | readonly string[];
      })
    | (Pick<IcmpStep, 'icmp' | 'otherPort'> & { readonly about: string })
    | Pick<CrowdStep, 'crowd' | 'resets'>
    | { readonly user: CallText }
    | { readonly state: State }
    | { readonly wait: number }
    | (Pick<ExpectStep, 'within' | 'notBefore' | 'settled' | 'next' | 'newIss' | 'delivered'> & {
        readonly expect: ByProfile<StepExpectation>;
        /** The state after, of outcomes that name none. */
        readonly then?: State;
      })
  );

/** Where a connection beside the first one begins. */
export interface PlaceDeclaration {
  readonly state: StateName;
  readonly condition?: Condition | readonly Condition[];
  readonly closedBy?: ClosedBy;
}

interface About extends Omit<PlaceDeclaration, 'state'> {
  readonly id: string;
  readonly title: string;
  /** The rules that it tests, by their ids in lib/standard/rules.ts: at least one. */
  readonly rules: readonly RuleId[];
  /** Set when the case holds for one family only, because of its numbers. When absent, the conditions decide. */
  readonly families?: readonly Family[];
}

/** One stimulus, and what must come back. */
export interface CaseDeclaration extends About {
  readonly send: string;
  readonly expect: ByProfile<Expectation>;
}

/** Several steps. */
export interface StepsDeclaration extends About {
  readonly beside?: Readonly<Record<string, PlaceDeclaration>>;
  readonly steps: readonly StepDeclaration[];
  readonly slow?: true;
}

/** A scenario as a suite declares it: plain data, which JSON holds. */
export type ScenarioDeclaration = { readonly state: StateName } & (CaseDeclaration | StepsDeclaration);

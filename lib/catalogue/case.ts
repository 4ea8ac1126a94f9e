import type { Choice } from '../standard/adoption.ts';
import type { Condition } from './conditions.ts';
import type { LeftOpen } from './left-open.ts';
import type { Level, Profile } from '../standard/profile.ts';
import type { RuleId } from '../standard/rules.ts';
import type { Origin, State } from '../standard/state.ts';
import type { Family } from '../wire/address.ts';

export type { Condition };

/** How CLOSED came about; each is a recipe of its own. */
export const CLOSED_BY = ['never opened', 'FINs', 'abort'] as const;
export type ClosedBy = (typeof CLOSED_BY)[number];

/** One thing that the target may do, in the notation (RFC 793 section 3.4). */
export interface Outcome {
  /**
   * A segment in the notation, or `silence`. A field that is not written, or written ANY, is not compared; flags always
   * are, and no <DATA> means no text.
   */
  readonly reply: string;
  /** The state after. A connection whose origin is a LISTEN that goes on is CLOSED when it is gone. */
  readonly then: State;
  /** `required` when absent. */
  readonly level?: Level;
  /** Set when the outcome is that of a TCP that has, or has not, adopted one check of RFC 5961; absent means either. */
  readonly when?: Choice;
  /**
   * Which text lets this outcome stand beside one of another kind. Every case that allows three kinds of reply, or silence
   * beside a reply, has to be left open by a text, and says by which.
   */
  readonly leftOpen?: LeftOpen;
}

export type Expectation = Outcome | readonly Outcome[];

/** A case as the suites declare it: plain data. */
export interface CaseDeclaration {
  /** Permanent, lower case: `<state>.<stimulus>.<qualifier>`. */
  readonly id: string;
  readonly title: string;
  readonly condition?: Condition | readonly Condition[];
  /** Only for state CLOSED; `never opened` when absent. */
  readonly closedBy?: ClosedBy;
  /** The stimulus in the notation. */
  readonly send: string;
  /**
   * What must come back. Either for all profiles, or by profile: a profile that is not named inherits from the one
   * before it in the chain, and `rfc793` must be named.
   */
  readonly expect:
    | Expectation
    | ({ readonly rfc793: Expectation } & Partial<Readonly<Record<Profile, Expectation>>>);
  /** The rules that it tests, by their ids in lib/standard/rules.ts: at least one. */
  readonly rules: readonly RuleId[];
}

/** An outcome whose level is spelled out. */
export interface ResolvedOutcome extends Outcome {
  readonly level: Level;
}

/** A declared case, resolved: what the catalogue holds and `list --json` prints. */
export interface Case extends Omit<CaseDeclaration, 'expect' | 'condition'> {
  readonly state: State;
  readonly origin?: Origin;
  readonly conditions: readonly Condition[];
  readonly expect: Readonly<Record<Profile, readonly ResolvedOutcome[]>>;
  /** Where its rules are written: document, section and step. */
  readonly cite: readonly string[];
  /** What `coverage` counts: the requirements that its rules are, or carry. */
  readonly requirements: readonly RuleId[];
  /** The address families that can express it. */
  readonly families: readonly Family[];
}

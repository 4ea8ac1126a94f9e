import type { ScenarioDeclaration } from '../catalogue/case.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { Settings } from '../runner/settings.ts';
import type { KnownTarget } from '../runner/messages.ts';
import type { Exploration } from './explore.ts';
import type { Finding } from './finding.ts';
import type { NamedHabit } from './habits.ts';
import type { KnownCase } from './known-cases.ts';

/** How long and how much to explore. */
export interface Extent {
  /** What earlier explorations have found. */
  readonly known?: readonly NamedHabit[];
  /** What cases of the catalogue have shown. */
  readonly cases?: readonly KnownCase[];
  readonly milliseconds?: number;
  readonly sequences?: number;
}

/** A finding as a scenario, and what came of it when it was played as `run` plays it. */
export interface PlayedScenario {
  readonly declaration: ScenarioDeclaration;
  /** What the last step expects under the profile, and what came of it, in the notation. */
  readonly expected: readonly string[];
  readonly observed: string;
  /** Of the last time that it deviated. */
  readonly result: CaseResult;
  /** How often it deviated. */
  readonly deviated: number;
  readonly of: number;
}

/** Why there is no scenario of a finding. */
export interface Unplayed {
  readonly trouble: string;
}

/** A sequence that failed each time, and the scenario of it only some times. */
export interface Unrepeated extends Pick<PlayedScenario, 'deviated' | 'of'> {
  readonly sequence: string;
  readonly failed: string;
}

/** Messages to the process that explores. */
export type ToExplorer =
  | { readonly kind: 'start'; readonly settings: Settings; readonly extent: Extent }
  /** What is under way is ended, and told. */
  | { readonly kind: 'stop' };

/** A summary that is plain data. */
export type Explored = Omit<Exploration, 'findings' | 'coverage'> & {
  readonly pairs: number;
  /** What was confirmed, but not by each run of its scenario: no findings. */
  readonly unrepeated: readonly Unrepeated[];
  /** How many different pairs were met, by state and step. */
  readonly byStep: readonly (readonly [place: string, pairs: number])[];
};

export type FromExplorer =
  | { readonly kind: 'ready'; readonly target: KnownTarget; readonly width: number }
  /** Nothing can be explored; the message is one sentence. */
  | { readonly kind: 'impossible'; readonly message: string }
  | { readonly kind: 'progress'; readonly sequences: number; readonly findings: number }
  | { readonly kind: 'finding'; readonly finding: Finding; readonly scenario: PlayedScenario | Unplayed }
  | { readonly kind: 'explored'; readonly explored: Explored };

/** What a suite of somebody else's project imports from `segment-arrives`. */
import type { CaseDeclaration, ScenarioDeclaration, StateName, StepsDeclaration } from './catalogue/case.ts';
import * as declare from './catalogue/declare.ts';

export type { CaseDeclaration, ScenarioDeclaration, StateName, StepsDeclaration };

/** What a file of cases exports as its default. */
export interface Suite {
  readonly name: string;
}

/** Declares the cases that begin in one state. @throws Error that names file, line, id and mistake */
export const inState: (
  state: StateName,
  declarations: readonly (CaseDeclaration | StepsDeclaration)[],
) => Suite = declare.inState;

/** Declares scenarios that belong together, whatever state they begin in. @throws Error as inState does */
export const scenarios: (name: string, declarations: readonly ScenarioDeclaration[]) => Suite =
  declare.scenarios;

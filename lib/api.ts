/** What a suite of somebody else's project imports from `segment-arrives`. */
export type { CaseDeclaration, ScenarioDeclaration, StateName, StepsDeclaration } from './catalogue/case.ts';
export { inState, scenarios } from './catalogue/declare.ts';
export type { Suite } from './catalogue/suite.ts';

import type { CaseDeclaration } from '../../catalogue/case.ts';
import { register } from '../../catalogue/catalogue.ts';
import type { State } from '../../standard/state.ts';
import { declareTests } from './mocha-tests.ts';

/** A state as a suite names it: SYN-RECEIVED is two recipes, told apart by how it was entered. */
export type SuiteState = Exclude<State, 'SYN-RECEIVED'> | 'SYN-RECEIVED (passive)' | 'SYN-RECEIVED (active)';

/**
 * Declares the cases of a state: adds them to the catalogue and, when mocha is loading the file, makes a test of each.
 *
 * @throws CatalogueError when an id is malformed or taken, a notation does not parse, or a citation is missing.
 */
export function inState(name: SuiteState, declarations: readonly CaseDeclaration[]): void {
  const [state, origin] = split(name);
  const cases = register(state, origin, declarations);
  declareTests(name, cases);
}

function split(name: SuiteState): [State, 'passive' | 'active' | undefined] {
  if (name === 'SYN-RECEIVED (passive)') return ['SYN-RECEIVED', 'passive'];
  if (name === 'SYN-RECEIVED (active)') return ['SYN-RECEIVED', 'active'];
  return [name, undefined];
}

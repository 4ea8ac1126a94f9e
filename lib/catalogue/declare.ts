import type { Case, CaseDeclaration, Expectation, Outcome, ResolvedOutcome } from './case.ts';
import { CatalogueError, checkNotation, ruled } from './checks.ts';
import { type Condition, familiesOf } from './conditions.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import type { Origin, State } from '../standard/state.ts';
import type { Suite } from './suite.ts';

/** In characters: a title is one line of a report. */
const LONGEST_TITLE = 110;
const ID = /^[a-z0-9-]+(\.[a-z0-9-]+){1,4}$/;

/** A state as a suite names it: SYN-RECEIVED is two recipes, told apart by how it was entered. */
export type SuiteState = Exclude<State, 'SYN-RECEIVED'> | 'SYN-RECEIVED (passive)' | 'SYN-RECEIVED (active)';

/**
 * The cases of a state: what a file of `suites/` exports.
 *
 * @throws CatalogueError when an id is malformed, a notation does not parse, a rule is unknown, or none is named
 */
export function inState(name: SuiteState, declarations: readonly CaseDeclaration[]): Suite {
  const [state, origin] = split(name);
  return { name, cases: declarations.map((declaration) => resolve(state, origin, declaration)), ladders: [] };
}

function split(name: SuiteState): [State, Origin | undefined] {
  if (name === 'SYN-RECEIVED (passive)') return ['SYN-RECEIVED', 'passive'];
  if (name === 'SYN-RECEIVED (active)') return ['SYN-RECEIVED', 'active'];
  return [name, undefined];
}

function resolve(state: State, origin: Origin | undefined, declaration: CaseDeclaration): Case {
  const { id, title } = declaration;
  if (!ID.test(id)) throw new CatalogueError(id, 'not of the form <state>.<stimulus>.<qualifier>');
  const prefix = `${state.toLowerCase()}.${origin ? `${origin}.` : ''}`;
  if (!id.startsWith(prefix))
    throw new CatalogueError(id, `the id of a case in this state begins with ${prefix}`);
  if (title.length > LONGEST_TITLE)
    throw new CatalogueError(id, `the title has ${title.length} characters, ${LONGEST_TITLE} at most`);
  checkNotation(id, declaration.send);
  const expect = byProfile(declaration.expect);
  for (const profile of PROFILES) {
    const outcomes = expect[profile];
    if (outcomes.length === 0) throw new CatalogueError(id, `expects nothing under ${profile}`);
    for (const outcome of outcomes) if (outcome.reply !== 'silence') checkNotation(id, outcome.reply);
  }
  const { condition, ...rest } = declaration;
  const conditions = conditionsIn(condition);
  return {
    ...rest,
    state,
    ...(origin ? { origin } : {}),
    expect,
    ...ruled(id, declaration.rules),
    conditions,
    families: familiesOf(conditions),
  };
}

/** The conditions of a declaration, which may write one alone without a list. */
export const conditionsIn = (condition: Condition | readonly Condition[] = []): readonly Condition[] =>
  typeof condition === 'string' ? [condition] : condition;

function byProfile(expect: CaseDeclaration['expect']): Record<Profile, readonly ResolvedOutcome[]> {
  const chain = 'rfc793' in expect ? expect : { rfc793: expect };
  let inherited: Expectation = chain.rfc793;
  const resolved = {} as Record<Profile, readonly ResolvedOutcome[]>;
  for (const profile of PROFILES) {
    inherited = (chain as Partial<Record<Profile, Expectation>>)[profile] ?? inherited;
    resolved[profile] = list(inherited).map((outcome) => ({
      ...outcome,
      level: outcome.level ?? 'required',
    }));
  }
  return resolved;
}

const list = (expectation: Expectation): readonly Outcome[] =>
  Array.isArray(expectation) ? (expectation as readonly Outcome[]) : [expectation as Outcome];

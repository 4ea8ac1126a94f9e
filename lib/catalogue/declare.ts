import type { CaseDeclaration, ScenarioDeclaration, StateName, StepsDeclaration } from './case.ts';
import { CatalogueError } from './catalogue-error.ts';
import { resolveScenario } from './resolve.ts';
import type { Scenario } from './scenario.ts';
import type { Suite } from './suite.ts';
import { checkVariables, checkWords, DeclarationError } from './well-formed.ts';

/** In characters: a title is one line of a report. */
const LONGEST_TITLE = 110;
const ID = /^[a-z0-9-]+(\.[a-z0-9-]+){1,4}$/;
const NAMED_OTHERWISE = /^(figure-[0-9]+|ladder)(\.[a-z0-9-]+){2}$/;

/**
 * Declares the cases that begin in one state. A file of `suites/` exports the result.
 *
 * @throws CatalogueError when an id or a title is malformed, a notation does not parse, or a rule or another word is unknown
 */
export const inState = (
  state: StateName,
  declarations: readonly (CaseDeclaration | StepsDeclaration)[],
): Suite => ({
  name: state,
  scenarios: declarations.map((one) => {
    const scenario = resolve({ ...one, state });
    const prefix = `${scenario.state.toLowerCase()}.${scenario.origin ? `${scenario.origin}.` : ''}`;
    if (scenario.id.startsWith(prefix)) return scenario;
    throw new CatalogueError(one.id, `the id of a case in this state begins with ${prefix}`);
  }),
});

/**
 * Declares scenarios that belong together, whatever state they begin in: figures, and rules that take several steps.
 *
 * @throws CatalogueError as {@link inState} does
 */
export const scenarios = (name: string, declarations: readonly ScenarioDeclaration[]): Suite => ({
  name,
  scenarios: declarations.map((one) => {
    if (NAMED_OTHERWISE.test(one.id)) return resolve(one);
    const form = 'not of the form figure-<number>.<what>.<which> or ladder.<what>.<which>';
    throw new CatalogueError(one.id, form);
  }),
});

function resolve(declaration: ScenarioDeclaration): Scenario {
  const { id, title } = declaration;
  if (!ID.test(id)) throw new CatalogueError(id, 'not of the form <state>.<stimulus>.<qualifier>');
  try {
    checkWords(declaration);
    if (title.length > LONGEST_TITLE)
      throw new DeclarationError(`the title has ${title.length} characters, ${LONGEST_TITLE} at most`);
    const scenario = resolveScenario(declaration);
    checkVariables(scenario);
    return scenario;
  } catch (error) {
    throw new CatalogueError(id, (error as Error).message);
  }
}

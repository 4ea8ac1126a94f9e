import { CatalogueError, checkNotation, ruled } from './checks.ts';
import { conditionsIn } from './declare.ts';
import type { Ladder, LadderDeclaration, LadderStep } from './ladder.ts';
import type { Suite } from './suite.ts';

const ID = /^(figure-[0-9]+|ladder)(\.[a-z0-9-]+){2}$/;

/**
 * Ladders that belong together: what a file of `suites/` exports.
 *
 * @throws CatalogueError when an id is malformed, a notation does not parse, a rule is unknown, none is named, or nothing is
 *   expected
 */
export const ladders = (name: string, declarations: readonly LadderDeclaration[]): Suite => ({
  name,
  cases: [],
  ladders: declarations.map(resolveLadder),
});

function resolveLadder(declaration: LadderDeclaration): Ladder {
  const { id } = declaration;
  if (!ID.test(id))
    throw new CatalogueError(id, 'not of the form figure-<number>.<what>.<which> or ladder.<what>.<which>');
  const steps = declaration.steps.map((step) => resolve(id, step));
  if (!steps.some((step) => 'expect' in step)) throw new CatalogueError(id, 'expects nothing');
  const { condition, ...rest } = declaration;
  return { ...rest, steps, conditions: conditionsIn(condition), ...ruled(id, declaration.rules) };
}

function resolve(id: string, step: LadderStep): Ladder['steps'][number] {
  if ('user' in step) return step;
  if ('send' in step) {
    checkNotation(id, step.send);
    return step;
  }
  const expect = typeof step.expect === 'string' ? [step.expect] : step.expect;
  if (expect.length === 0) throw new CatalogueError(id, 'a step expects nothing');
  for (const reply of [
    ...expect,
    ...(step.otherwise ?? []),
    ...(step.permitted ? [step.permitted.reply] : []),
  ])
    if (reply !== 'silence') checkNotation(id, reply);
  return { ...step, expect };
}

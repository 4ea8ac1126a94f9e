import { parseSegment } from '../notation/index.ts';
import { CatalogueError, conditionsIn, ruled } from './catalogue.ts';
import type { Ladder, LadderDeclaration, LadderStep } from './ladder.ts';

// As in the catalogue: more than one instance of this module may be loaded in a process.
const KEY = Symbol.for('segment-arrives.ladders');
const holder = globalThis as typeof globalThis & { [KEY]?: Map<string, Ladder> };
holder[KEY] ??= new Map<string, Ladder>();
const ladders = holder[KEY];

const ID = /^(figure-[0-9]+|ladder)(\.[a-z0-9-]+){2}$/;

/** Every ladder declared so far, in order of declaration. */
export const resolveLadders = (): readonly Ladder[] => [...ladders.values()];

/** The ladder of that id, or undefined. */
export const findLadder = (id: string): Ladder | undefined => ladders.get(id);

/**
 * Resolves a ladder and adds it.
 *
 * @throws CatalogueError when the id is malformed or taken, a notation does not parse, a rule is unknown, none is
 *   named, or nothing is expected. A file that is loaded twice may declare the very same ladder again.
 */
export function registerLadder(declaration: LadderDeclaration): Ladder {
  const { id } = declaration;
  if (!ID.test(id))
    throw new CatalogueError(id, 'not of the form figure-<number>.<what>.<which> or ladder.<what>.<which>');
  const steps = declaration.steps.map((step) => resolve(id, step));
  if (!steps.some((step) => 'expect' in step)) throw new CatalogueError(id, 'expects nothing');
  const { condition, ...rest } = declaration;
  const ladder: Ladder = {
    ...rest,
    steps,
    conditions: conditionsIn(condition),
    ...ruled(id, declaration.rules),
  };
  const known = ladders.get(id);
  if (known && JSON.stringify(known) !== JSON.stringify(ladder)) {
    throw new CatalogueError(id, 'this id is already taken by another ladder');
  }
  ladders.set(id, ladder);
  return ladder;
}

function resolve(id: string, step: LadderStep): Ladder['steps'][number] {
  if ('user' in step) return step;
  if ('send' in step) {
    check(id, step.send);
    return step;
  }
  const expect = typeof step.expect === 'string' ? [step.expect] : step.expect;
  if (expect.length === 0) throw new CatalogueError(id, 'a step expects nothing');
  for (const reply of [
    ...expect,
    ...(step.otherwise ?? []),
    ...(step.permitted ? [step.permitted.reply] : []),
  ])
    if (reply !== 'silence') check(id, reply);
  return { ...step, expect };
}

function check(id: string, notation: string): void {
  try {
    parseSegment(notation);
  } catch (error) {
    throw new CatalogueError(id, (error as Error).message);
  }
}

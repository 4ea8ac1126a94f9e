import { didYouMean } from './did-you-mean.ts';
import { parseSegment } from '../notation/index.ts';
import { type Condition, familiesOf } from './conditions.ts';
import type { Case, CaseDeclaration, Expectation, Outcome, ResolvedOutcome } from './case.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { citationsOf, isRule, RULE_IDS, type RuleId, requirementsOf } from '../standard/rules.ts';
import { sourceOf } from './source.ts';
import type { Origin, State } from '../standard/state.ts';

/** A case that must not enter the catalogue; the message says where it is written, its id, and what is wrong with it. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';

  constructor(id: string, problem: string) {
    super();
    const source = sourceOf(id, this.stack);
    this.message = `${source ? `${source}: ` : ''}${id}: ${problem}`;
    // The stack begins with the message, as mocha prints it.
    Error.captureStackTrace(this, CatalogueError);
  }
}

// mocha may load the suites as one kind of module and a reporter as the other: both must see the same cases.
const KEY = Symbol.for('segment-arrives.catalogue');
const holder = globalThis as typeof globalThis & { [KEY]?: Map<string, Case> };
holder[KEY] ??= new Map<string, Case>();
const cases = holder[KEY];

/** In characters: a title is one line of a report. */
const LONGEST_TITLE = 110;
const ID = /^[a-z0-9-]+(\.[a-z0-9-]+){1,4}$/;

/** Everything declared so far, in order of declaration. */
export const catalogue = (): readonly Case[] => [...cases.values()];

/** The case of that id, or undefined. */
export const findCase = (id: string): Case | undefined => cases.get(id);

/**
 * Resolves declarations for every profile and adds them.
 *
 * @throws CatalogueError when an id is malformed or taken, a notation does not parse, a rule is unknown or none is
 *   named. A file that is loaded twice may declare the very same case again.
 */
export function register(
  state: State,
  origin: Origin | undefined,
  declarations: readonly CaseDeclaration[],
): readonly Case[] {
  return declarations.map((declaration) => {
    const resolved = resolve(state, origin, declaration);
    const known = cases.get(resolved.id);
    if (known && JSON.stringify(known) !== JSON.stringify(resolved)) {
      throw new CatalogueError(resolved.id, 'this id is already taken by another case');
    }
    cases.set(resolved.id, resolved);
    return resolved;
  });
}

function resolve(state: State, origin: Origin | undefined, declaration: CaseDeclaration): Case {
  const { id, title } = declaration;
  if (!ID.test(id)) throw new CatalogueError(id, 'not of the form <state>.<stimulus>.<qualifier>');
  const prefix = `${state.toLowerCase()}.${origin ? `${origin}.` : ''}`;
  if (!id.startsWith(prefix))
    throw new CatalogueError(id, `the id of a case in this state begins with ${prefix}`);
  if (title.length > LONGEST_TITLE)
    throw new CatalogueError(id, `the title has ${title.length} characters, ${LONGEST_TITLE} at most`);
  check(id, declaration.send);
  const expect = byProfile(declaration.expect);
  for (const profile of PROFILES) {
    const outcomes = expect[profile];
    if (outcomes.length === 0) throw new CatalogueError(id, `expects nothing under ${profile}`);
    for (const outcome of outcomes) if (outcome.reply !== 'silence') check(id, outcome.reply);
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

/**
 * The rules of a case, each once, and what follows from them.
 *
 * @throws CatalogueError when there are none, or one is unknown: the compiler says so too, but who runs a case need not compile.
 */
export function ruled(id: string, rules: readonly RuleId[]): Pick<Case, 'rules' | 'cite' | 'requirements'> {
  if (rules.length === 0) throw new CatalogueError(id, 'names no rule');
  for (const rule of rules)
    if (!isRule(rule)) throw new CatalogueError(id, `no such rule: ${rule}${didYouMean(rule, RULE_IDS)}`);
  return { rules: [...new Set(rules)], cite: citationsOf(rules), requirements: requirementsOf(rules) };
}

function check(id: string, notation: string): void {
  try {
    parseSegment(notation);
  } catch (error) {
    throw new CatalogueError(id, (error as Error).message);
  }
}

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

import { parseSegment } from '../notation/index.ts';
import { citationsOf, isRule, RULE_IDS, type RuleId, requirementsOf } from '../standard/rules.ts';
import type { Case } from './case.ts';
import { didYouMean } from './did-you-mean.ts';
import { sourceOf } from './source.ts';

/** A case that must not enter the catalogue; the message says where it is written, its id, and what is wrong with it. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';

  /** @param place where it is written, as `FILE:LINE`; what the stack tells when absent */
  constructor(id: string, problem: string, place?: string) {
    super();
    const source = place ?? sourceOf(id, this.stack);
    this.message = `${source ? `${source}: ` : ''}${id}: ${problem}`;
    // The stack begins with the message, as mocha prints it.
    Error.captureStackTrace(this, CatalogueError);
  }
}

/** @throws CatalogueError when the notation does not parse */
export function checkNotation(id: string, notation: string): void {
  try {
    parseSegment(notation);
  } catch (error) {
    throw new CatalogueError(id, (error as Error).message);
  }
}

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

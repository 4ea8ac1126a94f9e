import type { Behaviour } from './behaviour.ts';

/**
 * The behaviour of the mutant of that name; undefined where there is none. Mutants belong to the benches: only a run against
 * one of them loads them. The mutants import `behaviour.ts`, so this import has a file of its own.
 */
export async function behaviourOfMutant(name: string): Promise<Behaviour | undefined> {
  const { findMutant } = await import('../../../bench/mutants/index.ts');
  return findMutant(name)?.behaviour;
}

/** For a message about a name that there is not. */
export const mutantNames = async (): Promise<readonly string[]> =>
  (await import('../../../bench/mutants/index.ts')).MUTANTS.map(({ name }) => name);

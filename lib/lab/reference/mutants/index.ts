import type { Mutant } from './mutant.ts';

export type { Mutant } from './mutant.ts';

export const MUTANTS: readonly Mutant[] = [];

export const findMutant = (name: string): Mutant | undefined =>
  MUTANTS.find((mutant) => mutant.name === name);

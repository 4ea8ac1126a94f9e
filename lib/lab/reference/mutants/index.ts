import { ACKS } from './acks.ts';
import { MARKS } from './marks.ts';
import type { Mutant } from './mutant.ts';
import { OPENING } from './opening.ts';
import { ORDER } from './order.ts';
import { RESET_GENERATION } from './reset-generation.ts';
import { RESETS } from './resets.ts';
import { SYNS } from './syns.ts';
import { TEXT_AND_FIN } from './text-and-fin.ts';
import { TIME_WAIT } from './time-wait.ts';
import { TIMING } from './timing.ts';
import { WINDOW } from './window.ts';

export type { Mutant } from './mutant.ts';

/** Every single fault, in the order of the checks that it is a fault of. */
export const MUTANTS: readonly Mutant[] = [
  ...RESET_GENERATION,
  ...OPENING,
  ...MARKS,
  ...WINDOW,
  ...RESETS,
  ...SYNS,
  ...ACKS,
  ...TEXT_AND_FIN,
  ...TIME_WAIT,
  ...ORDER,
  ...TIMING,
];

export const findMutant = (name: string): Mutant | undefined =>
  MUTANTS.find((mutant) => mutant.name === name);

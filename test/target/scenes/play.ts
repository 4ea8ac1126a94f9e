import { isBeyondCapability } from '../../../lib/verdict/reason.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';
import { runInLab } from '../../lab/run-in-lab.ts';

/** Plays a scene of this folder in a network namespace of its own. */
export const play = <Printed = CaseResult[]>(scene: string, words: readonly string[]): Promise<Printed> =>
  runInLab<Printed>(new URL(`${scene}.ts`, import.meta.url), words);

export const wasReached = ({ outcome }: CaseResult): boolean => outcome === 'judged';

export const byCapability = (result: CaseResult): boolean =>
  result.outcome !== 'judged' && isBeyondCapability(result.why);

import { expect } from 'chai';
import { say } from '../../../lib/report/say.ts';
import { PROFILES } from '../../../lib/standard/profile.ts';
import { type CaseResult, verdictOf } from '../../../lib/verdict/result.ts';
import { runInLab } from '../../lab/run-in-lab.ts';

/** The results of some cases without the fault, and with it. */
export interface Played {
  readonly clean: readonly CaseResult[];
  readonly disturbed: readonly CaseResult[];
  /** The results with the fault. */
  readonly durationMs: number;
}

/** Plays a fault of scene.ts in a lab of its own. */
export const play = (fault: string): Promise<Played> =>
  runInLab<Played>(new URL('scene.ts', import.meta.url), [fault]);

const keyOf = ({ id, family }: CaseResult): string => `${id}, IPv${family}`;

/** Every result with the fault equals that without it, where both were judged: a busy machine leaves some open. None is missing. */
export function expectNoneWrong({ clean, disturbed }: Pick<Played, 'clean' | 'disturbed'>): void {
  expect(disturbed.map(keyOf).sort()).to.deep.equal(clean.map(keyOf).sort());
  expect(clean.filter(({ outcome }) => outcome !== 'judged').length).to.be.at.most(clean.length / 10);
  const right = new Map(clean.map((result) => [keyOf(result), result]));
  for (const result of disturbed) {
    const without = right.get(keyOf(result));
    if (result.outcome !== 'judged') expect(say.reason(result.why), keyOf(result)).to.not.equal('');
    else if (without?.outcome === 'judged')
      expect(verdictsOf(result), keyOf(result)).to.deep.equal(verdictsOf(without));
  }
}

const verdictsOf = (result: CaseResult) => PROFILES.map((profile) => verdictOf(result, profile));

/** The results that the fault has made inconclusive. */
export const lost = ({ clean, disturbed }: Pick<Played, 'clean' | 'disturbed'>): CaseResult[] => {
  const before = new Set(clean.filter(({ outcome }) => outcome !== 'judged').map(keyOf));
  return disturbed.filter((result) => result.outcome !== 'judged' && !before.has(keyOf(result)));
};

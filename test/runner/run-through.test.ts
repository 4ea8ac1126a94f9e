import { expect } from 'chai';
import { runThrough } from '../../lib/runner/run-through.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';

const jobsOf = (...ids: string[]) => ids.map((id) => ({ id, family: 4 as const }));

/** The order in which cases began. @param resting what has to be tried again: those with the same last letter come forward */
async function orderOf(ids: readonly string[], resting: string): Promise<string[]> {
  const begun: string[] = [];
  await runThrough({
    jobs: jobsOf(...ids),
    width: () => 1,
    run: async ({ id }, aside, bringForward) => {
      begun.push(id);
      if (id === resting) {
        bringForward((other) => other.id.at(-1) === id.at(-1));
        await aside(() => new Promise((resolve) => setTimeout(resolve, 5)));
      }
      return { id, family: 4 } as CaseResult;
    },
    report: () => {},
    stopped: () => false,
    watch: { lost: undefined, deaths: [] },
    inquest: { hold: () => Promise.reject(new Error('nobody died')), survived: () => {}, caution: 1 },
  });
  return begun;
}

describe('a run of all cases', () => {
  const ids = ['closing a', 'closing b', 'established a', 'established b', 'listen a'];

  it('begins next with those that are like one that has to be tried again', async () => {
    expect(await orderOf(ids, 'closing b')).to.deep.equal([
      ...['closing a', 'closing b', 'established b', 'established a', 'listen a'],
    ]);
  });

  it('keeps the order where none has to be', async () => {
    expect(await orderOf(ids, 'none')).to.deep.equal(ids);
  });
});

import { expect } from 'chai';
import { BesideLanes } from '../../lib/explore/beside-lanes.ts';

describe('what is played beside the lanes', () => {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('begins in its order, so many at once, and keeps nobody waiting who adds to it', async () => {
    const began: number[] = [];
    let now = 0;
    let most = 0;
    const beside = new BesideLanes<number>(2, async (one) => {
      began.push(one);
      now += 1;
      most = Math.max(most, now);
      await pause();
      now -= 1;
    });
    for (const one of [1, 2, 3, 4, 5]) beside.add(one);
    expect(began).to.deep.equal([1, 2]);
    await beside.end();
    expect([began, most]).to.deep.equal([[1, 2, 3, 4, 5], 2]);
  });

  it('ends without what was dropped', async () => {
    const began: number[] = [];
    const beside = new BesideLanes<number>(1, async (one) => {
      began.push(one);
      await pause();
    });
    for (const one of [1, 2, 3]) beside.add(one);
    beside.drop();
    await beside.end();
    expect([began, beside.dropped]).to.deep.equal([[1], 2]);
  });

  it('leaves out what would end too late by then', async () => {
    const began: number[] = [];
    const beside = new BesideLanes<number>(
      1,
      async (one) => {
        began.push(one);
        await pause();
      },
      (one) => one === 2 || (one === 4 && began.includes(3)),
    );
    for (const one of [4, 2, 3, 4, 1]) beside.add(one);
    await beside.end();
    expect([began, beside.dropped]).to.deep.equal([[4, 3, 1], 2]);
  });
});

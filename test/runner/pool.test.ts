import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { runSideBySide } from '../../lib/runner/pool.ts';

const jobs = Array.from({ length: 12 }, (_, index) => index);

describe('jobs side by side', () => {
  it('run all, in order, never more than the width at a time', async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await runSideBySide(jobs, 3, async (job) => {
      begun.push(job);
      now += 1;
      most = Math.max(most, now);
      await delay(1);
      now -= 1;
    });
    expect(begun).to.deep.equal(jobs);
    expect(most).to.equal(3);
  });

  it('become fewer when the width does, but never none', async () => {
    let width = 4;
    let now = 0;
    const seen: number[] = [];
    await runSideBySide(
      jobs,
      () => width,
      async (job) => {
        now += 1;
        seen.push(now);
        await delay(1);
        now -= 1;
        if (job === 4) width = 0;
      },
    );
    expect(seen).to.have.length(jobs.length);
    expect(seen.slice(-4)).to.deep.equal([1, 1, 1, 1]);
  });

  it('begin no more when they are stopped', async () => {
    const begun: number[] = [];
    await runSideBySide(
      jobs,
      1,
      async (job) => void begun.push(job),
      () => begun.length >= 5,
    );
    expect(begun).to.have.length(5);
  });

  it('fail with the first that fails', async () => {
    const failure = await runSideBySide(jobs, 2, async (job) => {
      if (job === 3) throw new Error('the third');
    }).catch((error: Error) => error.message);
    expect(failure).to.equal('the third');
  });

  it('are done at once when there are none', async () => {
    await runSideBySide([], 5, () => Promise.reject(new Error('there is none')));
  });
});

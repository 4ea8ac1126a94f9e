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

  it('that wait aside give their place to others, and go on before new ones begin', async () => {
    const seen: string[] = [];
    let now = 0;
    let most = 0;
    const busy = async (what: string): Promise<void> => {
      seen.push(what);
      now += 1;
      most = Math.max(most, now);
      await delay(5);
      now -= 1;
    };
    await runSideBySide(['a', 'b', 'c'], 1, async (job, aside) => {
      await busy(`${job} begins`);
      if (job === 'a') await aside(() => delay(1));
      await busy(`${job} ends`);
    });
    expect(seen).to.deep.equal(['a begins', 'b begins', 'b ends', 'a ends', 'c begins', 'c ends']);
    expect(most).to.equal(1);
  });

  it('that wait aside are waited for, also when no more are begun', async () => {
    let ended = 0;
    let isStopped = false;
    await runSideBySide(
      jobs,
      2,
      async (_, aside) => {
        isStopped = true;
        await aside(() => delay(5));
        ended += 1;
      },
      () => isStopped,
    );
    expect(ended).to.equal(1);
  });

  it('are done at once when there are none', async () => {
    await runSideBySide([], 5, () => Promise.reject(new Error('there is none')));
  });
});

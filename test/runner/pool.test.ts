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

  it('that wait on the wire let others begin, and go on at once', async () => {
    let acting = 0;
    let onWire = 0;
    const seen = { acting: 0, onWire: 0 };
    const begun: number[] = [];
    await runSideBySide(jobs, { width: 4, acting: 1 }, async (job, aside) => {
      begun.push(job);
      onWire += 1;
      acting += 1;
      seen.acting = Math.max(seen.acting, acting);
      seen.onWire = Math.max(seen.onWire, onWire);
      await delay(1);
      acting -= 1;
      let isLater = false;
      await aside(async () => {
        await delay(10);
        setImmediate(() => {
          isLater = true;
        });
      }, true);
      expect(isLater).to.equal(false);
      onWire -= 1;
    });
    expect(seen).to.deep.equal({ acting: 1, onWire: 4 });
    expect(begun).to.deep.equal(jobs);
  });

  it('that wait on the wire keep others from it, and those that have left it do not', async () => {
    const order: string[] = [];
    await runSideBySide(['stays', 'leaves', 'third'], 1, async (job, aside) => {
      order.push(`${job} begins`);
      if (job !== 'third') await aside(() => delay(5), job === 'stays');
      order.push(`${job} ends`);
    });
    expect(order).to.deep.equal([
      ...['stays begins', 'stays ends', 'leaves begins'],
      ...['third begins', 'third ends', 'leaves ends'],
    ]);
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

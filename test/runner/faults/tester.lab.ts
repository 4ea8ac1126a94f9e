import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import type { CaseResult } from '../../../lib/verdict/result.ts';
import { expectNoneWrong, lost } from './play.ts';

// A few of each state; the engine loads the suites, this process must not: mocha would run them.
const STATES = ['established', 'fin-wait-1', 'fin-wait-2', 'close-wait', 'closing', 'last-ack', 'time-wait'];
const CASES = STATES.flatMap((state) =>
  ['ack.beyond-snd-nxt', 'rst.one-before', 'ack.at-right-edge'].flatMap((stimulus) =>
    ([4, 6] as const).map((family) => ({ id: `${state}.${stimulus}`, family })),
  ),
);
const settings = settingsFrom({ SEGMENT_ARRIVES_SEED: '793', SEGMENT_ARRIVES_PARALLEL: '12' });

interface Outcome {
  readonly results: readonly CaseResult[];
  /** Why the other cases have none. */
  readonly reasons: readonly string[];
}

/** Runs some cases in an engine of their own. Something happens to its process after the first result. */
async function run(happens?: (pid: number) => unknown, mostMissing?: number): Promise<Outcome> {
  const session = await Session.open(settings, mostMissing === undefined ? {} : { mostMissing });
  try {
    session.request(CASES);
    const all = CASES.map(({ id, family }) => session.result(id, family));
    await Promise.race(all);
    await happens?.(session.pid as number);
    const settled = await Promise.allSettled(all);
    return {
      results: settled.flatMap((one) => (one.status === 'fulfilled' ? [{ ...one.value, records: [] }] : [])),
      reasons: settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : [])),
    };
  } finally {
    await session.close();
  }
}

describe('faults of the tester', () => {
  let clean: readonly CaseResult[];

  before(async function () {
    this.timeout(1_200_000);
    clean = (await run()).results;
  });

  it('stopped for two seconds: nothing that was late is taken for silence', async function () {
    this.timeout(1_200_000);
    const { results, reasons } = await run(async (pid) => {
      await delay(500);
      process.kill(pid, 'SIGSTOP');
      await delay(2000);
      process.kill(pid, 'SIGCONT');
    });
    expect(reasons).to.deep.equal([]);
    expectNoneWrong({ clean, disturbed: results });
    expect(lost({ clean, disturbed: results })).to.deep.equal([]);
  });

  it('killed: results are kept, and the rest is told why there is none', async function () {
    this.timeout(1_200_000);
    const { results, reasons } = await run((pid) => process.kill(pid, 'SIGKILL'));
    expect(results).to.have.length.within(1, clean.length - 1);
    expect(results.length + reasons.length).to.equal(clean.length);
    expect(new Set(reasons)).to.deep.equal(
      new Set(['the engine was ended by SIGKILL before the case was run']),
    );
  });

  it('gone just before it is told to stop: the session ends all the same', async function () {
    this.timeout(1_200_000);
    const session = await Session.open(settings);
    process.kill(session.pid as number, 'SIGKILL');
    // The pipe is closed while this process sleeps, so it does not know that when it sends the message.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await session.close();
  });

  it('stuck: it is given up after a while without a sign of life', async function () {
    this.timeout(1_200_000);
    const { results, reasons } = await run((pid) => process.kill(pid, 'SIGSTOP'), 3);
    expect(results).to.have.length.within(1, clean.length - 1);
    expect(results.length + reasons.length).to.equal(clean.length);
    expect(new Set(reasons)).to.deep.equal(new Set(['the engine gave no sign of life for 3 s']));
  });
});

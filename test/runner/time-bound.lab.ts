import { expect } from 'chai';
import { CASES } from '../../bench/cases.ts';
import { Session } from '../../lib/runner/session.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';
import { skipWithoutLab } from '../lab/skip.ts';

/** One case in so many, over both families. */
const EVERY = 6;
/**
 * A whole run on a faulty target may take twice the time. What is broken everywhere has to be found out first, by as many
 * cases as are on the wire at once: in a part of the catalogue that weighs more.
 */
const MOST = 4;
const MOST_INCONCLUSIVE = 0.05;

/** Faults that touch every case, each in another way. Without what the suite learns of them they take 6 to 11 times as long. */
const FAULTS = ['fin-never-again', 'fin-not-acknowledged', 'reset-twice'];

interface Ran {
  readonly milliseconds: number;
  readonly inconclusive: number;
}

/** The time of the cases, without the preflight, and the share of cases without a verdict. */
async function run(stack: string): Promise<Ran> {
  const chosen = CASES.filter((_, index) => index % EVERY === 0).flatMap(({ id, families }) =>
    families.map((family) => ({ id, family })),
  );
  const session = await Session.open(
    settingsFrom({ SEGMENT_ARRIVES_STACK: stack, SEGMENT_ARRIVES_SEED: '793' }),
  );
  const began = performance.now();
  try {
    session.request(chosen);
    const results: CaseResult[] = await Promise.all(
      chosen.map(({ id, family }) => session.result(id, family)),
    );
    const open = results.filter(({ outcome }) => outcome === 'inconclusive').length;
    return { milliseconds: performance.now() - began, inconclusive: open / results.length };
  } finally {
    await session.close();
  }
}

describe('a fault that touches everything', () => {
  before(async function () {
    this.timeout(1_200_000);
    skipWithoutLab(this);
  });

  it('does not multiply the time of a run, nor leave cases open', async function () {
    this.timeout(1_200_000);
    // All at the same time, so that each meets a machine that is as busy.
    const [healthy, ...faulty] = await Promise.all([
      run('reference:rfc9293'),
      ...FAULTS.map((fault) => run(`reference:rfc9293:${fault}`)),
    ]);
    expect(healthy.inconclusive).to.equal(0);
    for (const [index, { milliseconds, inconclusive }] of faulty.entries()) {
      expect(inconclusive, FAULTS[index]).to.be.below(MOST_INCONCLUSIVE);
      expect(milliseconds / healthy.milliseconds, FAULTS[index]).to.be.below(MOST);
    }
  });
});

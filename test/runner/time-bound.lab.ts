import { expect } from 'chai';
import { CASES } from '../../lib/catalogue/catalogue.ts';
import { skipWithoutLab } from '../lab/skip.ts';
import { Session } from '../../lib/runner/session.ts';
import { settingsFrom } from '../../lib/runner/settings.ts';
import type { CaseResult } from '../../lib/verdict/result.ts';

/** One case in so many, over both families. */
const EVERY = 6;
/**
 * What is broken everywhere has to be found out first, by as many cases as are on the wire at once: in a part of the
 * catalogue that weighs more than in all of it, where twice the time is the most.
 */
const MOST = 2.5;
const MOST_INCONCLUSIVE = 0.05;

/** Faults that touch every case, each in another way. Without what the suite has learnt of them they take 3 to 12 times as long. */
const FAULTS = [
  'outside-silent',
  'old-text-not-answered',
  'closed-silent',
  'empty-ack-one-octet-back',
  'syn-ack-never-again',
  'fin-never-again',
  'fin-not-acknowledged',
  'text-not-acknowledged',
  'reset-twice',
];

interface Ran {
  readonly milliseconds: number;
  readonly inconclusive: number;
}

/** The time of the whole run, and the share of cases without a verdict. */
async function run(stack: string): Promise<Ran> {
  const chosen = CASES.filter((_, index) => index % EVERY === 0).flatMap(({ id, families }) =>
    families.map((family) => ({ id, family })),
  );
  const began = performance.now();
  const session = await Session.open(
    settingsFrom({ SEGMENT_ARRIVES_STACK: stack, SEGMENT_ARRIVES_SEED: '793' }),
  );
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
    this.timeout(20_000);
    skipWithoutLab(this);
  });

  for (const fault of FAULTS)
    it(`does not multiply the time of a run, nor leave cases open: ${fault}`, async function () {
      this.timeout(300_000);
      // At the same time, so that both meet a machine that is as busy.
      const [healthy, faulty] = await Promise.all([
        run('reference:rfc9293'),
        run(`reference:rfc9293:${fault}`),
      ]);
      expect(healthy.inconclusive).to.equal(0);
      expect(faulty.inconclusive).to.be.below(MOST_INCONCLUSIVE);
      expect(faulty.milliseconds / healthy.milliseconds).to.be.below(MOST);
    });
});

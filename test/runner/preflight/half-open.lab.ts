import { expect } from 'chai';
import { CASES } from '../../../bench/cases.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import { type CaseResult, verdictOf } from '../../../lib/verdict/result.ts';
import { runInLab } from '../../lab/run-in-lab.ts';
import { skipWithoutLab } from '../../lab/skip.ts';
import type { Found } from './bad-path.ts';

const SCENE = new URL('bad-path.ts', import.meta.url);

const WIDTH = 128;
// Three times as many cases as the backlog holds.
const OF_SYN_RECEIVED = 24;

const told = (result: CaseResult): string => `${result.id}: ${reasonText(result, 'rfc9293')}`;

describe('a backlog of 8', function () {
  this.timeout(1_200_000);

  before(async function () {
    skipWithoutLab(this);
  });

  const OF_LIMITS = {
    'backlog-then-cookies': true,
    'backlog-then-oldest-forgotten': false,
    'backlog-then-silence': false,
  };
  for (const [limit, cookies] of Object.entries(OF_LIMITS)) {
    it(`of the reference is found, and no case blames it for what is beyond: ${limit}`, async () => {
      const settings = { SEGMENT_ARRIVES_STACK: `reference:rfc9293:${limit}`, SEGMENT_ARRIVES_FAMILY: '4' };
      const session = await Session.open(settingsFrom(settings));
      try {
        const { halfOpen } = session.target.facts;
        expect(halfOpen).to.include({ asked: WIDTH, held: 8 });
        expect((halfOpen?.cookies ?? 0) > 0).to.equal(cookies);
        const chosen = CASES.filter(({ state, origin }) => state === 'SYN-RECEIVED' && origin === 'passive')
          .slice(0, OF_SYN_RECEIVED)
          .map(({ id }) => ({ id, family: 4 }) as const);
        session.request(chosen);
        for (const { id, family } of chosen) {
          const result = await session.result(id, family);
          expect(verdictOf(result, 'rfc9293'), told(result)).to.be.oneOf(['conformant', 'permitted']);
        }
      } finally {
        await session.close();
      }
    });
  }

  it('of Linux, and SYN cookies beyond it, is found as well', async () => {
    const { facts, results } = await runInLab<Found>(SCENE, ['a backlog of 8, then SYN cookies']);
    expect(facts?.halfOpen?.held).to.be.within(6, 10);
    expect(facts?.halfOpen?.cookies).to.be.above(0);
    expect(results).to.have.length.above(20);
    // Without a TCB a reset ends nothing, and these would deviate.
    const resets = results.filter(({ id }) =>
      /^syn-received\.passive\.rst\.(at-rcv-nxt|beyond|one-before)$/.test(id),
    );
    expect(resets).to.have.length.above(1);
    for (const result of resets) expect(verdictOf(result, 'rfc9293'), told(result)).to.equal('conformant');
  });
});

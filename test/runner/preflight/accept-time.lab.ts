import { expect } from 'chai';
import { CASES } from '../../../bench/cases.ts';
import { reasonText } from '../../../lib/report/expectation.ts';
import { Session } from '../../../lib/runner/session.ts';
import { settingsFrom } from '../../../lib/runner/settings.ts';
import { type CaseResult, verdictOf } from '../../../lib/verdict/result.ts';
import { skipWithoutLab } from '../../lab/skip.ts';
import { byCapability } from '../../target/scenes/play.ts';

const told = (result: CaseResult): string => `${result.id}: ${reasonText(result, 'rfc9293')}`;

describe('a target whose user is given connections at the SYN', function () {
  this.timeout(1_200_000);

  before(async function () {
    skipWithoutLab(this);
  });

  it('is known as one, and not accused for it', async () => {
    const stack = 'reference:rfc9293:accepts-at-syn';
    const session = await Session.open(
      settingsFrom({ SEGMENT_ARRIVES_STACK: stack, SEGMENT_ARRIVES_FAMILY: '4' }),
    );
    try {
      expect(session.target.facts.acceptTime).to.equal('at the SYN');
      const chosen = CASES.filter(({ id }) =>
        /^(listen\.syn|syn-received\.passive\.(ack|rst))\./.test(id),
      ).map(({ id }) => ({ id, family: 4 }) as const);
      expect(chosen).to.have.length.above(20);
      session.request(chosen);
      // No document says how many connections its user has room for.
      const crowded = { id: 'ladder.pending.full-then-reset', family: 4 } as const;
      session.request([crowded]);
      const { id, family } = crowded;
      expect(byCapability(await session.result(id, family))).to.equal(true);
      for (const { id, family } of chosen) {
        const result = await session.result(id, family);
        expect(verdictOf(result, 'rfc9293'), told(result)).to.equal('conformant');
      }
    } finally {
      await session.close();
    }
  });
});

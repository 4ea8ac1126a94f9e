import { expect } from 'chai';
import { findScenario } from '../../lib/catalogue/catalogue.ts';
import { looksOf } from '../../lib/findings/looks.ts';
import type { Named } from '../../lib/verdict/fault.ts';
import type { CaseResult, ProfileVerdict } from '../../lib/verdict/result.ts';

const subject = findScenario('established.ack.one-before');

function effectOf(taken: Named, better: Named) {
  if (!subject) throw new Error('no case');
  const judgement = { verdict: 'permitted', taken: [{ outcome: taken, better: [better] }] } as const;
  const { id, state } = subject;
  const result = {
    ...{ id, state, family: 4, outcome: 'judged', stimulus: [], variables: {} },
    judgements: { rfc9293: judgement as unknown as ProfileVerdict },
  } as unknown as CaseResult<unknown>;
  return looksOf([result], 'rfc9293', 'permitted')[0];
}

const outcome = (then: Named['then']): Named => ({ reply: [], ...(then ? { then } : {}) });

describe('a permitted result', () => {
  it('differs by the state after where its reply is of the recommended kind', () => {
    const look = effectOf(outcome('CLOSED'), outcome('ESTABLISHED'));
    expect(look?.effect).to.deep.equal({ state: 'lost' });
    expect(look?.after).to.deep.equal({ due: 'ESTABLISHED', seen: 'CLOSED' });
  });

  it('has no known effect where reply and state are the same', () => {
    expect(effectOf(outcome('ESTABLISHED'), outcome('ESTABLISHED'))?.effect).to.deep.equal({});
  });
});

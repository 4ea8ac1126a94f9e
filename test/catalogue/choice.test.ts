import { expect } from 'chai';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { chosenBy, isTaken, matcher } from '../../lib/catalogue/choice.ts';

describe('globs over case ids', () => {
  const ids = ['established.rst.one-after', 'established.syn.old', 'syn-sent.rst.no-ack', 'listen.ack.empty'];
  const chosen = (globs: string): string[] => ids.filter(matcher(globs));

  it('match by *, by ? and exactly', () => {
    expect(chosen('established.*')).to.deep.equal(ids.slice(0, 2));
    expect(chosen('*.rst.*')).to.deep.equal([ids[0], ids[2]]);
    expect(chosen('listen.ack.empt?')).to.deep.equal([ids[3]]);
    expect(chosen('listen.ack')).to.deep.equal([]);
  });

  it('may be several, with room between them, in any case of letters', () => {
    expect(chosen(' LISTEN.* , syn-sent.*,')).to.deep.equal(ids.slice(2));
  });

  it('leave out what is named after an exclamation mark, whatever the others say', () => {
    expect(chosen('!established.*')).to.deep.equal(ids.slice(2));
    expect(chosen('established.*, !*.syn.*')).to.deep.equal([ids[0]]);
    expect(chosen('!*.rst.*,established.*')).to.deep.equal([ids[1]]);
    expect(chosen('listen.*,!listen.ack.empty')).to.deep.equal([]);
  });

  it('know no other wildcard: a dot is a dot', () => {
    expect(chosen('listen-ack.empty')).to.deep.equal([]);
    expect(chosen('listen.[a]ck.empty')).to.deep.equal([]);
    expect(chosen('')).to.deep.equal([]);
  });
});

describe('slow scenarios', () => {
  const slow = { id: 'ladder.idle.established', slow: true } as const;

  it('are taken where they are asked for and selected', () => {
    expect(isTaken({})(slow)).to.equal(false);
    expect(isTaken({ only: 'ladder.idle.*' })(slow)).to.equal(false);
    expect(isTaken({ slow: true })(slow)).to.equal(true);
    expect(isTaken({ slow: true, only: 'listen.*' })(slow)).to.equal(false);
    expect(isTaken({})({ id: slow.id })).to.equal(true);
  });

  it('are those that wait for more than ten seconds', () => {
    const waits = SCENARIOS.filter(({ steps }) =>
      steps.some((step) =>
        'wait' in step ? step.wait > 10_000 : 'expect' in step && Number(step.settled ?? 0) > 10_000,
      ),
    );
    expect(waits).not.to.have.length(0);
    for (const { id, slow } of waits) expect(slow, id).to.equal(true);
  });
});

describe('the parts of the cases', () => {
  const all = SCENARIOS.map(({ id }) => id);
  const chosen = (part: number, of: number, only?: string): string[] =>
    all.filter(chosenBy({ only, shard: { part, of } }));

  it('are all of them together, each case in one, and about as many in each', () => {
    const parts = [1, 2, 3, 4, 5].map((part) => chosen(part, 5));
    expect(parts.flat().sort()).to.deep.equal([...all].sort());
    for (const part of parts) expect(part.length).to.be.within(all.length / 6, all.length / 4);
  });

  it('follow from the id alone', () => {
    expect(chosen(2, 5, 'listen.*')).to.deep.equal(chosen(2, 5).filter((id) => id.startsWith('listen.')));
    // Of one id the part is known for good: parts that were stored go on to fit.
    expect([1, 2, 3, 4, 5].find((part) => chosenBy({ shard: { part, of: 5 } })('listen.rst.empty'))).to.equal(
      1,
    );
  });
});

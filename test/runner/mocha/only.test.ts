import { expect } from 'chai';
import { matcher } from '../../../lib/runner/mocha/only.ts';

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

  it('know no other wildcard: a dot is a dot', () => {
    expect(chosen('listen-ack.empty')).to.deep.equal([]);
    expect(chosen('listen.[a]ck.empty')).to.deep.equal([]);
    expect(chosen('')).to.deep.equal([]);
  });
});

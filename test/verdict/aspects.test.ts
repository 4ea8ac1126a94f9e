import { expect } from 'chai';
import { faultsOfAspects } from '../../lib/verdict/aspects.ts';

const observed = (...parameters: Parameters<typeof faultsOfAspects>) =>
  faultsOfAspects(...parameters).map((fault) => (fault.kind === 'aspect' ? fault.observed : fault.kind));

describe('what is asked for beside the replies', () => {
  it('the right edge of the window does not go back', () => {
    expect(observed({ edge: 'not back' }, { edges: [0, 10, 5] })).to.deep.equal([]);
    expect(observed({ edge: 'not back' }, { edges: [0, -10, -20] })).to.deep.equal(['-10']);
  });

  it('nor moves by a silly step, where that is asked for', () => {
    const seen = { edges: [0, 10, 600], leastStep: 536 };
    expect(observed({ edge: 'not back' }, seen)).to.deep.equal([]);
    expect(observed({ edge: 'no silly step' }, seen)).to.deep.equal(['10']);
    expect(observed({ edge: 'no silly step' }, { edges: [0, 600], leastStep: 536 })).to.deep.equal([]);
  });

  it('a reply comes no sooner than it may', () => {
    expect(observed({ after: 100 }, { after: 99 })).to.deep.equal(['99']);
    expect(observed({ after: 100 }, { after: 100 })).to.deep.equal([]);
  });

  it('each router takes one of the time to live, and 31 are the most', () => {
    for (const ttl of [200, 199, 169]) expect(observed({ ttl: 200 }, { ttl })).to.deep.equal([]);
    for (const ttl of [201, 168, 64]) expect(observed({ ttl: 200 }, { ttl })).to.deep.equal([String(ttl)]);
  });

  it('the Diffserv field and what the user was told are as asked, in any order', () => {
    expect(observed({ diffserv: 4 }, { diffserv: 0 })).to.deep.equal(['0']);
    expect(observed({ told: [] }, { told: ['urgent data'] })).to.deep.equal(['urgent data']);
    expect(
      observed({ told: ['connection reset', 'urgent data'] }, { told: ['urgent data', 'connection reset'] }),
    ).to.deep.equal([]);
  });

  it('what SYNs say of the target is as asked', () => {
    expect(observed({ mss: 'sent' }, { mss: 'not sent' })).to.deep.equal(['not sent']);
    expect(observed({ mss: 'sent' }, { mss: 65_530 })).to.deep.equal(['65530']);
    expect(observed({ mss: 'not sent' }, { mss: 'not sent' })).to.deep.equal([]);
    expect(observed({ ecn: 'agreed' }, { ecn: 'other bits' })).to.deep.equal(['other bits']);
    expect(observed({ iss: 'later' }, { iss: ['apart'] })).to.deep.equal(['not later']);
    expect(observed({ iss: 'apart' }, { iss: ['apart', 'later'] })).to.deep.equal([]);
  });

  it('so is a window that is scaled, if somebody can tell', () => {
    expect(observed({ window: 'not scaled' }, { window: 'scaled' })).to.deep.equal(['scaled']);
    expect(observed({ window: 'not scaled' }, { window: 'not scaled' })).to.deep.equal([]);
    expect(observed({ window: 'not scaled' }, {})).to.deep.equal([]);
  });

  it('so is the number of segments, and the answer to a call', () => {
    expect(observed({ segments: 1 }, { segments: 2 })).to.deep.equal(['2']);
    expect(observed({ segments: 1 }, { segments: 1 })).to.deep.equal([]);
    expect(observed({ answer: 'connection already exists' }, { answer: 'ok' })).to.deep.equal(['ok']);
  });

  it('what nobody has seen, or nobody asks for, is no fault', () => {
    expect(observed({ edge: 'not back', after: 1, ttl: 9, diffserv: 1, told: [] }, {})).to.deep.equal([]);
    expect(observed(undefined, { edges: [-5], ttl: 1 })).to.deep.equal([]);
  });
});

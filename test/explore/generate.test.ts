import { expect } from 'chai';
import { Generator } from '../../lib/explore/generate.ts';
import { sequenceText, waitsOf } from '../../lib/explore/sequence.ts';

const some = (seed: number, count: number): string[] => {
  const generator = new Generator(seed, 4);
  return Array.from({ length: count }, () => sequenceText(generator.next()));
};

describe('generated sequences', () => {
  it('are the same for the same seed, in the same order', () => {
    expect(some(7, 200)).to.deep.equal(some(7, 200));
  });

  it('are others for another seed', () => {
    expect(some(7, 20)).not.to.deep.equal(some(8, 20));
  });

  it('begin in every state, and have 1 to 12 steps', () => {
    const generator = new Generator(1, 4);
    const all = Array.from({ length: 1000 }, () => generator.next());
    expect(new Set(all.map(({ place }) => place.state))).to.have.property('size', 11);
    for (const { steps } of all) expect(steps.length).to.be.within(1, 12);
  });

  it('wait for timers in one of 80', () => {
    const generator = new Generator(1, 4);
    const waits = Array.from({ length: 800 }, () => waitsOf(generator.next())).filter((wait) => wait > 1000);
    expect(waits).to.have.length(10);
  });

  it('have no IPv4 conditions over IPv6', () => {
    const generator = new Generator(1, 6);
    const conditions = Array.from({ length: 2000 }, () => generator.next().place.conditions).flat();
    expect(conditions).to.include('timestamps').and.not.include('other-security');
    expect(conditions).not.to.include('ip-record-route');
  });
});

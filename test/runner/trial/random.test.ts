import { expect } from 'chai';
import { anchor, Random } from '../../../lib/runner/trial/random.ts';

const EDGES = [0, 1, 2 ** 31, 2 ** 32 - 1];

describe('random numbers', () => {
  const first = (seed: number, label: string): number[] => {
    const random = new Random(seed, label);
    return Array.from({ length: 8 }, () => random.next());
  };

  it('are the same for the same seed and label, and others for another', () => {
    expect(first(7, 'a 4')).to.deep.equal(first(7, 'a 4'));
    expect(first(8, 'a 4')).to.not.deep.equal(first(7, 'a 4'));
    expect(first(7, 'a 6')).to.not.deep.equal(first(7, 'a 4'));
  });

  it('are unsigned 32-bit, and often where sequence numbers wrap around', () => {
    const random = new Random(793, 'edges');
    const numbers = Array.from({ length: 1000 }, () => random.sequenceNumber());
    for (const number of numbers)
      expect(Number.isInteger(number) && number >= 0 && number < 2 ** 32).to.equal(true);
    expect(numbers.filter((number) => EDGES.includes(number)).length).to.be.within(400, 600);
  });

  it('lie there for the same labels, whatever the seed is', () => {
    const edgesOf = (seed: number): boolean[] => {
      const random = new Random(seed, 'ladder.side-by-side.text 4');
      return Array.from({ length: 40 }, () => EDGES.includes(random.sequenceNumber()));
    };
    expect(edgesOf(2)).to.deep.equal(edgesOf(1));
    expect(new Set(edgesOf(1)).size).to.equal(2);
  });

  it('anchor neighbours at different edges, and the families at others', () => {
    const of = (index: number, family: 4 | 6): number => anchor(index, family, new Random(1, 'x'));
    expect([0, 1, 2, 3].map((index) => of(index, 4))).to.deep.equal(EDGES);
    expect(EDGES).to.not.include(of(4, 4));
    for (let index = 0; index < 10; index += 1) expect(of(index, 4)).to.not.equal(of(index, 6));
  });

  it('leave out what the target does not survive', () => {
    const of = (index: number): number => anchor(index, 4, new Random(1, 'x'), [0, 1]);
    expect([0, 1].map(of)).to.deep.equal([2 ** 31, 2 ** 32 - 1]);
    expect([3, 4].map(of)).to.deep.equal([2 ** 31, 2 ** 32 - 1]);
    expect(EDGES).to.not.include(of(2));
    const random = new Random(793, 'edges');
    for (let count = 0; count < 1000; count += 1) expect(random.sequenceNumber([0, 1])).to.be.above(1);
  });
});

import { expect } from 'chai';
import { Queue } from '../../lib/runner/queue.ts';

const rest = <T>(queue: Queue<T>): T[] => {
  const taken: T[] = [];
  while (!queue.isEmpty) taken.push(queue.take() as T);
  return taken;
};

describe('a queue of jobs', () => {
  it('gives them in their order', () => {
    expect(rest(new Queue([1, 2, 3]))).to.deep.equal([1, 2, 3]);
  });

  it('lets some begin before the others', () => {
    const queue = new Queue([1, 2, 3, 4, 5, 6]);
    expect(queue.take()).to.equal(1);
    queue.bringForward((job) => job % 2 === 1);
    expect(rest(queue)).to.deep.equal([3, 5, 2, 4, 6]);
  });

  it('takes nobody back who has begun', () => {
    const queue = new Queue(['a', 'b']);
    queue.take();
    queue.bringForward((job) => job === 'a');
    expect(rest(queue)).to.deep.equal(['b']);
    expect(queue.take()).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { soonestReply } from '../../../lib/runner/preflight/soonest-reply.ts';

describe('the time within which no reply can come', () => {
  it('is at most half of the least round trip', () => {
    expect(soonestReply([40, 41, 42], 0)).to.equal(20);
  });

  it('is less where round trips differ, and where the tester was late', () => {
    expect(soonestReply([40, 41, 70], 0)).to.equal(10);
    expect(soonestReply([40, 41, 42], 30)).to.equal(8);
  });

  it('is 0 where that tells nothing', () => {
    expect(soonestReply([], 0)).to.equal(0);
    expect(soonestReply([10, 50], 0)).to.equal(0);
    expect(soonestReply([40, 41, 42], 100)).to.equal(0);
  });
});

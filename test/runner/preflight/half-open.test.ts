import { expect } from 'chai';
import { type HalfOpen, usesCookiesOnly, widthWithin } from '../../../lib/runner/preflight/half-open.ts';

const WIDTH = 64;
const found = (held: number, cookies = 0): HalfOpen => ({
  ...{ asked: WIDTH, held, cookies },
  synAckRetransmission: 1000,
});

describe('the width within a backlog', () => {
  it('is what was asked for where the target remembers every half-open connection', () => {
    expect(widthWithin(WIDTH, found(WIDTH))).to.equal(WIDTH);
  });

  it('leaves room beside the cases in a backlog that was found, and is at least one', () => {
    expect(widthWithin(WIDTH, found(8, 56))).to.equal(6);
    expect(widthWithin(WIDTH, found(1))).to.equal(1);
    expect(widthWithin(4, found(8))).to.equal(4);
  });

  it('does not matter where the target never has a TCB in SYN-RECEIVED', () => {
    expect(usesCookiesOnly(found(0, WIDTH))).to.equal(true);
    expect(widthWithin(WIDTH, found(0, WIDTH))).to.equal(WIDTH);
    expect(usesCookiesOnly(found(8, 56))).to.equal(false);
  });
});

import { expect } from 'chai';
import { bearable } from '../../../lib/runner/preflight/preflight.ts';

const limits = (asked: number, answered: number) => ({
  perConnection: { asked: 10, answered: 10 },
  hostWide: { asked, answered },
});

describe('the number of cases at a time', () => {
  it('is lowered by a limit of the target', () => {
    expect(bearable(64, undefined, limits(64, 64))).to.equal(64);
    expect(bearable(64, { resetsAtOnce: 20 }, limits(64, 64))).to.equal(5);
    expect(bearable(64, { resetsAtOnce: 40, keepsUp: true }, limits(64, 64))).to.equal(20);
    expect(bearable(64, undefined, limits(64, 20))).to.equal(5);
  });

  it('is not lowered for a target that answers no probe at all: that is no limit', () => {
    expect(bearable(64, undefined, limits(64, 0))).to.equal(64);
    expect(bearable(16, undefined, undefined)).to.equal(16);
  });
});

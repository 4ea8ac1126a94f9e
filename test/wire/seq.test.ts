import { expect } from 'chai';
import fc from 'fast-check';
import { add, geq, gt, leq, lt, SEQUENCE_SPACE, sub, within } from '../../lib/wire/seq.ts';
import { sequenceNumbers } from '../notation/arbitraries.ts';

const HALF = SEQUENCE_SPACE / 2;
const LAST = SEQUENCE_SPACE - 1;
/** A distance by which one number still follows another. */
const steps = fc.oneof(fc.integer({ min: 1, max: HALF - 1 }), fc.constantFrom(1, HALF - 1));

describe('wire: sequence numbers', () => {
  it('wraps', () => {
    expect(add(LAST, 1)).to.equal(0);
    expect(sub(0, 1)).to.equal(LAST);
    expect(add(0, -SEQUENCE_SPACE * 3 - 1)).to.equal(LAST);
    expect(lt(LAST, 0)).to.equal(true);
    expect(gt(0, LAST)).to.equal(true);
    expect(lt(0, LAST)).to.equal(false);
  });

  it('undoes an addition by a subtraction', () => {
    fc.assert(
      fc.property(sequenceNumbers, sequenceNumbers, (a, b) => {
        expect(sub(add(a, b), b)).to.equal(a);
        expect(add(sub(a, b), b)).to.equal(a);
        expect(add(a, b)).to.equal(add(b, a)).and.to.be.within(0, LAST);
      }),
    );
  });

  it('orders a number before those less than half of the space ahead', () => {
    fc.assert(
      fc.property(sequenceNumbers, steps, (a, step) => {
        const b = add(a, step);
        expect([lt(a, b), leq(a, b), gt(b, a), geq(b, a)]).to.deep.equal([true, true, true, true]);
        expect([lt(b, a), leq(b, a), gt(a, b), geq(a, b)]).to.deep.equal([false, false, false, false]);
      }),
    );
  });

  it('orders no number before itself, nor the two that are half of the space apart', () => {
    fc.assert(
      fc.property(sequenceNumbers, (a) => {
        expect([lt(a, a), gt(a, a), leq(a, a), geq(a, a)]).to.deep.equal([false, false, true, true]);
        const opposite = add(a, HALF);
        expect([lt(a, opposite), lt(opposite, a)]).to.deep.equal([false, false]);
      }),
    );
  });

  it('orders the same wherever the two numbers lie', () => {
    fc.assert(
      fc.property(sequenceNumbers, sequenceNumbers, sequenceNumbers, (a, b, shift) => {
        expect(lt(add(a, shift), add(b, shift))).to.equal(lt(a, b));
      }),
    );
  });

  it('holds a window of its size, from its left edge', () => {
    fc.assert(
      fc.property(sequenceNumbers, fc.integer({ min: 1, max: LAST }), (left, size) => {
        expect(within(left, left, size)).to.equal(true);
        expect(within(add(left, size - 1), left, size)).to.equal(true);
        expect(within(add(left, size), left, size)).to.equal(false);
        expect(within(sub(left, 1), left, size)).to.equal(false);
        expect(within(left, left, 0)).to.equal(false);
      }),
    );
  });
});

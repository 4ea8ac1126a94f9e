import { expect } from 'chai';
import { scriptedUpperTester } from './scripted-upper-tester.ts';

describe('whether the upper tester has taken all text', () => {
  it('is asked for all that ask meanwhile, and anew for each that asks later', async () => {
    let asked = 0;
    const { driver, end } = await scriptedUpperTester((name) => {
      if (name === 'GET_VERSION') asked += 1;
    });
    try {
      const before = asked;
      const first = driver.userHasRead();
      const askedBy: number[] = [];
      const others = Array.from({ length: 50 }, () => driver.userHasRead().then(() => askedBy.push(asked)));
      await first;
      expect(asked - before).to.be.within(2, 3);
      await Promise.all(others);
      // Two answers that were asked for after they did.
      expect(asked - before).to.equal(4);
      expect(new Set(askedBy)).to.deep.equal(new Set([before + 4]));
      await driver.userHasRead();
      expect(asked - before).to.equal(6);
    } finally {
      await end();
    }
  });
});

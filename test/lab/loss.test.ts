import { expect } from 'chai';
import { lossRules } from '../../lib/lab/namespaces/loss.ts';

const numbers = (rules: string): string[] => /\{ ([\d, ]+) \}/.exec(rules)?.[1]?.split(', ') ?? [];

describe('link loss', () => {
  it('draws as many packets as the percentage says, each once', () => {
    for (const percent of [0.01, 1, 5, 50, 99.99]) {
      const { toTester, toTarget } = lossRules('lab0', { percent, seed: 793 });
      for (const rules of [toTester, toTarget]) {
        expect(numbers(rules)).to.have.lengthOf(Math.round(percent * 100));
        expect(new Set(numbers(rules)).size).to.equal(numbers(rules).length);
      }
    }
  });

  it('is the same for the same seed, and another for another or the other direction', () => {
    const rules = (seed: number) => lossRules('lab0', { percent: 5, seed });
    expect(rules(1)).to.deep.equal(rules(1));
    expect(rules(1).toTester).not.to.equal(rules(2).toTester);
    expect(rules(1).toTester).not.to.equal(rules(1).toTarget);
  });

  it('refuses what is no percentage', () => {
    for (const percent of [-1, 101, Number.NaN]) {
      expect(() => lossRules('lab0', { percent, seed: 1 })).to.throw(RangeError);
    }
  });
});

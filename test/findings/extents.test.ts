import { expect } from 'chai';
import { extentsOf } from '../../lib/findings/extents.ts';
import type { Look } from '../../lib/findings/looks.ts';
import type { Trait } from '../../lib/findings/traits.ts';

const look = (...traits: Trait[]): Look => ({
  ...{ id: traits.join(), state: 'ESTABLISHED', families: [4], traits, rules: [], marks: new Set(traits) },
});

/** The traits of each extent, with how many failed and passed results it has. */
const told = (failed: readonly Look[], passed: readonly Look[]): Record<string, string> =>
  Object.fromEntries(
    extentsOf(failed, passed).map(({ where, ...own }) => [
      where.join(' and '),
      `${own.failed.size} failed, ${own.passed.size} passed`,
    ]),
  );

describe('sets of traits', () => {
  it('are told with the results that have all of them', () => {
    const failed = [look('FIN', 'ACK'), look('FIN', 'text')];
    const passed = [look('FIN'), look('ACK', 'FIN'), look('ACK')];
    expect(told(failed, passed)).to.deep.equal({
      '': '2 failed, 3 passed',
      FIN: '2 failed, 2 passed',
      ACK: '1 failed, 2 passed',
      text: '1 failed, 0 passed',
      'FIN and ACK': '1 failed, 1 passed',
    });
  });

  it('count once for the same results: the one with the fewest traits', () => {
    const failed = [look('FIN', 'ACK', 'text'), look('FIN', 'ACK', 'text')];
    const passed = [look('FIN'), look('ACK', 'FIN')];
    expect(told(failed, passed)).to.deep.equal({
      '': '2 failed, 2 passed',
      ACK: '2 failed, 1 passed',
      text: '2 failed, 0 passed',
    });
  });

  it('keep apart what more than 32 results tell apart', () => {
    const failed = Array.from({ length: 40 }, (_, at) => look(at < 33 ? 'FIN' : 'ACK'));
    expect(told(failed, [look('FIN', 'ACK')])).to.deep.equal({
      '': '40 failed, 1 passed',
      ACK: '7 failed, 1 passed',
      FIN: '33 failed, 1 passed',
    });
  });
});

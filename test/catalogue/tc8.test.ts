import { expect } from 'chai';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { matcher } from '../../lib/catalogue/choice.ts';
import { TC8_GROUPS, tc8Tests } from '../../lib/catalogue/tc8.ts';

describe('the groups of TC8', () => {
  it('hold its 116 TCP tests, each once', () => {
    const ids = TC8_GROUPS.flatMap(({ group, numbers }) => numbers.map((number) => `${group}_${number}`));
    expect(ids).to.have.length(116);
    expect(new Set(ids)).to.have.property('size', 116);
  });

  it('name cases of the catalogue by every glob', () => {
    for (const { group, cases: ofGroup, own = [] } of TC8_GROUPS) {
      const cases = [...ofGroup, ...own.flatMap((test) => ('cases' in test ? test.cases : []))];
      expect(cases, group).not.to.have.length(0);
      for (const glob of cases)
        expect(
          SCENARIOS.some(({ id }) => matcher(glob)(id)),
          `${group}: ${glob}`,
        ).to.equal(true);
    }
  });

  it('have cases for at least 104 tests, or say why not; an entry is of a test that exists', () => {
    const tests = TC8_GROUPS.flatMap(tc8Tests);
    expect(tests.filter((test) => 'cases' in test).length).to.be.at.least(104);
    for (const test of tests)
      if ('without' in test) expect(test.without, test.id).to.match(/^[a-z].{20,}[^.]$/);
    for (const { group, numbers, own = [] } of TC8_GROUPS)
      for (const { number } of own) expect(numbers, group).to.include(number);
  });
});

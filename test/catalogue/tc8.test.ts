import { expect } from 'chai';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { TC8_GROUPS } from '../../lib/catalogue/tc8.ts';
import { matcher } from '../../lib/catalogue/choice.ts';

describe('the groups of TC8', () => {
  it('hold its 116 TCP tests, each once', () => {
    const ids = TC8_GROUPS.flatMap(({ group, numbers }) => numbers.map((number) => `${group}_${number}`));
    expect(ids).to.have.length(116);
    expect(new Set(ids)).to.have.property('size', 116);
  });

  it('name cases of the catalogue by every glob', () => {
    for (const { group, cases } of TC8_GROUPS) {
      expect(cases, group).not.to.have.length(0);
      for (const glob of cases)
        expect(
          SCENARIOS.some(({ id }) => matcher(glob)(id)),
          `${group}: ${glob}`,
        ).to.equal(true);
    }
  });
});

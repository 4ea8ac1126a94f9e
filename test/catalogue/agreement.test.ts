import { expect } from 'chai';
import { SCENARIOS } from '../../lib/catalogue/catalogue.ts';
import { STATES } from '../../lib/standard/state.ts';
import { disagreements } from './agreement/disagreement.ts';

describe('the scenarios and the executable specification agree', () => {
  for (const state of STATES)
    it(`in ${state}`, () => {
      const own = SCENARIOS.filter((subject) => subject.state === state);
      expect(own).not.to.have.length(0);
      const found = own.flatMap(disagreements);
      expect(found, found.join('\n')).to.have.length(0);
    });
});

import { expect } from 'chai';
import type { Case } from '../../lib/catalogue/case.ts';
import { STATES } from '../../lib/standard/state.ts';
import { allCases } from '../suites/catalogue.ts';
import { disagreements } from './agreement/disagreement.ts';

describe('the cases and the model of SEGMENT ARRIVES agree', () => {
  let cases: readonly Case[] = [];

  before(async () => {
    cases = await allCases();
  });

  for (const state of STATES)
    it(`in ${state}`, () => {
      const own = cases.filter((subject) => subject.state === state);
      expect(own).not.to.have.length(0);
      const found = own.flatMap(disagreements);
      expect(found, found.join('\n')).to.have.length(0);
    });
});

import { expect } from 'chai';
import { sequenceText } from '../../lib/explore/sequence.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { explored } from './explored.ts';

const SOME = 300;

describe('exploration of a TCP that conforms', function () {
  this.timeout(300_000);

  for (const profile of PROFILES) {
    it(`finds nothing, under ${profile}`, async () => {
      const { findings, outcomes } = await explored(profile, {}, { sequences: SOME });
      expect(findings.map(({ sequence }) => sequenceText(sequence))).to.deep.equal([]);
      expect(outcomes.explained).to.be.greaterThan(SOME * 0.9);
    });
  }
});

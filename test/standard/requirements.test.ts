import { expect } from 'chai';
import {
  ANCHORS,
  isRequirement,
  NUMBERED,
  REQUIREMENTS,
  requirement,
} from '../../lib/standard/requirements.ts';

describe('requirements', () => {
  it('lists the numbered requirements of RFC 9293 appendix B', () => {
    const count = (prefix: string) => NUMBERED.filter(({ id }) => id.startsWith(`${prefix}-`)).length;
    expect([count('MUST'), count('SHLD'), count('MAY'), count('REC')]).to.deep.equal([69, 31, 18, 1]);
  });

  it('gives the rules without a number an anchor of their own', () => {
    for (const id of [
      '3.5.2 group 3',
      '3.10.7.1',
      '3.10.7.2 fourth',
      '3.10.7.4 eighth',
      'RFC 5961 5.2',
      'A.1.2',
    ])
      expect(ANCHORS.map((anchor) => anchor.id)).to.include(id);
  });

  it('names each of them once', () => {
    expect(new Set(REQUIREMENTS.map(({ id }) => id)).size).to.equal(REQUIREMENTS.length);
  });

  it('finds one by its id', () => {
    expect(isRequirement('MUST-66')).to.equal(true);
    expect(isRequirement('MUST-70')).to.equal(false);
    expect(requirement('RFC 5961 3.2')?.section).to.equal('RFC 5961 3.2');
    expect(requirement('constructor')).to.equal(undefined);
  });
});

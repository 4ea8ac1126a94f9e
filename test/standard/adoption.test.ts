import { expect } from 'chai';
import { ADOPTIONS, adoptionNamed, choiceText, counts } from '../../lib/standard/adoption.ts';

describe('the checks of RFC 5961', () => {
  it('can be adopted in eight ways, each of which has a name', () => {
    const names = ['none', 'rst', 'syn', 'ack', 'rst+syn', 'rst+ack', 'syn+ack', 'rst+syn+ack'];
    expect(names.map(adoptionNamed)).to.have.deep.members([...ADOPTIONS]);
    expect(new Set(ADOPTIONS.map((one) => JSON.stringify(one))).size).to.equal(8);
    for (const name of ['', 'fin', 'rst+', 'none+rst']) expect(adoptionNamed(name), name).to.equal(undefined);
  });

  it('count for a target by its own choice, and either way where that is not known', () => {
    const challenged = { when: { check: 'syn', adopted: true } } as const;
    expect(counts(challenged, { rst: false, syn: true })).to.equal(true);
    expect(counts(challenged, { rst: true, syn: false })).to.equal(false);
    expect(counts(challenged, { rst: false, ack: false })).to.equal(true);
    expect(counts({}, { rst: false, syn: false, ack: false })).to.equal(true);
    expect(choiceText(challenged.when)).to.equal('RFC 5961 4.2 (SYN) adopted');
  });
});

import { expect } from 'chai';
import { CONDITION_IDS, conditionText, demandsOf, familiesOf } from '../../lib/catalogue/conditions.ts';

describe('conditions', () => {
  it('ask for everything that each of them asks for', () => {
    const demands = demandsOf(['timestamps', 'text-in-flight', 'wrong-checksum']);
    expect(demands).to.deep.equal({
      user: { sends: 3000 },
      syn: { timestamps: true },
      packet: { checksum: 'wrong' },
    });
    expect(demandsOf(['zero-window']).window).to.equal('zero');
    expect(demandsOf()).to.deep.equal({ user: {}, syn: {}, packet: {} });
  });

  it('are expressed by the families that can express all of them', () => {
    expect(familiesOf([])).to.deep.equal([4, 6]);
    expect(familiesOf(['timestamps', 'other-security'])).to.deep.equal([4]);
  });

  it('are told by their texts', () => {
    for (const condition of CONDITION_IDS) expect(conditionText([condition])).to.be.a('string');
    expect(conditionText([])).to.equal(undefined);
  });
});

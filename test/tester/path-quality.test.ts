import { expect } from 'chai';
import { PathQuality } from '../../lib/tester/index.ts';

describe('the quality of a path', () => {
  it('asks for one observation where nothing was disturbed, or next to nothing', () => {
    const path = new PathQuality();
    expect([path.disturbed, path.lead, path.rate]).to.deep.equal([false, 1, 0]);
    path.recordProbes(1000, { lost: 1, doubled: 1 });
    expect([path.disturbed, path.lead]).to.deep.equal([false, 1]);
  });

  it('asks for the more observations, the more is disturbed', () => {
    const leads = [0.002, 0.02, 0.1, 0.3].map((rate) => {
      const path = new PathQuality();
      path.recordProbes(10_000, { lost: 10_000 * rate });
      return path.lead;
    });
    expect(leads).to.deep.equal([3, 4, 6, 6]);
  });

  it('learns of losses, which answers tell, apart from what only probes tell', () => {
    const path = new PathQuality();
    path.recordProbes(100, { doubled: 2, reordered: 1 });
    path.recordAnswers(900, 9);
    expect(path.rate).to.be.closeTo(0.009 + 0.03, 1e-9);
    expect(String(path)).to.equal('0.9 lost, 2 doubled, 1 out of order');
    expect(path.disturbed).to.equal(true);
  });
});

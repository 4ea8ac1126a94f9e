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
    path.recordAnswers('SYN', 900, 9);
    expect(path.rate).to.be.closeTo(0.009 + 0.03, 1e-9);
    expect(path.percent()).to.deep.equal({ lost: 0.9, doubled: 2, reordered: 1 });
    expect(path.disturbed).to.equal(true);
  });

  it('takes for no loss what the target mostly leaves unanswered the first time, while other segments get through', () => {
    const path = new PathQuality();
    path.recordProbes(100);
    for (let count = 0; count < 50; count += 1) {
      path.recordAnswers('SYN', 1);
      path.recordAnswers('FIN', 1, count % 3 === 0 ? 0 : 1);
    }
    expect(path.isLeftUnanswered('FIN')).to.equal(true);
    expect(path.isLeftUnanswered('SYN')).to.equal(false);
    expect([path.disturbed, path.lead, path.rate]).to.deep.equal([false, 1, 0]);
  });

  it('takes for losses what was answered the first time now and then, or where nothing gets through better', () => {
    const path = new PathQuality();
    path.recordProbes(100);
    for (let count = 0; count < 20; count += 1) path.recordAnswers('FIN', 1, count % 3 === 0 ? 1 : 0);
    expect([path.isLeftUnanswered('FIN'), path.disturbed]).to.deep.equal([false, true]);
    const bad = new PathQuality();
    for (let count = 0; count < 20; count += 1) {
      bad.recordAnswers('SYN', 1, 1);
      bad.recordAnswers('FIN', 1, 1);
    }
    expect([bad.isLeftUnanswered('FIN'), bad.disturbed]).to.deep.equal([false, true]);
  });
});

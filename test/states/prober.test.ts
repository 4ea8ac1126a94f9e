import { expect } from 'chai';
import { isDeafIn, noteOldText } from '../../lib/states/prober.ts';
import { world } from './scripted-target.ts';

describe('whether a target answers old text', () => {
  it('is unknown until several connections have left it unanswered', () => {
    const { environment } = world();
    noteOldText(environment, 'ESTABLISHED', 'unanswered');
    noteOldText(environment, 'CLOSING', 'unanswered');
    expect(isDeafIn(environment, 'ESTABLISHED')).to.equal(false);
    noteOldText(environment, 'LAST-ACK', 'unanswered');
    expect(isDeafIn(environment, 'ESTABLISHED')).to.equal(true);
    expect(isDeafIn(world().environment, 'ESTABLISHED'), 'another target').to.equal(false);
  });

  it('is kept by state when the target answers elsewhere', () => {
    const { environment } = world();
    noteOldText(environment, 'ESTABLISHED', 'answered');
    for (let count = 0; count < 3; count += 1) noteOldText(environment, 'CLOSING', 'unanswered');
    expect(isDeafIn(environment, 'CLOSING')).to.equal(true);
    expect(isDeafIn(environment, 'ESTABLISHED')).to.equal(false);
    noteOldText(environment, 'CLOSING', 'answered');
    expect(isDeafIn(environment, 'CLOSING')).to.equal(false);
  });
});

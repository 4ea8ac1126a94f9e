import { expect } from 'chai';
import { OldTextHabit } from '../../lib/states/habits.ts';

describe('what is known of a target and old text', () => {
  it('is nothing before several connections have left it unanswered', () => {
    const habit = new OldTextHabit();
    habit.note('ESTABLISHED', 'unanswered');
    habit.note('CLOSING', 'unanswered');
    expect(habit.isDeafIn('ESTABLISHED')).to.equal(false);
    habit.note('LAST-ACK', 'unanswered');
    expect(habit.isDeafIn('ESTABLISHED')).to.equal(true);
  });

  it('is told by state, where it is answered elsewhere', () => {
    const habit = new OldTextHabit();
    habit.note('ESTABLISHED', 'answered');
    for (let count = 0; count < 3; count += 1) habit.note('CLOSING', 'unanswered');
    expect(habit.isDeafIn('CLOSING')).to.equal(true);
    expect(habit.isDeafIn('ESTABLISHED')).to.equal(false);
    habit.note('CLOSING', 'answered');
    expect(habit.isDeafIn('CLOSING')).to.equal(false);
  });
});

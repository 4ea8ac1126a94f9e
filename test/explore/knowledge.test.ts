import { expect } from 'chai';
import type { Habit } from '../../lib/explore/habits.ts';
import { Knowledge } from '../../lib/explore/knowledge.ts';
import { essenceOf } from '../../lib/explore/stimuli.ts';
import { failedAfter, PLACE } from './failed.ts';

const habit = (...stimuli: readonly string[]): Habit => ({
  stimuli,
  effect: { due: ['ACK'], seen: 'silence' },
});

describe('what is known of a target', () => {
  it('is what was known before, by its name, as often as it has come again', () => {
    const knowledge = new Knowledge([
      { name: 'one', habit: habit('first ACK') },
      { name: 'other', habit: habit('first FIN') },
    ]);
    const [known] = knowledge.causeOf(failedAfter('wait', 'first ACK')) ?? [];
    expect(known).to.include({ times: 0 });
    if (known) known.times += 2;
    expect(knowledge.accepted).to.deep.equal([{ name: 'one', times: 2 }]);
    expect(knowledge.causeOf(failedAfter('first SYN'))).to.equal(undefined);
  });

  it('counts a habit of several stimuli only where a few failures were looked at, and were of it', () => {
    const knowledge = new Knowledge([{ name: 'one', habit: habit('call SEND', 'first ACK') }]);
    const failed = failedAfter('call SEND', 'wait', 'first ACK');
    expect(knowledge.causeOf(failed)).to.equal(undefined);
    const same = knowledge.sameAs(habit('call SEND', 'first ACK'), { place: PLACE, steps: [] });
    expect(same).not.to.equal(undefined);
    if (same) same.looks = 3;
    expect(knowledge.causeOf(failed)?.[0]).to.equal(same);
  });

  it('gives up what no scenario shows after three looks, and nothing else with it', () => {
    const knowledge = new Knowledge([]);
    const failed = failedAfter('call SEND', 'first ACK');
    for (const isOver of [false, false, false, true]) {
      expect(knowledge.isElusive(failed)).to.equal(isOver);
      knowledge.noteElusive(failed);
    }
    expect(knowledge.isElusive(failedAfter('first ACK'))).to.equal(false);
  });
});

describe('what a stimulus is to the specification', () => {
  const same = (one: string, other: string): boolean => essenceOf(one) === essenceOf(other);

  it('does not depend on how much text there is, nor on the window that the peer offers', () => {
    expect(same('fifth no flags left edge octet', 'fifth no flags left edge text')).to.equal(true);
    expect(same('eighth FIN,ACK left edge all closed', 'eighth FIN,ACK left edge all')).to.equal(true);
    expect(same('fifth ACK left edge all', 'seventh ACK left edge all text')).to.equal(false);
  });

  it('does not depend on the acknowledgment, nor on URG, where the step does not look at them', () => {
    expect(same('first ACK right edge all', 'first ACK,URG right edge nothing new')).to.equal(true);
    expect(same('fourth SYN,ACK inside old', 'fourth SYN,ACK inside all')).to.equal(true);
    expect(same('fifth ACK left edge old', 'fifth ACK left edge all')).to.equal(false);
    expect(same('sixth ACK,URG left edge all', 'fifth ACK left edge all')).to.equal(false);
  });

  it('is for a reset outside the window where it lies', () => {
    expect(same('first RST before', 'first FIN,RST,ACK before all octet')).to.equal(true);
    expect(same('first RST before', 'first RST right edge')).to.equal(false);
    expect(same('second RST inside', 'second RST left edge')).to.equal(false);
  });

  it('is the whole of it where no segment comes', () => {
    for (const one of ['call CLOSE', 'wait', 'ICMP port unreachable', 'elsewhere first RST before'])
      expect(essenceOf(one)).to.equal(one);
  });
});

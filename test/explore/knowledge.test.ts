import { expect } from 'chai';
import type { Failed } from '../../lib/explore/cause.ts';
import type { Habit } from '../../lib/explore/habits.ts';
import { Knowledge } from '../../lib/explore/knowledge.ts';
import { modelOf, tcbIn } from '../../lib/explore/model.ts';
import { beginning, type Terms } from '../../lib/explore/oracle/world.ts';
import type { TracedStep } from '../../lib/explore/played.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';

const PLACE = { state: 'ESTABLISHED', conditions: [] } as const;
const WORLDS = beginning(tcbIn(PLACE, modelOf(PLACE), 536), [ALL_CHECKS], true);

/** Silence where an ACK is due, after these stimuli. */
const failedAfter = (...stimuli: readonly string[]): Failed => {
  const due = WORLDS.map((world) => ({
    ...world,
    due: [
      {
        ...{ seq: world.tcb.sndNxt, ack: world.tcb.rcvNxt, ctl: new Set(['ACK'] as const), data: 0, urg: 0 },
        ...{ wnd: 0, security: 0, precedence: 0, checksumValid: true, unicast: true },
      },
    ],
  }));
  const steps = stimuli.map(
    (stimulus): TracedStep => ({ stimulus, variables: {}, events: [], seen: [], isThrottled: false }),
  );
  const failure = { step: steps.length - 1, seen: [], kind: 'silence', worlds: due, before: WORLDS } as const;
  const terms: Terms = {
    ...{ profile: 'rfc9293', isListening: false, longestDelay: 500, unsaidMss: 536 },
    timeWait: { atLeast: 0, atMost: 0 },
  };
  return { trace: { worlds: WORLDS, terms, steps }, failure };
};

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

import { expect } from 'chai';
import { hasDoubles, sortReplies } from '../../lib/states/index.ts';
import type { Entry } from '../../lib/tester/index.ts';
import { segment } from '../tester/memory-link.ts';

const entry = (notation: string, at = 0, from: Entry['from'] = 'target'): Entry => ({
  ...{ from, at, peerPort: 80, packet: new Uint8Array() },
  segment: segment(notation),
});
const seen = (entries: readonly Entry[]): number[] => entries.map(({ at }) => at);

describe('replies are told from what the target sends anyway', () => {
  const fin = '<SEQ=10><ACK=1><CTL=FIN,ACK>';
  const ack = '<SEQ=11><ACK=2><CTL=ACK><WND=100>';

  it('takes a FIN, text or SYN,ACK that was sent before for a retransmission', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    const text = '<SEQ=10><ACK=1><CTL=ACK,PSH><DATA=20>';
    for (const one of [fin, synAck, text]) {
      const { replies, retransmissions } = sortReplies([entry(one)], [entry(one, 1), entry(ack, 2)]);
      expect([seen(retransmissions), seen(replies)]).to.deep.equal([[1], [2]]);
    }
  });

  it('sets text apart that the application sends by itself', () => {
    const texts = ['<SEQ=11><ACK=2><CTL=ACK,PSH><DATA=20>', '<SEQ=31><ACK=2><CTL=ACK,PSH><DATA=20>'];
    const later = [entry(ack, 1), ...texts.map((text, index) => entry(text, 2 + index))];
    expect(seen(sortReplies([], later, { greets: true }).replies)).to.deep.equal([1]);
    expect(seen(sortReplies([], later, { greets: true }).retransmissions)).to.deep.equal([2, 3]);
    expect(seen(sortReplies([], later).replies)).to.deep.equal([1, 2, 3]);
    const early = entry('<SEQ=11><CTL=PSH><DATA=20>');
    expect(sortReplies([], [early], { greets: true }).replies, 'before it is established').to.have.length(1);
  });

  it('knows a SYN,ACK or a FIN that came again sooner than its timer can fire', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    const timers = { synAckAgain: 1000, otherAgain: 1000 };
    for (const one of [fin, synAck]) {
      const provoked = (at: number, repetition = {}): number[] =>
        seen(sortReplies([entry(one)], [entry(one, at)], { ...timers, ...repetition }).provoked);
      expect(provoked(200)).to.deep.equal([200]);
      expect(provoked(300), 'a timer that was read late').to.deep.equal([]);
      expect(provoked(200, { doubled: 30 }), 'a path that doubles').to.deep.equal([]);
      const twice = sortReplies([entry(one)], [entry(one, 1000), entry(one, 1001)], timers);
      expect([seen(twice.provoked), seen(twice.retransmissions)]).to.deep.equal([[1001], [1000, 1001]]);
    }
    const text = '<SEQ=10><ACK=1><CTL=ACK,PSH><DATA=20>';
    expect(
      sortReplies([entry(text)], [entry(text, 1)], timers).provoked,
      'text has quicker timers',
    ).to.deep.equal([]);
    expect(sortReplies([entry(fin)], [entry(fin, 1)]).provoked, 'no timer is known').to.deep.equal([]);
  });

  it('cannot tell, where the stimulus came so late that the timer may have sent what came back', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    for (const one of [fin, synAck]) {
      const again = (at: number, stimulusAt: number) =>
        sortReplies([entry(one)], [entry(one, at)], { synAckAgain: 1000, otherAgain: 1000, stimulusAt });
      for (const at of [301, 1000])
        expect(seen(again(at, at - 1).ambiguous), `came at ${at}`).to.deep.equal([at]);
      expect(again(301, 300).provoked).to.deep.equal([]);
      expect(again(1000, 700).ambiguous, 'late, but no answer takes that long').to.deep.equal([]);
      expect(again(1000, 1).ambiguous, 'in time: its timer').to.deep.equal([]);
      expect(seen(again(201, 200).provoked), 'in time: its answer').to.deep.equal([201]);
    }
    expect(
      sortReplies([entry(fin)], [entry(ack, 301)], { otherAgain: 1000, stimulusAt: 300 }).ambiguous,
    ).to.deep.equal([]);
  });

  it('allows for a tester that was late, where the timer is slow enough for that', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    const ambiguous = (one: string, lag: number) =>
      seen(
        sortReplies([entry(one)], [entry(one, 400)], {
          ...{ synAckAgain: 1000, otherAgain: 1000, stimulusAt: 100, lag },
        }).ambiguous,
      );
    expect(ambiguous(synAck, 0)).to.deep.equal([]);
    expect(ambiguous(synAck, 150)).to.deep.equal([400]);
    expect(ambiguous(fin, 150)).to.deep.equal([]);
  });

  it('knows that the timer of a SYN,ACK may run since the SYN that has crossed', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    const [before, timers] = [[entry('<SEQ=9><CTL=SYN>')], { synAckAgain: 1000 }];
    const late = sortReplies(before, [entry(synAck, 801), entry(synAck, 1000)], {
      ...timers,
      stimulusAt: 800,
    });
    expect([seen(late.replies), seen(late.ambiguous)]).to.deep.equal([[801], [1000]]);
    const twice = sortReplies(before, [entry(synAck, 2), entry(synAck, 3)], { ...timers, stimulusAt: 1 });
    expect([seen(twice.replies), seen(twice.ambiguous)]).to.deep.equal([[2, 3], []]);
    const crossed = [...before, entry(synAck, 790)];
    const again = sortReplies(crossed, [entry(synAck, 1000)], { ...timers, stimulusAt: 800 });
    expect([seen(again.provoked), seen(again.ambiguous)]).to.deep.equal([[], [1000]]);
  });

  it('takes a part of what was sent for a retransmission, and more than that for a reply', () => {
    const before = [entry('<SEQ=10><ACK=1><CTL=ACK><DATA=20>')];
    expect(sortReplies(before, [entry('<SEQ=10><ACK=1><CTL=ACK><DATA=5>')]).retransmissions).to.have.length(
      1,
    );
    expect(sortReplies(before, [entry('<SEQ=10><ACK=1><CTL=ACK><DATA=21>')]).replies).to.have.length(1);
    expect(sortReplies(before, [entry('<SEQ=10><ACK=1><CTL=FIN,ACK><DATA=20>')]).replies).to.have.length(1);
  });

  it('never takes an empty ACK or a reset for one: they take no sequence space', () => {
    for (const one of [ack, '<SEQ=11><CTL=RST>']) {
      expect(sortReplies([entry(one)], [entry(one, 1)]).replies).to.have.length(1);
    }
  });

  it('takes the SYN,ACK after a SYN for an answer', () => {
    const { replies } = sortReplies([entry('<SEQ=9><CTL=SYN>')], [entry('<SEQ=9><ACK=5><CTL=SYN,ACK>')]);
    expect(replies).to.have.length(1);
  });

  it('knows an update of the window', () => {
    const update = ack.replace('100', '200');
    expect(seen(sortReplies([], [entry(ack, 1), entry(update, 2)]).windowUpdates)).to.deep.equal([2]);
    expect(seen(sortReplies([], [entry(update, 1), entry(ack, 2)]).replies), 'it only grows').to.deep.equal([
      1, 2,
    ]);
  });

  it('takes nothing for a reply that came sooner after the stimulus than any answer can', () => {
    const timers = { synAckAgain: 1000, otherAgain: 1000, stimulusAt: 100, soonestReply: 10 };
    const sorted = sortReplies([], [entry(ack, 109), entry(ack, 110)], timers);
    expect([seen(sorted.tooSoon), seen(sorted.replies)]).to.deep.equal([[109], [110]]);
    const again = sortReplies([entry(fin, 90)], [entry(fin, 105)], timers);
    expect([seen(again.tooSoon), seen(again.provoked), seen(again.retransmissions)]).to.deep.equal([
      [105],
      [],
      [],
    ]);
    expect(
      seen(sortReplies([], [entry(ack, 109)], { stimulusAt: 100 }).replies),
      'not measured',
    ).to.deep.equal([109]);
  });

  it('leaves out what the tester sent', () => {
    expect(sortReplies([], [entry(ack, 1, 'tester')]).replies).to.deep.equal([]);
  });

  it('counts two replies where there are two', () => {
    expect(sortReplies([], [entry(ack, 1), entry(ack, 2)]).replies).to.have.length(2);
  });

  it('may blame the path for the second of two that came together, but not for one that came later', () => {
    const sorted = sortReplies([], [entry(ack, 1), entry(ack, 20), entry(ack, 100)], { doubled: 30 });
    expect([seen(sorted.replies), seen(sorted.doubles)]).to.deep.equal([[1, 100], [20]]);
  });

  it('takes a reply that its timer has sent again for one, and one that came too soon for that for two', () => {
    const synAck = '<SEQ=9><ACK=1><CTL=SYN,ACK>';
    const late = sortReplies([], [entry(synAck, 0), entry(synAck, 1000)], { synAckAgain: 1000 });
    expect([seen(late.replies), seen(late.retransmissions)]).to.deep.equal([[0], [1000]]);
    expect(
      sortReplies([], [entry(synAck, 0), entry(synAck, 200)], { synAckAgain: 1000 }).replies,
    ).to.have.length(2);
    expect(sortReplies([], [entry(ack, 0), entry(ack, 1000)], { otherAgain: 200 }).replies).to.have.length(2);
  });

  it('finds segments that are there twice', () => {
    expect(hasDoubles([entry(ack), entry(fin), entry(ack)])).to.equal(true);
    expect(hasDoubles([entry(ack), entry(fin), entry(ack, 0, 'tester')])).to.equal(false);
  });
});

import { expect } from 'chai';
import { parseReply } from '../../../lib/catalogue/resolve.ts';
import type { Interval, ResolvedOutcome } from '../../../lib/catalogue/scenario.ts';
import { dependsOnLag, intervalOf, isLastSynAgain, lastSent } from '../../../lib/runner/trial/intervals.ts';
import type { Entry } from '../../../lib/tester/index.ts';
import { segment } from '../../tester/memory-link.ts';

const entry = (at: number, text: string, from: Entry['from'] = 'target'): Entry => ({
  ...{ from, at, segment: segment(text), packet: new Uint8Array(), peerPort: 80 },
});

const TEXT = '<SEQ=10><ACK=20><CTL=ACK,PSH><DATA=5>';

describe('the interval after which the same is sent again', () => {
  const log = [
    entry(0, TEXT),
    entry(10, '<SEQ=20><ACK=10><CTL=ACK>', 'tester'),
    entry(200, TEXT),
    entry(300, '<SEQ=10><ACK=21><CTL=ACK>'),
    entry(600, '<SEQ=10><ACK=21><CTL=ACK><DATA=2>'),
  ];

  it('is counted from the last time, and so is the one before; text may come in other pieces', () => {
    expect(intervalOf(log, log[2] as Entry)).to.deep.equal({ last: 200, since: 0 });
    expect(intervalOf(log, log[4] as Entry)).to.deep.equal({ last: 400, before: 200, since: 0 });
  });

  it('comes after that of other text, where it was sent once', () => {
    const next = TEXT.replace('SEQ=10', 'SEQ=15');
    const both = [...log.slice(0, 3), entry(300, next), entry(750, next)];
    expect(intervalOf(both, both[4] as Entry)).to.deep.equal({ last: 450, before: 200, since: 0 });
  });

  it('is none of what was not sent before: an ACK and text that begin alike are not the same', () => {
    expect(intervalOf(log, log[0] as Entry)).to.equal(undefined);
    expect(intervalOf(log, log[3] as Entry)).to.equal(undefined);
  });

  it('begins with what the target sent last, or when nobody knows better', () => {
    expect(lastSent(log.slice(0, 2), 5)).to.equal(0);
    expect(lastSent([entry(0, '<SEQ=1><CTL=RST>')], 5)).to.equal(5);
  });
});

describe('the SYN of the target, as the last that it sent', () => {
  const SYN_ACK = '<SEQ=9><ACK=20><CTL=SYN,ACK>';
  const log = [
    entry(0, SYN_ACK),
    entry(50, '<SEQ=19><ACK=10><CTL=ACK><DATA=1>', 'tester'),
    entry(51, '<SEQ=10><ACK=20><CTL=ACK>'),
    entry(1000, SYN_ACK),
    entry(1001, '<SEQ=20><ACK=10><CTL=ACK>', 'tester'),
  ];

  it('has come again, whatever the tester has sent since', () => {
    expect(isLastSynAgain(log)).to.equal(true);
  });

  it('has not where it came once, where something came after it, or where it is another', () => {
    expect(isLastSynAgain(log.slice(0, 2))).to.equal(false);
    expect(isLastSynAgain(log.slice(0, 3))).to.equal(false);
    expect(isLastSynAgain([...log, entry(1002, '<SEQ=10><ACK=20><CTL=ACK>')])).to.equal(false);
    expect(isLastSynAgain([...log, entry(1002, '<SEQ=99><ACK=20><CTL=SYN,ACK>')])).to.equal(false);
  });
});

describe('a tester that was late', () => {
  const outcome = (interval?: Interval): ResolvedOutcome => ({
    ...{ reply: parseReply(TEXT), level: 'required' },
    ...(interval ? { interval } : {}),
  });

  it('cannot tell what is too short by less than it was late', () => {
    expect(dependsOnLag(outcome({ atLeast: 1000 }), { last: 450 }, 100)).to.equal(true);
    expect(dependsOnLag(outcome({ times: 2 }), { last: 1400, before: 1000 }, 200)).to.equal(true);
  });

  it('can tell what is far too short, and what is long enough', () => {
    expect(dependsOnLag(outcome({ atLeast: 1000 }), { last: 300 }, 100)).to.equal(false);
    expect(dependsOnLag(outcome({ times: 2 }), { last: 1000, before: 1000 }, 50)).to.equal(false);
    expect(dependsOnLag(outcome({ times: 2 }), { last: 2000, before: 1000 }, 500)).to.equal(false);
    expect(dependsOnLag(outcome(), { last: 1 }, 500)).to.equal(false);
  });
});

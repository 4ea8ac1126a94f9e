import { expect } from 'chai';
import type { Cause } from '../../lib/explain/cause.ts';
import { accountOf, explained, framesOf, HANDSHAKE, pcapOf, type Sent } from './scene.ts';

/* B answers by an empty ACK that acknowledges nothing new, or not at all. */

const TEXT: Sent = { from: 'a', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 100, after: 0.1 };
const ACK_OF_TEXT: Sent = { from: 'b', ctl: 'ACK', seq: 1, ack: 101, after: 0.02 };
const THE_SAME: Sent = { ...ACK_OF_TEXT, after: 0.02 };
const stamp = (tsval: number, tsecr = 1) => [{ kind: 'timestamps', tsval, tsecr }] as const;
const STAMPED = HANDSHAKE.map((one, index): Sent => ({ ...one, options: stamp(1000 + index) }));

const ANSWERED: readonly {
  readonly cause: Cause;
  readonly segments: readonly Sent[];
  readonly notable: boolean;
}[] = [
  { cause: 'challenge to a SYN', notable: true, segments: [{ from: 'a', ctl: 'SYN', seq: 5000 }, THE_SAME] },
  { cause: 'challenge to a reset', notable: true, segments: [{ from: 'a', ctl: 'RST', seq: 150 }, THE_SAME] },
  {
    cause: 'ACK of octets never sent',
    notable: true,
    segments: [{ from: 'a', ctl: 'ACK', seq: 101, ack: 900 }, THE_SAME],
  },
  {
    cause: 'ACK too old',
    notable: true,
    segments: [{ from: 'a', ctl: 'ACK', seq: 101, ack: -90_000 }, THE_SAME],
  },
  {
    cause: 'outside the window',
    notable: true,
    segments: [{ from: 'a', ctl: 'ACK', seq: 90_000, ack: 1 }, THE_SAME],
  },
  { cause: 'keep-alive', notable: false, segments: [{ from: 'a', ctl: 'ACK', seq: 100, ack: 1 }, THE_SAME] },
  { cause: 'old text', notable: false, segments: [{ ...TEXT, after: 0.3 }, THE_SAME] },
  { cause: 'beyond a gap', notable: false, segments: [{ ...TEXT, seq: 201 }, THE_SAME] },
];

describe('the cause of an empty ACK', () => {
  for (const { cause, segments, notable } of ANSWERED)
    it(`${cause}`, () => {
      const account = accountOf([
        ...HANDSHAKE,
        TEXT,
        ACK_OF_TEXT,
        ...segments.map((one) => ({ after: 0.2, ...one })),
      ]);
      const found = account.explanations.filter(({ kind }) => kind === 'empty ACK');
      expect(found.map((one) => [one.cause, one.drawnBy, one.verdict, one.notable])).to.deep.equal([
        [cause, 6, 'conformant', notable],
      ]);
    });

  it('an old timestamp', () => {
    const account = accountOf([
      ...STAMPED,
      { ...TEXT, options: stamp(2000) },
      { ...ACK_OF_TEXT, options: stamp(3000, 2000) },
      { from: 'a', ctl: 'PSH,ACK', seq: 101, ack: 1, data: 5, options: stamp(1500), after: 0.2 },
      { ...THE_SAME, options: stamp(3001, 2000) },
    ]);
    expect(account.explanations.map(({ cause, drawnBy }) => [cause, drawnBy])).to.deep.equal([
      ['old timestamp', 6],
    ]);
  });

  it('the text of an ordinary connection is acknowledged without a word', () => {
    const account = accountOf([
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 101, data: 50 },
      { from: 'a', ctl: 'ACK', seq: 101, ack: 51 },
      { from: 'a', ctl: 'ACK', seq: 101, ack: 51, wnd: 9000, after: 0.1 },
      { from: 'a', ctl: 'FIN,ACK', seq: 101, ack: 51 },
      { from: 'b', ctl: 'FIN,ACK', seq: 51, ack: 102 },
      { from: 'a', ctl: 'ACK', seq: 102, ack: 52 },
    ]);
    expect(account.explanations).to.deep.equal([]);
    expect(account.ending).to.deep.equal({ kind: 'closed', first: 0, acknowledged: true });
  });
});

describe('a reply that no reading allows', () => {
  const wait: Sent = { from: 'a', ctl: 'PSH,ACK', seq: 101, ack: 1, data: 1, after: 1 };
  const answer: Sent = { from: 'b', ctl: 'ACK', seq: 1, ack: 102, after: 0.02 };

  it('silence where an empty ACK is due, and the host is alive', () => {
    const account = accountOf([
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'a', ctl: 'ACK', seq: 90_000, ack: 1, after: 0.2 },
      wait,
      answer,
    ]);
    expect(account.explanations.map(({ kind, verdict, sure }) => [kind, verdict, sure])).to.deep.equal([
      ['silence', 'deviates', 'likely'],
    ]);
  });

  it('but not where segments were lost on the way, nor where the next one follows at once', () => {
    const strange: Sent = { from: 'a', ctl: 'ACK', seq: 90_000, ack: 1, after: 0.2 };
    const lossy = accountOf([
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'a', ctl: 'PSH,ACK', seq: 101, ack: 1, data: 5, checksum: 1, after: 0.1 },
      strange,
      wait,
      answer,
    ]);
    const dense = accountOf([...HANDSHAKE, TEXT, ACK_OF_TEXT, strange, { ...wait, after: 0.01 }, answer]);
    for (const { explanations } of [lossy, dense])
      expect(explanations.filter(({ verdict }) => verdict === 'deviates')).to.deep.equal([]);
  });

  it('an empty ACK with wrong numbers', () => {
    const account = accountOf([
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'a', ctl: 'SYN', seq: 120, after: 0.2 },
      { from: 'b', ctl: 'ACK', seq: 400, ack: 101, after: 0.02 },
      { ...wait, after: 2 },
      answer,
    ]);
    expect(account.explanations.map(({ segment, verdict }) => [segment.frame, verdict])).to.deep.include([
      7,
      'deviates',
    ]);
  });
});

describe('a SYN without an answer', () => {
  const SYNS: readonly Sent[] = [0, 1, 2].map((after) => ({ from: 'a', ctl: 'SYN', seq: 0, after }));

  it('nothing is known of the host', () => {
    const account = accountOf(SYNS);
    expect(account.ending).to.deep.equal({ kind: 'unanswered' });
    expect(account.explanations.map(({ cause, sure }) => [cause, sure])).to.deep.equal([
      ['SYN unanswered', 'cannot tell'],
    ]);
  });

  it('another connection was opened on the same port: its queue may be full', () => {
    const other = HANDSHAKE.map((one): Sent => ({ ...one, ports: [40001, 80] }));
    const { accounts } = explained(pcapOf(framesOf([...other, ...SYNS])));
    expect(accounts[1]?.explanations.map(({ cause }) => cause)).to.deep.equal(['full queue']);
  });
});

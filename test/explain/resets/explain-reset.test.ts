import { expect } from 'chai';
import type { Cause } from '../../../lib/explain/cause.ts';
import { accountOf, HANDSHAKE, lastReset, type Sent } from '../scene.ts';

/* Scenes with a known cause. B is the end that resets, unless the scene says otherwise. */

interface Scene {
  readonly title: string;
  readonly cause: Cause;
  /** The frame that draws the last reset; 0 for none. */
  readonly drawnBy: number;
  readonly segments: readonly Sent[];
}

const TEXT: Sent = { from: 'a', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 100, after: 0.1 };
const ACK_OF_TEXT: Sent = { from: 'b', ctl: 'ACK', seq: 1, ack: 101, after: 0.02 };
const BOTH_FINS: readonly Sent[] = [
  { from: 'a', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.1 },
  { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 2, after: 0.02 },
  { from: 'a', ctl: 'ACK', seq: 2, ack: 2, after: 0.0001 },
];
const ANOTHER: readonly Sent[] = HANDSHAKE.map((one) => ({ ...one, ports: [40001, 80] as const }));

const SCENES: readonly Scene[] = [
  {
    title: 'a SYN to a port where nobody listens',
    cause: 'refused port',
    drawnBy: 1,
    segments: [
      { from: 'a', ctl: 'SYN', seq: 0 },
      { from: 'b', ctl: 'RST,ACK', seq: -0xfffffff0, ack: 1, after: 0.02 },
    ],
  },
  {
    title: 'a SYN,ACK that nobody asked for',
    cause: 'never was',
    drawnBy: 1,
    segments: [
      { from: 'a', ctl: 'SYN,ACK', seq: 0, ack: 77 },
      { from: 'b', ctl: 'RST', seq: 77, after: 0.02 },
    ],
  },
  {
    title: 'an ACK to a port on which another connection was opened',
    cause: 'ACK in LISTEN',
    drawnBy: 4,
    segments: [
      ...ANOTHER,
      { from: 'a', ctl: 'ACK', seq: 5, ack: 77 },
      { from: 'b', ctl: 'RST', seq: 77, after: 0.02 },
    ],
  },
  {
    title: 'a SYN,ACK to a SYN that the kernel has not sent',
    cause: 'unknown to the kernel',
    drawnBy: 2,
    segments: [
      { from: 'b', ctl: 'SYN', seq: 0 },
      { from: 'a', ctl: 'SYN,ACK', seq: 0, ack: 1, after: 0.02 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.0001 },
    ],
  },
  {
    title: 'a SYN,ACK that comes after the user has given up',
    cause: 'given up in SYN-SENT',
    drawnBy: 3,
    segments: [
      { from: 'b', ctl: 'SYN', seq: 0 },
      { from: 'b', ctl: 'SYN', seq: 0, after: 1 },
      { from: 'a', ctl: 'SYN,ACK', seq: 0, ack: 1, after: 1 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.0001 },
    ],
  },
  {
    title: 'a SYN,ACK that acknowledges something else',
    cause: 'unacceptable ACK in SYN-SENT',
    drawnBy: 2,
    segments: [
      { from: 'b', ctl: 'SYN', seq: 0 },
      { from: 'a', ctl: 'SYN,ACK', seq: 0, ack: 500, after: 0.02 },
      { from: 'b', ctl: 'RST', seq: 500, after: 0.0001 },
    ],
  },
  {
    title: 'an ACK of an older connection in SYN-SENT',
    cause: 'half-open peer',
    drawnBy: 2,
    segments: [
      { from: 'b', ctl: 'SYN', seq: 0 },
      { from: 'a', ctl: 'ACK', seq: 900, ack: 700_000, after: 0.02 },
      { from: 'b', ctl: 'RST', seq: 700_000, after: 0.0001 },
    ],
  },
  {
    title: 'a wrong ACK in SYN-RECEIVED',
    cause: 'unacceptable ACK in SYN-RECEIVED',
    drawnBy: 3,
    segments: [
      { from: 'a', ctl: 'SYN', seq: 0 },
      { from: 'b', ctl: 'SYN,ACK', seq: 0, ack: 1, after: 0.02 },
      { from: 'a', ctl: 'ACK', seq: 1, ack: 500 },
      { from: 'b', ctl: 'RST', seq: 500, after: 0.02 },
    ],
  },
  {
    title: 'text after a close',
    cause: 'text for a closed user',
    drawnBy: 6,
    segments: [
      ...HANDSHAKE,
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.5 },
      { from: 'a', ctl: 'ACK', seq: 1, ack: 2, after: 0.0001 },
      { ...TEXT, ack: 2 },
      { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
    ],
  },
  {
    title: 'text that crosses the FIN of a close',
    cause: 'text for a closed user',
    drawnBy: 4,
    segments: [
      ...HANDSHAKE,
      TEXT,
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.005 },
      { from: 'a', ctl: 'ACK', seq: 101, ack: 2, after: 0.0001 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.015 },
    ],
  },
  {
    title: 'a segment after both FINs',
    cause: 'closed by FINs',
    drawnBy: 7,
    segments: [
      ...HANDSHAKE,
      ...BOTH_FINS,
      { from: 'a', ctl: 'ACK', seq: 1, ack: 2, after: 0.5 },
      { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
    ],
  },
  {
    title: 'a segment after a reset',
    cause: 'closed by its own reset',
    drawnBy: 5,
    segments: [
      ...HANDSHAKE,
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 1, after: 0.5 },
      { ...TEXT, after: 0.001 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.02 },
    ],
  },
  {
    title: 'a segment after a reset of the other end',
    cause: "closed by the peer's reset",
    drawnBy: 5,
    segments: [
      ...HANDSHAKE,
      { from: 'a', ctl: 'RST', seq: 1, after: 0.5 },
      { ...TEXT, after: 0.001 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.02 },
    ],
  },
  {
    title: 'text for a connection that was lost in a restart',
    cause: 'forgotten',
    drawnBy: 7,
    segments: [
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 101, data: 50 },
      { from: 'a', ctl: 'PSH,ACK', seq: 101, ack: 51, data: 10, after: 60 },
      { from: 'b', ctl: 'RST', seq: 51, id: 0, after: 0.02 },
    ],
  },
  {
    title: 'the first text after a handshake whose last ACK found no place',
    cause: 'full queue',
    drawnBy: 4,
    segments: [...HANDSHAKE, TEXT, { from: 'b', ctl: 'RST', seq: 1, id: 0, after: 0.02 }],
  },
  {
    title: 'a close with text that was not read',
    cause: 'close with unread text',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      TEXT,
      { ...ACK_OF_TEXT, wnd: 7900 },
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 101, wnd: 7900, after: 0.05 },
    ],
  },
  {
    title: 'an ABORT after all was read',
    cause: 'abort',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      TEXT,
      { ...ACK_OF_TEXT, wnd: 8000 },
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 101, after: 5 },
    ],
  },
  {
    title: 'an ABORT as the RFC writes it, without ACK',
    cause: 'abort',
    drawnBy: 0,
    segments: [...HANDSHAKE, TEXT, ACK_OF_TEXT, { from: 'b', ctl: 'RST', seq: 1, after: 5 }],
  },
  {
    title: 'the end of retransmissions',
    cause: 'end of retransmissions',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      ...[1, 1, 2, 4, 8].map(
        (after): Sent => ({ from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 10, after }),
      ),
      { from: 'b', ctl: 'RST,ACK', seq: 11, ack: 1, after: 16 },
    ],
  },
  {
    title: 'the end of a user timeout',
    cause: 'user timeout',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      ...[1, 1].map((after): Sent => ({ from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 10, after })),
      { from: 'b', ctl: 'RST,ACK', seq: 11, ack: 1, after: 2 },
    ],
  },
  {
    title: 'the end of keep-alives',
    cause: 'end of keep-alives',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      ...[60, 5, 5].map((after): Sent => ({ from: 'b', ctl: 'ACK', seq: 0, ack: 101, after })),
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 101, after: 5 },
    ],
  },
  {
    title: 'a SYN in the window, by RFC 793',
    cause: 'SYN in the window',
    drawnBy: 4,
    segments: [
      ...HANDSHAKE,
      { from: 'a', ctl: 'SYN', seq: 50, after: 0.5 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.02 },
    ],
  },
  {
    title: 'the answer to a challenge ACK',
    cause: 'answer to a challenge ACK',
    drawnBy: 5,
    segments: [
      ...HANDSHAKE,
      { from: 'b', ctl: 'RST', seq: 50, after: 0.5 },
      { from: 'a', ctl: 'ACK', seq: 1, ack: 1, after: 0.0001 },
      { from: 'b', ctl: 'RST', seq: 1, id: 0, after: 0.02 },
    ],
  },
  {
    title: 'another security option',
    cause: 'security',
    drawnBy: 4,
    segments: [
      ...HANDSHAKE,
      { ...TEXT, ipOptions: Uint8Array.of(130, 3, 0x5a) },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.02 },
    ],
  },
  {
    title: 'a reset of a machine on the way',
    cause: 'third party',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE.map((one) => (one.from === 'b' ? { ...one, ttl: 50 } : one)),
      TEXT,
      { ...ACK_OF_TEXT, ttl: 50 },
      { from: 'b', ctl: 'RST', seq: 1, ttl: 61, after: 0.5 },
    ],
  },
  {
    title: 'a reset after which the host goes on',
    cause: 'third party',
    drawnBy: 0,
    segments: [
      ...HANDSHAKE,
      TEXT,
      ACK_OF_TEXT,
      { from: 'b', ctl: 'RST', seq: 1, after: 0.5 },
      { from: 'b', ctl: 'PSH,ACK', seq: 1, ack: 101, data: 40, after: 0.5 },
    ],
  },
];

describe('the cause of a reset', () => {
  for (const { title, cause, drawnBy, segments } of SCENES) {
    for (const family of [4, 6] as const) {
      // IPv6 has no option for security that anybody uses.
      if (family === 6 && cause === 'security') continue;
      it(`${title}, IPv${family}`, () => {
        const found = lastReset(segments, family);
        expect({ cause: found.cause, drawnBy: found.drawnBy ?? 0 }).to.deep.equal({ cause, drawnBy });
        expect(found.verdict).to.equal('conformant');
      });
    }
  }

  it('is never certain where the packets leave another one open', () => {
    for (const { segments, cause } of SCENES) {
      const found = lastReset(segments);
      if (found.sure === 'certain')
        expect(cause).to.be.oneOf(['closed by its own reset', 'never was', 'third party']);
    }
  });

  it('is the same where the capture begins after the handshake, or cannot be told', () => {
    const scene: readonly Sent[] = [
      TEXT,
      ACK_OF_TEXT,
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 101, after: 0.5 },
      { from: 'a', ctl: 'PSH,ACK', seq: 101, ack: 2, data: 5, after: 0.1 },
      { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
    ];
    expect(lastReset(scene)).to.include({ cause: 'text for a closed user', drawnBy: 4 });
    expect(lastReset([TEXT, { from: 'b', ctl: 'RST', seq: 1, after: 0.02 }]).sure).to.equal('cannot tell');
  });

  it('deviates where the form is that of no rule', () => {
    const wrong: readonly (readonly Sent[])[] = [
      // The answer to a segment with ACK has no ACK, and nothing is left to be aborted.
      [
        ...HANDSHAKE,
        ...BOTH_FINS,
        { from: 'a', ctl: 'ACK', seq: 2, ack: 2, after: 0.1 },
        { from: 'b', ctl: 'RST,ACK', seq: 2, ack: 2, after: 0.02 },
      ],
      // An unacceptable ACK in SYN-SENT: an ABORT would be at SND.NXT.
      [
        { from: 'b', ctl: 'SYN', seq: 0 },
        { from: 'a', ctl: 'SYN,ACK', seq: 0, ack: 9, after: 0.02 },
        { from: 'b', ctl: 'RST,ACK', seq: 9, ack: 1, after: 0.0001 },
      ],
      // That to a SYN acknowledges it.
      [
        { from: 'a', ctl: 'SYN', seq: 0 },
        { from: 'b', ctl: 'RST,ACK', seq: -0xfffffff0, ack: 0, after: 0.02 },
      ],
    ];
    for (const scene of wrong) {
      const found = lastReset(scene);
      expect(found.verdict).to.equal('deviates');
      expect(found.form?.right).to.equal(false);
      expect(found.form?.expected).to.not.deep.equal([]);
    }
  });

  it('is not drawn by what its sender has acknowledged since', () => {
    const found = lastReset([
      ...HANDSHAKE,
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.1 },
      { from: 'a', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.0001 },
      { from: 'b', ctl: 'ACK', seq: 2, ack: 2, after: 0.02 },
      { from: 'a', ctl: 'PSH,ACK', seq: -2, ack: 1, data: 10, after: 0.01 },
      { from: 'b', ctl: 'RST', seq: 1, after: 0.02 },
    ]);
    expect(found.drawnBy).to.equal(7);
  });

  it('names the text that found nobody, where the reset for it was lost', () => {
    const found = lastReset([
      ...HANDSHAKE,
      TEXT,
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.02 },
      { from: 'a', ctl: 'ACK', seq: 101, ack: 2, after: 0.0001 },
      { from: 'b', ctl: 'RST', seq: 2, after: 0.02 },
    ]);
    expect(found).to.include({ cause: 'text for a closed user', drawnBy: 6, verdict: 'conformant' });
    expect(found.signs).to.deep.include({ kind: 'lost reset', text: 4 });
  });

  it('a FIN that was lost before the capture may lie before a reset', () => {
    const reset: Sent = { from: 'b', ctl: 'RST,ACK', seq: 2, ack: 101, after: 0.02 };
    expect(lastReset([...HANDSHAKE, TEXT, reset])).to.include({
      cause: 'text for a closed user',
      drawnBy: 4,
      verdict: 'conformant',
    });
  });

  it('accuses nobody of an ACK in a reset that may be an ABORT', () => {
    const stray: Sent = { from: 'a', ctl: 'ACK', seq: 0, ack: 77 };
    const reset: Sent = { from: 'b', ctl: 'RST,ACK', seq: 77, ack: 0, after: 0.02 };
    const unknown = lastReset([stray, reset]);
    expect(unknown).to.include({
      cause: 'never was',
      drawnBy: 1,
      verdict: 'conformant',
      sure: 'cannot tell',
    });
    expect(unknown.candidates).to.include('abort');
    const text = lastReset([
      { ...TEXT, ack: 77 },
      { ...reset, ack: 101 },
    ]);
    expect(text).to.include({ cause: 'abort', verdict: 'conformant', sure: 'cannot tell' });
    expect(text.candidates).to.include('forgotten');
    // Where the port is known to listen, that is named.
    expect(lastReset([...ANOTHER, stray, reset])).to.include({
      cause: 'ACK in LISTEN',
      verdict: 'conformant',
    });
    // After a reset of the other end, it answers what came.
    const late: Sent = { from: 'a', ctl: 'PSH,ACK', seq: 1, ack: 1, data: 3, after: 0.1 };
    const after: Sent = { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 4, after: 0.02 };
    const closed = lastReset([
      ...HANDSHAKE,
      { from: 'a', ctl: 'RST,ACK', seq: 1, ack: 1, after: 0.1 },
      late,
      after,
    ]);
    expect(closed).to.include({ cause: "closed by the peer's reset", drawnBy: 5, verdict: 'conformant' });
  });

  it('accuses nobody of a reset that nothing drew: anybody may have sent it', () => {
    const reset: Sent = { from: 'b', ctl: 'RST,ACK', seq: 5000, ack: 101, after: 1 };
    const { cause, verdict, sure, candidates } = lastReset([...HANDSHAKE, TEXT, ACK_OF_TEXT, reset]);
    expect({ cause, verdict, sure }).to.deep.equal({
      cause: 'unexplained',
      verdict: 'conformant',
      sure: 'cannot tell',
    });
    expect(candidates).to.include('third party');
    // Where the capture begins in the middle, text that it has not seen may lie before it.
    expect(lastReset([TEXT, ACK_OF_TEXT, reset])).to.include({ cause: 'abort', verdict: 'conformant' });
  });

  it('a connection opened anew on the same ports is followed anew', () => {
    const again = HANDSHAKE.map((one) => ({
      ...one,
      seq: one.seq + 100_000,
      ...(one.ack === undefined ? {} : { ack: one.ack + 100_000 }),
      after: 1,
    }));
    const account = accountOf([
      ...HANDSHAKE,
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 1 },
      ...again,
      { from: 'b', ctl: 'RST,ACK', seq: 100_001, ack: 100_001, after: 3 },
    ]);
    expect(account.incarnations).to.equal(2);
    expect(account.explanations.map(({ cause }) => cause)).to.deep.equal(['abort', 'abort']);
  });
});

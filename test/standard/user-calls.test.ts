import { expect } from 'chai';
import { DEFAULT_PROFILE, PROFILES } from '../../lib/standard/profile.ts';
import { STATES, type State, SYNCHRONIZED } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { type Call, serveQueue, userCalls } from '../../lib/standard/user-calls.ts';
import { tcbIn } from './arrivals.ts';
import { type Expected, itReacts, reactionTexts, withUnread } from './reactions.ts';

const check = (what: string, tcb: Tcb, call: Call, expected: Expected): void =>
  itReacts(what, (profile) => userCalls(tcb, call, profile), expected);

const SEND: Call = { name: 'SEND', octets: 10 };
const RECEIVE: Call = { name: 'RECEIVE', octets: 10 };
const CLOSE: Call = { name: 'CLOSE' };
const ABORT: Call = { name: 'ABORT' };
const ACTIVE: Call = { name: 'OPEN', mode: 'active', remote: 'specified' };
const PASSIVE: Call = { name: 'OPEN', mode: 'passive', remote: 'unspecified' };

const told = (state: State, error: string): string => `silence ${state}, caller: ${error}`;
const refused = (state: State, error: string): string[] => [`must ${told(state, error)}`];
const missing = [
  `must ${told('CLOSED', 'connection does not exist')}`,
  `may ${told('CLOSED', 'connection not open')}`,
];
/** A FIN, after which the user goes on to receive; since RFC 1122 it may be gone as well. */
const finThen = (segment: string, state: State): Expected => ({
  rfc793: [`must ${segment} ${state}`],
  rfc1122: [`must ${segment} ${state}`, `must ${segment} ${state}, user gone`],
});
/** A reset at SND.NXT, with ACK or without, and either the calls that wait are told or ABORT is. */
const aborted = (seq: number): string[] =>
  [`<SEQ=${seq}><CTL=RST> CLOSED`, `<SEQ=${seq}><ACK=301><CTL=ACK,RST> CLOSED`].flatMap((text) => [
    `must ${text}`,
    `must ${text}, caller: ok`,
  ]);
const again = (state: State): Expected => {
  const simplex = [`should ${told(state, 'connection closing')}`, `may ${told(state, 'ok')}`];
  return { rfc793: simplex, rfc1122: [...simplex, ...simplex.map((text) => `${text}, user gone`)] };
};

/** RFC 793 pages 54-64, RFC 9293 sections 3.10.1 to 3.10.6, for a connection on which nothing waits. */
const TABLE: readonly {
  readonly call: string;
  readonly make: Call;
  readonly by: Readonly<Record<State, Expected>>;
}[] = [
  {
    call: 'OPEN, active',
    make: ACTIVE,
    by: {
      CLOSED: ['must <SEQ=100><CTL=SYN> SYN-SENT'],
      LISTEN: ['must <SEQ=100><CTL=SYN> SYN-SENT'],
      'SYN-SENT': refused('SYN-SENT', 'connection already exists'),
      'SYN-RECEIVED': refused('SYN-RECEIVED', 'connection already exists'),
      ESTABLISHED: refused('ESTABLISHED', 'connection already exists'),
      'FIN-WAIT-1': refused('FIN-WAIT-1', 'connection already exists'),
      'FIN-WAIT-2': refused('FIN-WAIT-2', 'connection already exists'),
      'CLOSE-WAIT': refused('CLOSE-WAIT', 'connection already exists'),
      CLOSING: refused('CLOSING', 'connection already exists'),
      'LAST-ACK': refused('LAST-ACK', 'connection already exists'),
      'TIME-WAIT': refused('TIME-WAIT', 'connection already exists'),
    },
  },
  {
    call: 'OPEN, passive',
    make: PASSIVE,
    by: {
      CLOSED: ['must silence LISTEN'],
      LISTEN: [...refused('LISTEN', 'connection already exists'), 'must silence LISTEN'],
      'SYN-SENT': refused('SYN-SENT', 'connection already exists'),
      'SYN-RECEIVED': refused('SYN-RECEIVED', 'connection already exists'),
      ESTABLISHED: refused('ESTABLISHED', 'connection already exists'),
      'FIN-WAIT-1': refused('FIN-WAIT-1', 'connection already exists'),
      'FIN-WAIT-2': refused('FIN-WAIT-2', 'connection already exists'),
      'CLOSE-WAIT': refused('CLOSE-WAIT', 'connection already exists'),
      CLOSING: refused('CLOSING', 'connection already exists'),
      'LAST-ACK': refused('LAST-ACK', 'connection already exists'),
      'TIME-WAIT': refused('TIME-WAIT', 'connection already exists'),
    },
  },
  {
    call: 'SEND',
    make: SEND,
    by: {
      CLOSED: missing,
      LISTEN: {
        rfc793: refused('LISTEN', 'foreign socket unspecified'),
        rfc9293: refused('LISTEN', 'remote socket unspecified'),
      },
      'SYN-SENT': ['must silence SYN-SENT, SEND 10 waits'],
      'SYN-RECEIVED': ['must silence SYN-RECEIVED, SEND 10 waits'],
      ESTABLISHED: ['must <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED'],
      'FIN-WAIT-1': refused('FIN-WAIT-1', 'connection closing'),
      'FIN-WAIT-2': refused('FIN-WAIT-2', 'connection closing'),
      'CLOSE-WAIT': ['must <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> CLOSE-WAIT'],
      CLOSING: refused('CLOSING', 'connection closing'),
      'LAST-ACK': refused('LAST-ACK', 'connection closing'),
      'TIME-WAIT': refused('TIME-WAIT', 'connection closing'),
    },
  },
  {
    call: 'RECEIVE',
    make: RECEIVE,
    by: {
      CLOSED: missing,
      LISTEN: ['must silence LISTEN, RECEIVE 10 waits'],
      'SYN-SENT': ['must silence SYN-SENT, RECEIVE 10 waits'],
      'SYN-RECEIVED': ['must silence SYN-RECEIVED, RECEIVE 10 waits'],
      ESTABLISHED: ['must silence ESTABLISHED, RECEIVE 10 waits'],
      'FIN-WAIT-1': ['must silence FIN-WAIT-1, RECEIVE 10 waits'],
      'FIN-WAIT-2': ['must silence FIN-WAIT-2, RECEIVE 10 waits'],
      'CLOSE-WAIT': refused('CLOSE-WAIT', 'connection closing'),
      CLOSING: refused('CLOSING', 'connection closing'),
      'LAST-ACK': refused('LAST-ACK', 'connection closing'),
      'TIME-WAIT': refused('TIME-WAIT', 'connection closing'),
    },
  },
  {
    call: 'CLOSE',
    make: CLOSE,
    by: {
      CLOSED: missing,
      LISTEN: ['must silence CLOSED'],
      'SYN-SENT': ['must silence CLOSED'],
      'SYN-RECEIVED': finThen('<SEQ=101><ACK=301><CTL=ACK,FIN>', 'FIN-WAIT-1'),
      ESTABLISHED: finThen('<SEQ=101><ACK=301><CTL=ACK,FIN>', 'FIN-WAIT-1'),
      'FIN-WAIT-1': again('FIN-WAIT-1'),
      'FIN-WAIT-2': again('FIN-WAIT-2'),
      'CLOSE-WAIT': {
        ...finThen('<SEQ=101><ACK=301><CTL=ACK,FIN>', 'LAST-ACK'),
        // Page 61 says CLOSING, figures 6 and 13 say LAST-ACK.
        rfc793: [
          'must <SEQ=101><ACK=301><CTL=ACK,FIN> LAST-ACK',
          'must <SEQ=101><ACK=301><CTL=ACK,FIN> CLOSING',
        ],
      },
      CLOSING: refused('CLOSING', 'connection closing'),
      'LAST-ACK': refused('LAST-ACK', 'connection closing'),
      'TIME-WAIT': refused('TIME-WAIT', 'connection closing'),
    },
  },
  {
    call: 'ABORT',
    make: ABORT,
    by: {
      CLOSED: missing,
      LISTEN: ['must silence CLOSED', 'must silence CLOSED, caller: ok'],
      'SYN-SENT': ['must silence CLOSED', 'must silence CLOSED, caller: ok'],
      'SYN-RECEIVED': aborted(101).map((text) => (text.includes('ACK') ? text.replace('must', 'may') : text)),
      ESTABLISHED: aborted(101),
      'FIN-WAIT-1': aborted(102),
      'FIN-WAIT-2': aborted(102),
      'CLOSE-WAIT': aborted(101),
      CLOSING: ['must silence CLOSED, caller: ok'],
      'LAST-ACK': ['must silence CLOSED, caller: ok'],
      'TIME-WAIT': ['must silence CLOSED, caller: ok'],
    },
  },
];

describe('userCalls', () => {
  for (const { call, make, by } of TABLE)
    describe(call, () => {
      for (const state of STATES) check(state, tcbIn(state), make, by[state]);
    });

  describe('STATUS', () => {
    check('CLOSED', tcbIn('CLOSED'), { name: 'STATUS' }, missing);
    for (const state of STATES.filter((each) => each !== 'CLOSED'))
      check(state, tcbIn(state), { name: 'STATUS' }, [`must ${told(state, `state = ${state}`)}`]);
  });

  describe('the errors of the text', () => {
    for (const call of [SEND, RECEIVE, CLOSE, ABORT, { name: 'STATUS' } as const])
      for (const state of ['CLOSED', 'ESTABLISHED'] as const)
        check(
          `${call.name} in ${state} by who has no access`,
          tcbIn(state),
          { ...call, noAccess: true },
          refused(state, 'connection illegal for this process'),
        );
    check(
      'OPEN of a local socket without access',
      tcbIn('CLOSED'),
      { ...ACTIVE, noAccess: true },
      refused('CLOSED', 'connection illegal for this process'),
    );
    check(
      'OPEN without room',
      tcbIn('CLOSED'),
      { ...PASSIVE, noRoom: true },
      refused('CLOSED', 'insufficient resources'),
    );
    check(
      'OPEN of no remote socket',
      tcbIn('CLOSED'),
      { ...ACTIVE, remote: 'unspecified' },
      {
        rfc793: refused('CLOSED', 'foreign socket unspecified'),
        rfc9293: refused('CLOSED', 'remote socket unspecified'),
      },
    );
    check(
      'a LISTEN that is to become active without remote socket',
      tcbIn('LISTEN'),
      { ...ACTIVE, remote: 'unspecified' },
      {
        rfc793: refused('LISTEN', 'foreign socket unspecified'),
        rfc9293: refused('LISTEN', 'remote socket unspecified'),
      },
    );
    check(
      'OPEN with a precedence that is not allowed',
      tcbIn('CLOSED'),
      { ...PASSIVE, notAllowed: 'precedence' },
      {
        rfc793: refused('CLOSED', 'precedence not allowed'),
        rfc9293: refused('CLOSED', 'Diffserv value not allowed'),
      },
    );
    check(
      'OPEN with a security that is not allowed',
      tcbIn('CLOSED'),
      { ...ACTIVE, notAllowed: 'security' },
      refused('CLOSED', 'security/compartment not allowed'),
    );
    check(
      'OPEN to a multicast address',
      tcbIn('CLOSED'),
      { ...ACTIVE, remote: 'invalid' },
      {
        rfc793: ['must <SEQ=100><CTL=SYN> SYN-SENT'],
        rfc1122: refused('CLOSED', 'invalid remote address'),
      },
    );
    check('any of two errors', tcbIn('CLOSED'), { ...ACTIVE, noRoom: true, noAccess: true }, [
      ...refused('CLOSED', 'insufficient resources'),
      ...refused('CLOSED', 'connection illegal for this process'),
    ]);
    for (const state of ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'] as const)
      check(
        `SEND in ${state} without room`,
        tcbIn(state),
        { ...SEND, noRoom: true },
        refused(state, 'insufficient resources'),
      );
    for (const state of [
      'LISTEN',
      'SYN-SENT',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
    ] as const)
      check(
        `RECEIVE in ${state} without room`,
        tcbIn(state),
        { ...RECEIVE, noRoom: true },
        refused(state, 'insufficient resources'),
      );
    check('SEND behind a CLOSE that waits', tcbIn('SYN-RECEIVED', {}, { closing: true }), SEND, [
      'must silence SYN-RECEIVED, caller: connection closing, CLOSE waits',
    ]);
    it('no text is no SEND and no RECEIVE', () => {
      for (const name of ['SEND', 'RECEIVE'] as const)
        for (const octets of [0, -1, 1.5])
          expect(() => userCalls(tcbIn('ESTABLISHED'), { name, octets }, DEFAULT_PROFILE)).to.throw(
            RangeError,
          );
    });
  });

  describe('calls that wait are told what becomes of them', () => {
    const sends = [{ octets: 5, push: true }];
    const receives = [20];
    check('CLOSE in LISTEN', tcbIn('LISTEN', {}, { receives }), CLOSE, [
      'must silence CLOSED, RECEIVEs: closing',
    ]);
    check('CLOSE in SYN-SENT', tcbIn('SYN-SENT', {}, { sends, receives }), CLOSE, [
      'must silence CLOSED, SENDs: closing, RECEIVEs: closing',
    ]);
    check('ABORT in SYN-SENT', tcbIn('SYN-SENT', {}, { sends }), ABORT, [
      'must silence CLOSED, SENDs: connection reset',
      'must silence CLOSED, caller: ok',
    ]);
    it('ABORT in ESTABLISHED, with text in flight', () => {
      const tcb = tcbIn('ESTABLISHED', { sndNxt: 111 }, { receives });
      expect(reactionTexts(userCalls(tcb, ABORT, DEFAULT_PROFILE))).to.include(
        'must <SEQ=111><CTL=RST> CLOSED, SENDs: connection reset, RECEIVEs: connection reset',
      );
    });
  });

  it('OPEN takes security and precedence over, and SEQ is an ISS of its choice', () => {
    const call: Call = { ...ACTIVE, security: 7, precedence: 3 };
    const [reaction] = userCalls(tcbIn('CLOSED'), call, DEFAULT_PROFILE);
    expect(reaction).to.deep.include({ freeSeq: true });
    expect(reaction?.tcb).to.include({ security: 7, precedence: 3, sndUna: 100, sndNxt: 101 });
    expect(reaction?.sent[0]).to.include({ security: 7, precedence: 3 });
  });

  describe('SEND that makes a passive OPEN active', () => {
    const listening = tcbIn('LISTEN', {}, { remoteSpecified: true });
    check('its text waits or goes with the SYN', listening, SEND, [
      'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 10 waits',
      'must <SEQ=100><DATA=10><CTL=PSH,SYN> SYN-SENT',
    ]);
    check('no more text than a segment has', listening, { ...SEND, octets: 600 }, [
      'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 600 waits',
      'must <SEQ=100><DATA=536><CTL=SYN> SYN-SENT, SEND 64 waits',
    ]);
    check(
      'the urgent field counts from the SYN',
      listening,
      { ...SEND, urgent: true },
      {
        rfc793: [
          'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 10 waits',
          'must <SEQ=100><URG=10><DATA=10><CTL=PSH,SYN,URG> SYN-SENT',
          'must <SEQ=100><URG=11><DATA=10><CTL=PSH,SYN,URG> SYN-SENT',
          // Twice: SND.UP differs.
          'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 10 waits',
        ],
        rfc1122: [
          'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 10 waits',
          'must <SEQ=100><URG=10><DATA=10><CTL=PSH,SYN,URG> SYN-SENT',
        ],
        rfc9293: [
          'must <SEQ=100><CTL=SYN> SYN-SENT, SEND 10 waits',
          'must <SEQ=100><URG=11><DATA=10><CTL=PSH,SYN,URG> SYN-SENT',
        ],
      },
    );
  });

  describe('SEND while the connection is synchronized', () => {
    const sent = (seq: number, data: number, push = ''): string =>
      `<SEQ=${seq}><ACK=301><DATA=${data}><CTL=ACK${push}>`;
    check(
      'SND.UP ends with the text',
      tcbIn('ESTABLISHED'),
      { ...SEND, urgent: true },
      {
        rfc793: [
          'must <SEQ=101><ACK=301><URG=9><DATA=10><CTL=ACK,PSH,URG> ESTABLISHED',
          'must <SEQ=101><ACK=301><URG=10><DATA=10><CTL=ACK,PSH,URG> ESTABLISHED',
        ],
        rfc1122: ['must <SEQ=101><ACK=301><URG=9><DATA=10><CTL=ACK,PSH,URG> ESTABLISHED'],
        rfc9293: ['must <SEQ=101><ACK=301><URG=10><DATA=10><CTL=ACK,PSH,URG> ESTABLISHED'],
      },
    );
    check('without PUSH it may wait', tcbIn('ESTABLISHED'), { ...SEND, push: false }, [
      `must ${sent(101, 10)} ESTABLISHED`,
      'must silence ESTABLISHED, SEND 10 waits',
    ]);
    const large = { ...SEND, octets: 600 };
    check('full segments, and the rest by Nagle when nothing is in flight', tcbIn('ESTABLISHED'), large, {
      rfc793: [`must ${sent(101, 536)} ${sent(637, 64, ',PSH')} ESTABLISHED`],
      rfc1122: [
        // Nagle asks for it by a SHOULD; a congestion window of one segment leaves no choice.
        `must ${sent(101, 536)} ESTABLISHED, SEND 64 waits`,
        `may ${sent(101, 536)} ${sent(637, 64, ',PSH')} ESTABLISHED`,
      ],
    });
    check('all of it when Nagle is off', tcbIn('ESTABLISHED', {}, { nagle: false }), large, {
      rfc793: [`must ${sent(101, 536)} ${sent(637, 64, ',PSH')} ESTABLISHED`],
      rfc1122: [
        `must ${sent(101, 536)} ${sent(637, 64, ',PSH')} ESTABLISHED`,
        `must ${sent(101, 536)} ESTABLISHED, SEND 64 waits`,
      ],
    });
    const busy = tcbIn('ESTABLISHED', { sndNxt: 111 });
    check('a small segment behind text in flight', busy, SEND, {
      rfc793: [`must ${sent(111, 10, ',PSH')} ESTABLISHED`],
      rfc1122: ['should silence ESTABLISHED, SEND 10 waits', `may ${sent(111, 10, ',PSH')} ESTABLISHED`],
    });
    check(
      'nothing beyond the window',
      tcbIn('ESTABLISHED', { sndWnd: 600 }),
      { ...SEND, octets: 1072 },
      {
        rfc793: [`must ${sent(101, 536)} ${sent(637, 64)} ESTABLISHED, SEND 472 waits`],
        rfc1122: [
          `must ${sent(101, 536)} ESTABLISHED, SEND 536 waits`,
          `may ${sent(101, 536)} ${sent(637, 64)} ESTABLISHED, SEND 472 waits`,
        ],
      },
    );
    check('half of the largest window is worth a segment', tcbIn('ESTABLISHED', { sndWnd: 500 }), large, {
      rfc793: [`must ${sent(101, 500)} ESTABLISHED, SEND 100 waits`],
      rfc1122: [
        `must ${sent(101, 500)} ESTABLISHED, SEND 100 waits`,
        'may silence ESTABLISHED, SEND 600 waits',
      ],
    });
    check('less is not', tcbIn('ESTABLISHED', { sndWnd: 499 }), large, {
      rfc793: [`must ${sent(101, 499)} ESTABLISHED, SEND 101 waits`],
      rfc1122: [
        'must silence ESTABLISHED, SEND 600 waits',
        `may ${sent(101, 499)} ESTABLISHED, SEND 101 waits`,
      ],
    });
    check('into a closed window', tcbIn('ESTABLISHED', { sndWnd: 0 }), SEND, {
      rfc793: ['must silence ESTABLISHED, SEND 10 waits', `must ${sent(101, 1)} ESTABLISHED, SEND 9 waits`],
      rfc1122: ['must silence ESTABLISHED, SEND 10 waits', `may ${sent(101, 1)} ESTABLISHED, SEND 9 waits`],
    });
    check(
      'into a window that was shrunk below what is in flight',
      tcbIn('ESTABLISHED', { sndNxt: 401, sndWnd: 100 }),
      SEND,
      {
        rfc793: ['must silence ESTABLISHED, SEND 10 waits'],
        rfc1122: [
          'must silence ESTABLISHED, SEND 10 waits',
          'may <SEQ=401><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED',
        ],
      },
    );
    check(
      'the congestion window may let only the first segment go',
      tcbIn('ESTABLISHED', { sndWnd: 2000, maxSndWnd: 2000 }),
      { ...SEND, octets: 1072 },
      {
        rfc793: [`must ${sent(101, 536)} ${sent(637, 536, ',PSH')} ESTABLISHED`],
        rfc1122: [
          `must ${sent(101, 536)} ${sent(637, 536, ',PSH')} ESTABLISHED`,
          `must ${sent(101, 536)} ESTABLISHED, SEND 536 waits`,
        ],
      },
    );
    it('text behind urgent text is not urgent', () => {
      const tcb = tcbIn('ESTABLISHED', {}, { urgent: { pointer: 101, end: 101 } });
      expect(reactionTexts(userCalls(tcb, SEND, DEFAULT_PROFILE))).to.deep.equal([
        `must ${sent(101, 10, ',PSH')} ESTABLISHED`,
      ]);
    });
  });

  describe('RECEIVE while text waits', () => {
    const opened = { rcvBuff: 1000 };
    check('a buffer that fills', withUnread('ESTABLISHED', 30, opened), RECEIVE, [
      'must silence ESTABLISHED, gives 10 from 301',
    ]);
    check('one that does not', withUnread('ESTABLISHED', 5, opened), RECEIVE, {
      rfc793: ['must silence ESTABLISHED, RECEIVE 10 waits'],
      rfc1122: ['must silence ESTABLISHED, RECEIVE 10 waits', 'must silence ESTABLISHED, gives 5 from 301'],
    });
    check(
      'nor would without room, but its text is there',
      withUnread('ESTABLISHED', 5, opened),
      { ...RECEIVE, noRoom: true },
      {
        rfc793: refused('ESTABLISHED', 'insufficient resources'),
        rfc1122: [
          ...refused('ESTABLISHED', 'insufficient resources'),
          'must silence ESTABLISHED, gives 5 from 301',
        ],
      },
    );
    check(
      'PUSH returns it partially filled',
      withUnread('ESTABLISHED', 5, { ...opened, pushed: 5 }),
      RECEIVE,
      ['must silence ESTABLISHED, gives 5 from 301 PUSH'],
    );
    check(
      'with text behind the PUSH, or without',
      withUnread('ESTABLISHED', 7, { ...opened, pushed: 5 }),
      RECEIVE,
      ['must silence ESTABLISHED, gives 5 from 301 PUSH', 'must silence ESTABLISHED, gives 7 from 301'],
    );
    check(
      'an earlier RECEIVE comes first',
      withUnread('ESTABLISHED', 5, { ...opened, receives: [20] }),
      RECEIVE,
      ['must silence ESTABLISHED, RECEIVE 20+10 waits'],
    );
    const urgent = { ...withUnread('ESTABLISHED', 30, opened), rcvUp: 320 };
    check('urgent text is still to come', urgent, RECEIVE, [
      'must silence ESTABLISHED, gives 10 from 301 URGENT, user: urgent data',
    ]);
    check('what follows urgent text comes apart, or is marked', { ...urgent, rcvUp: 305 }, RECEIVE, [
      'must silence ESTABLISHED, gives 4 from 301',
      'must silence ESTABLISHED, gives 10 from 301',
    ]);
    for (const state of ['FIN-WAIT-1', 'FIN-WAIT-2'] as const)
      check(`the user who has closed goes on: ${state}`, withUnread(state, 30, opened), RECEIVE, [
        `must silence ${state}, gives 10 from 301`,
      ]);
    check('what is left when the peer has closed', withUnread('CLOSE-WAIT', 5, opened), RECEIVE, [
      'must silence CLOSE-WAIT, gives 5 from 301',
    ]);
    for (const state of ['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)
      check(`an error, or what is left: ${state}`, withUnread(state, 5, opened), RECEIVE, [
        ...refused(state, 'connection closing'),
        `must silence ${state}, gives 5 from 301`,
      ]);
    check('a user that is gone reads no more', tcbIn('FIN-WAIT-2', { userGone: true }), RECEIVE, [
      'must silence FIN-WAIT-2, caller: connection closing, user gone',
    ]);

    describe('opens the window', () => {
      const full = (unreadOctets: number, rcvWnd: number) => ({
        ...withUnread('ESTABLISHED', unreadOctets, { rcvBuff: 1000, sndMss: 400 }),
        rcvWnd,
      });
      const update = (octets: number) => `<SEQ=101><ACK=1301><CTL=ACK> ESTABLISHED, gives ${octets} from 301`;
      const silence = (octets: number) => `silence ESTABLISHED, gives ${octets} from 301`;
      check(
        'by a segment or more',
        full(1000, 0),
        { ...RECEIVE, octets: 400 },
        {
          rfc793: [`must ${update(400)}`, `must ${silence(400)}`, `must ${silence(400)}`],
          rfc1122: [`must ${update(400)}`, `must ${silence(400)}`],
        },
      );
      check(
        'not by less',
        full(1000, 0),
        { ...RECEIVE, octets: 399 },
        {
          rfc793: [`must ${update(399)}`, `must ${silence(399)}`, `must ${silence(399)}`],
          rfc1122: [`must ${silence(399)}`, `may ${silence(399)}`, `may ${update(399)}`],
        },
      );
      it('to what the buffer has left', () => {
        const reactions = userCalls(full(1000, 0), { ...RECEIVE, octets: 400 }, DEFAULT_PROFILE);
        for (const { tcb } of reactions) expect(tcb.rcvWnd).to.equal(400);
        expect(reactions.flatMap(({ sent }) => sent.map(({ wnd }) => wnd))).to.deep.equal([400]);
      });
    });
  });

  describe('CLOSE behind text', () => {
    const sends = [{ octets: 10, push: false }];
    const text = '<SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH>';
    check(
      'sends the text first, and the FIN behind it or with it',
      tcbIn('ESTABLISHED', {}, { sends }),
      CLOSE,
      {
        rfc793: [
          `must ${text} <SEQ=111><ACK=301><CTL=ACK,FIN> FIN-WAIT-1`,
          'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,FIN,PSH> FIN-WAIT-1',
        ],
        rfc1122: ['', ', user gone'].flatMap((gone) => [
          `must ${text} <SEQ=111><ACK=301><CTL=ACK,FIN> FIN-WAIT-1${gone}`,
          `must <SEQ=101><ACK=301><DATA=10><CTL=ACK,FIN,PSH> FIN-WAIT-1${gone}`,
        ]),
      },
    );
    const inFlight = { seq: 101, ack: 301, data: 536, urg: 0, wnd: 0, ctl: new Set(['ACK'] as const) };
    const ordinary = { security: 0, precedence: 0, checksumValid: true, unicast: true };
    check(
      'sends the FIN behind a full segment in flight, or waits for the congestion window',
      tcbIn('ESTABLISHED', { sndNxt: 637 }, { sent: [{ ...inFlight, ...ordinary }] }),
      CLOSE,
      {
        rfc793: ['must <SEQ=637><ACK=301><CTL=ACK,FIN> FIN-WAIT-1'],
        rfc1122: ['', ', user gone'].flatMap((gone) => [
          `must <SEQ=637><ACK=301><CTL=ACK,FIN> FIN-WAIT-1${gone}`,
          `must silence FIN-WAIT-1${gone}, CLOSE waits`,
        ]),
      },
    );
    const held = (state: State, more: string): Expected => ({
      rfc793: [
        `must silence ${state}${more}`,
        `must <SEQ=101><ACK=301><DATA=1><CTL=ACK> ${state}${more.replace('10', '9')}`,
      ],
      rfc1122: ['', ', user gone'].flatMap((gone) => [
        `must silence ${state}${gone}${more}`,
        `may <SEQ=101><ACK=301><DATA=1><CTL=ACK> ${state}${gone}${more.replace('10', '9')}`,
      ]),
    });
    const closedWindow = { sndWnd: 0 };
    check(
      'waits behind a closed window, in FIN-WAIT-1 all the same',
      tcbIn('ESTABLISHED', closedWindow, { sends }),
      CLOSE,
      held('FIN-WAIT-1', ', CLOSE waits, SEND 10 waits'),
    );
    check(
      'and in CLOSE-WAIT as long as the FIN is not sent',
      tcbIn('CLOSE-WAIT', closedWindow, { sends }),
      CLOSE,
      held('CLOSE-WAIT', ', CLOSE waits, SEND 10 waits'),
    );
    check('waits in SYN-RECEIVED', tcbIn('SYN-RECEIVED', {}, { sends }), CLOSE, {
      rfc793: ['must silence SYN-RECEIVED, CLOSE waits, SEND 10 waits'],
      rfc1122: ['', ', user gone'].map(
        (gone) => `must silence SYN-RECEIVED${gone}, CLOSE waits, SEND 10 waits`,
      ),
    });
    check(
      'waits in SYN-RECEIVED also for text that went with our SYN',
      tcbIn('SYN-RECEIVED', { sndNxt: 111 }),
      CLOSE,
      {
        rfc793: ['must silence SYN-RECEIVED, CLOSE waits'],
        rfc1122: [
          'must silence SYN-RECEIVED, CLOSE waits',
          'must silence SYN-RECEIVED, user gone, CLOSE waits',
        ],
      },
    );
    check('a FIN may wait for a window as well', tcbIn('ESTABLISHED', closedWindow), CLOSE, {
      rfc793: ['must <SEQ=101><ACK=301><CTL=ACK,FIN> FIN-WAIT-1', 'must silence FIN-WAIT-1, CLOSE waits'],
      rfc1122: ['', ', user gone'].flatMap((gone) => [
        `must <SEQ=101><ACK=301><CTL=ACK,FIN> FIN-WAIT-1${gone}`,
        `must silence FIN-WAIT-1${gone}, CLOSE waits`,
      ]),
    });
    for (const state of ['SYN-RECEIVED', 'CLOSE-WAIT'] as const)
      check(
        `a second CLOSE while the first waits: ${state}`,
        tcbIn(state, {}, { sends, closing: true }),
        CLOSE,
        [`must silence ${state}, caller: connection closing, CLOSE waits, SEND 10 waits`],
      );
  });

  describe('CLOSE before text was read', () => {
    const reset = ['should <SEQ=101><CTL=RST> CLOSED', 'should <SEQ=101><ACK=306><CTL=ACK,RST> CLOSED'];
    const fin = '<SEQ=101><ACK=306><CTL=ACK,FIN> FIN-WAIT-1';
    check(
      'resets in a half-duplex close, and goes on in a simplex one',
      withUnread('ESTABLISHED', 5),
      CLOSE,
      {
        rfc793: [`must ${fin}`],
        rfc1122: [`must ${fin}`, ...reset, `may ${fin}, user gone`],
      },
    );
    check('also when the peer has closed', withUnread('TIME-WAIT', 5), CLOSE, {
      rfc793: refused('TIME-WAIT', 'connection closing'),
      rfc1122: [
        ...refused('TIME-WAIT', 'connection closing'),
        'should <SEQ=102><CTL=RST> CLOSED',
        'should <SEQ=102><ACK=307><CTL=ACK,RST> CLOSED',
      ],
    });
    it('and nothing of it is left for the user that is gone', () => {
      for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const)
        for (const { tcb } of userCalls(withUnread(state, 5), CLOSE, DEFAULT_PROFILE))
          if (tcb.userGone)
            expect(
              userCalls(tcb, RECEIVE, DEFAULT_PROFILE).flatMap(({ delivered }) => delivered),
            ).to.deep.equal([]);
    });
  });

  it('a synchronized state is left by CLOSE and ABORT alone', () => {
    for (const state of SYNCHRONIZED)
      for (const call of [ACTIVE, PASSIVE, SEND, RECEIVE, { name: 'STATUS' } as const])
        for (const profile of PROFILES)
          for (const { tcb } of userCalls(tcbIn(state), call, profile)) expect(tcb.state).to.equal(state);
  });
});

describe('serveQueue', () => {
  const sends = [{ octets: 10, push: true }];
  it('sends what has waited until ESTABLISHED', () => {
    expect(reactionTexts(serveQueue(tcbIn('ESTABLISHED', {}, { sends }), DEFAULT_PROFILE))).to.deep.equal([
      'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED',
    ]);
  });

  it('a CLOSE that has waited as well', () => {
    expect(
      reactionTexts(serveQueue(tcbIn('ESTABLISHED', {}, { sends, closing: true }), DEFAULT_PROFILE)),
    ).to.deep.equal([
      'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> <SEQ=111><ACK=301><CTL=ACK,FIN> FIN-WAIT-1',
      'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,FIN,PSH> FIN-WAIT-1',
    ]);
  });

  it('nothing where nothing waits, or nothing can be sent yet', () => {
    for (const state of STATES)
      expect(reactionTexts(serveQueue(tcbIn(state), DEFAULT_PROFILE))).to.deep.equal([
        `must silence ${state}`,
      ]);
    expect(reactionTexts(serveQueue(tcbIn('SYN-SENT', {}, { sends }), DEFAULT_PROFILE))).to.deep.equal([
      'must silence SYN-SENT, SEND 10 waits',
    ]);
  });
});

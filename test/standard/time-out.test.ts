import { expect } from 'chai';
import { DEFAULT_PROFILE, PROFILES } from '../../lib/standard/profile.ts';
import { STATES, type State } from '../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import { type Timer, timeOut } from '../../lib/standard/time-out.ts';
import { userCalls } from '../../lib/standard/user-calls.ts';
import { tcbIn } from './arrivals.ts';
import { type Expected, itReacts, reactionTexts } from './reactions.ts';

const check = (what: string, tcb: Tcb, timer: Timer, expected: Expected): void =>
  itReacts(what, (profile) => timeOut(tcb, timer, profile), expected);

const nothing = (state: State): string[] => [`must silence ${state}`];

/** In flight: ten octets from 101 and twenty from 111, each in a segment of its own. */
const inFlight = (more: Partial<Tcb> = {}): Tcb => {
  const first = userCalls(tcbIn('ESTABLISHED', {}, { nagle: false }), { name: 'SEND', octets: 10 }, 'rfc793');
  const second = first.flatMap(({ tcb }) =>
    userCalls(tcb, { name: 'SEND', octets: 20, push: false }, 'rfc793'),
  );
  const tcb = second.find(({ sent }) => sent.length > 0)?.tcb;
  if (tcb === undefined) throw new Error('nothing was sent');
  return { ...tcb, ...more };
};

describe('timeOut', () => {
  describe('user', () => {
    const aborted = 'user: connection aborted due to user timeout';
    const better = (state: State): string => `should silence ${state}, user: user timeout`;
    const resets = (seq: number): string[] => [
      `may <SEQ=${seq}><CTL=RST> CLOSED, ${aborted}`,
      `may <SEQ=${seq}><ACK=301><CTL=ACK,RST> CLOSED, ${aborted}`,
    ];
    check('CLOSED has no TCB', tcbIn('CLOSED'), { name: 'user' }, nothing('CLOSED'));
    for (const state of STATES.filter((each) => each !== 'CLOSED')) {
      const tcb = tcbIn(state);
      const silent = ['LISTEN', 'SYN-SENT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(state);
      const closes = [`must silence CLOSED, ${aborted}`, ...(silent ? [] : resets(tcb.sndNxt))];
      check(
        state,
        tcb,
        { name: 'user' },
        {
          rfc793: closes,
          rfc1122: [...closes, better(state)],
          rfc9293: closes,
        },
      );
    }
    it('tells the calls that wait', () => {
      const tcb = inFlight({ receives: [5] });
      expect(reactionTexts(timeOut(tcb, { name: 'user' }, DEFAULT_PROFILE))).to.include(
        `must silence CLOSED, ${aborted}, SENDs: ${aborted.slice(6)}, RECEIVEs: ${aborted.slice(6)}`,
      );
    });
  });

  describe('TIME-WAIT', () => {
    for (const state of STATES)
      check(state, tcbIn(state), { name: 'TIME-WAIT' }, [
        `must silence ${state === 'TIME-WAIT' ? 'CLOSED' : state}`,
      ]);
  });

  describe('retransmission', () => {
    const timer: Timer = { name: 'retransmission' };
    const by: Readonly<Record<State, readonly string[]>> = {
      CLOSED: nothing('CLOSED'),
      LISTEN: nothing('LISTEN'),
      'SYN-SENT': ['must <SEQ=100><CTL=SYN> SYN-SENT'],
      'SYN-RECEIVED': ['must <SEQ=100><ACK=301><CTL=ACK,SYN> SYN-RECEIVED'],
      ESTABLISHED: nothing('ESTABLISHED'),
      'FIN-WAIT-1': ['must <SEQ=101><ACK=301><CTL=ACK,FIN> FIN-WAIT-1'],
      'FIN-WAIT-2': nothing('FIN-WAIT-2'),
      'CLOSE-WAIT': nothing('CLOSE-WAIT'),
      CLOSING: ['must <SEQ=101><ACK=301><CTL=ACK,FIN> CLOSING'],
      'LAST-ACK': ['must <SEQ=101><ACK=301><CTL=ACK,FIN> LAST-ACK'],
      'TIME-WAIT': nothing('TIME-WAIT'),
    };
    for (const state of STATES) check(state, tcbIn(state), timer, by[state]);
    it('LISTEN, after a reset in SYN-RECEIVED, gives nothing up', () => {
      for (const profile of PROFILES) {
        const listens = tcbIn('LISTEN', { sndUna: 100 });
        expect(reactionTexts(timeOut(listens, { ...timer, reached: 'R2' }, profile))).to.deep.equal(
          nothing('LISTEN'),
        );
      }
    });
    check(
      'LISTEN, after a reset in SYN-RECEIVED',
      tcbIn('LISTEN', { sndUna: 100 }),
      timer,
      nothing('LISTEN'),
    );
    check(
      'a SYN that met another, as it is answered or as it was',
      tcbIn('SYN-RECEIVED', { origin: 'active' }),
      timer,
      ['must <SEQ=100><ACK=301><CTL=ACK,SYN> SYN-RECEIVED', 'must <SEQ=100><CTL=SYN> SYN-RECEIVED'],
    );
    check('a SYN with its text, or without', tcbIn('SYN-SENT', { sndNxt: 111 }), timer, [
      'must <SEQ=100><CTL=SYN> SYN-SENT',
      'must <SEQ=100><DATA=10><CTL=PSH,SYN> SYN-SENT',
    ]);
    check(
      'our SYN comes before the FIN of a CLOSE in SYN-RECEIVED',
      tcbIn('FIN-WAIT-1', { sndUna: 100 }),
      timer,
      ['must <SEQ=100><ACK=301><CTL=ACK,SYN> FIN-WAIT-1'],
    );

    const front = '<SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED';
    check('the front of the queue, or both in one', inFlight(), timer, [
      `must ${front}`,
      'must <SEQ=101><ACK=301><DATA=30><CTL=ACK,PSH> ESTABLISHED',
    ]);
    check(
      'the acknowledgment is that of now, or the segment is identical',
      inFlight({ rcvNxt: 306 }),
      timer,
      [
        `must ${front.replace('301', '306')}`,
        `may ${front}`,
        'must <SEQ=101><ACK=306><DATA=30><CTL=ACK,PSH> ESTABLISHED',
      ],
    );
    it('and so is the window', () => {
      const [reaction] = timeOut(inFlight({ rcvWnd: 77 }), timer, DEFAULT_PROFILE);
      expect(reaction?.sent[0]?.wnd).to.equal(77);
    });
    check('what is acknowledged has left the queue', inFlight({ sndUna: 111 }), timer, [
      'must <SEQ=111><ACK=301><DATA=20><CTL=ACK> ESTABLISHED',
    ]);
    check(
      'a part of the front that is acknowledged need not be sent again',
      inFlight({ sndUna: 105 }),
      timer,
      [`must ${front}`, 'must <SEQ=105><ACK=301><DATA=26><CTL=ACK,PSH> ESTABLISHED'],
    );
    check('a window that was shrunk cuts it', inFlight({ sndWnd: 4 }), timer, [
      `must ${front}`,
      'must <SEQ=101><ACK=301><DATA=30><CTL=ACK,PSH> ESTABLISHED',
      'must <SEQ=101><ACK=301><DATA=4><CTL=ACK> ESTABLISHED',
    ]);
    check('a segment is no larger than can be sent', inFlight({ sndMss: 25 }), timer, [
      `must ${front}`,
      'must <SEQ=101><ACK=301><DATA=25><CTL=ACK,PSH> ESTABLISHED',
    ]);
    check('the FIN behind text, or with it', tcbIn('FIN-WAIT-1', { sndNxt: 112 }), timer, [
      'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> FIN-WAIT-1',
      'must <SEQ=101><ACK=301><DATA=10><CTL=ACK,FIN,PSH> FIN-WAIT-1',
    ]);
    check(
      'urgent text is still urgent',
      inFlight({ sndUna: 111, urgent: { pointer: 131, end: 131 } }),
      timer,
      [
        'must <SEQ=111><ACK=301><URG=20><DATA=20><CTL=ACK,URG> ESTABLISHED',
        'may <SEQ=111><ACK=301><DATA=20><CTL=ACK> ESTABLISHED',
      ],
    );

    describe('excessive retransmissions', () => {
      const excessive = 'user: excessive retransmissions';
      const syn = '<SEQ=100><CTL=SYN> SYN-SENT';
      check(
        'R1: the user is told',
        tcbIn('SYN-SENT'),
        { ...timer, reached: 'R1' },
        {
          rfc793: [`must ${syn}`],
          rfc1122: [`must ${syn}, ${excessive}`, `may ${syn}`],
        },
      );
      check(
        'R2: the connection is closed',
        tcbIn('SYN-SENT'),
        { ...timer, reached: 'R2' },
        {
          rfc793: [`must ${syn}`],
          rfc1122: [`must silence CLOSED, ${excessive}`],
        },
      );
      const fin = '<SEQ=101><ACK=301><CTL=ACK,FIN> FIN-WAIT-1';
      const given = [
        `silence CLOSED, ${excessive}`,
        `<SEQ=102><CTL=RST> CLOSED, ${excessive}`,
        `<SEQ=102><ACK=301><CTL=ACK,RST> CLOSED, ${excessive}`,
      ];
      check(
        'R2, perhaps with a reset',
        tcbIn('FIN-WAIT-1'),
        { ...timer, reached: 'R2' },
        {
          rfc793: [`must ${fin}`],
          rfc1122: given.map((text, index) => `${index === 0 ? 'must' : 'may'} ${text}`),
        },
      );
      check(
        'R2 behind a closed window should not close it',
        tcbIn('FIN-WAIT-1', { sndWnd: 0 }),
        { ...timer, reached: 'R2' },
        {
          rfc793: [`must ${fin}`],
          rfc1122: [`must ${fin}`, ...given.map((text) => `may ${text}`)],
        },
      );
    });
  });

  describe('zero window', () => {
    const timer: Timer = { name: 'zero window' };
    const sends = [{ octets: 10, push: true }];
    const closed = { sndWnd: 0 };
    const bare = (state: State, una: number, waits = '') =>
      `may <SEQ=${una - 1}><ACK=301><CTL=ACK> ${state}${waits}`;
    const probes = (state: State): string[] => [
      bare(state, 101, ', SEND 10 waits'),
      `must <SEQ=101><ACK=301><DATA=1><CTL=ACK> ${state}, SEND 9 waits`,
      `may <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> ${state}`,
    ];
    for (const state of ['ESTABLISHED', 'CLOSE-WAIT'] as const)
      check(`an octet that waits: ${state}`, tcbIn(state, closed, { sends }), timer, probes(state));
    check(
      'in FIN-WAIT-1 while CLOSE waits',
      tcbIn('FIN-WAIT-1', { ...closed, sndNxt: 101 }, { sends, closing: true }),
      timer,
      [
        bare('FIN-WAIT-1', 101, ', CLOSE waits, SEND 10 waits'),
        'must <SEQ=101><ACK=301><DATA=1><CTL=ACK> FIN-WAIT-1, CLOSE waits, SEND 9 waits',
        'may <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> <SEQ=111><ACK=301><CTL=ACK,FIN> FIN-WAIT-1',
        'may <SEQ=101><ACK=301><DATA=10><CTL=ACK,FIN,PSH> FIN-WAIT-1',
        'may <SEQ=101><ACK=301><DATA=10><CTL=ACK,PSH> FIN-WAIT-1, CLOSE waits',
      ],
    );
    check('a FIN that waits', tcbIn('CLOSE-WAIT', closed, { closing: true }), timer, {
      rfc793: [
        bare('CLOSE-WAIT', 101, ', CLOSE waits'),
        'must <SEQ=101><ACK=301><CTL=ACK,FIN> LAST-ACK',
        'must <SEQ=101><ACK=301><CTL=ACK,FIN> CLOSING',
      ],
      rfc1122: [bare('CLOSE-WAIT', 101, ', CLOSE waits'), 'must <SEQ=101><ACK=301><CTL=ACK,FIN> LAST-ACK'],
    });
    check('what is in flight', tcbIn('LAST-ACK', closed), timer, [
      bare('LAST-ACK', 101),
      'must <SEQ=101><ACK=301><CTL=ACK,FIN> LAST-ACK',
    ]);
    check('a probe once more, or another octet', inFlight({ ...closed, sndUna: 111, sends }), timer, [
      bare('ESTABLISHED', 111, ', SEND 10 waits'),
      'must <SEQ=111><ACK=301><DATA=20><CTL=ACK> ESTABLISHED, SEND 10 waits',
      'must <SEQ=131><ACK=301><DATA=1><CTL=ACK> ESTABLISHED, SEND 9 waits',
      'may <SEQ=131><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED',
    ]);
    check('no probe of a window that is open', tcbIn('ESTABLISHED', {}, { sends }), timer, [
      'must silence ESTABLISHED, SEND 10 waits',
    ]);
    for (const state of STATES)
      if (!['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(state))
        check(`nothing to send: ${state}`, tcbIn(state, closed), timer, nothing(state));
    it('never closes the connection', () => {
      for (const profile of PROFILES)
        for (const { tcb } of timeOut(tcbIn('ESTABLISHED', closed, { sends }), timer, profile))
          expect(tcb.state).to.equal('ESTABLISHED');
    });
  });

  describe('override', () => {
    const timer: Timer = { name: 'override' };
    const sends = [{ octets: 10, push: true }];
    check('what Nagle holds', tcbIn('ESTABLISHED', { sndNxt: 111 }, { sends }), timer, [
      'must <SEQ=111><ACK=301><DATA=10><CTL=ACK,PSH> ESTABLISHED',
    ]);
    check('what a small window holds', tcbIn('CLOSE-WAIT', { sndWnd: 4 }, { sends }), timer, [
      'must <SEQ=101><ACK=301><DATA=4><CTL=ACK> CLOSE-WAIT, SEND 6 waits',
    ]);
    check(
      'text without PUSH',
      tcbIn('ESTABLISHED', { sndNxt: 111 }, { sends: [{ octets: 10, push: false }] }),
      timer,
      {
        rfc793: [
          'must <SEQ=111><ACK=301><DATA=10><CTL=ACK> ESTABLISHED',
          'must silence ESTABLISHED, SEND 10 waits',
        ],
        rfc9293: ['must <SEQ=111><ACK=301><DATA=10><CTL=ACK> ESTABLISHED'],
      },
    );
    check('not beyond the window', tcbIn('ESTABLISHED', { sndWnd: 0 }, { sends }), timer, [
      'must silence ESTABLISHED, SEND 10 waits',
    ]);
    for (const state of STATES) check(`nothing held: ${state}`, tcbIn(state), timer, nothing(state));
  });

  describe('keep-alive', () => {
    const timer: Timer = { name: 'keep-alive' };
    const on = { keepAlive: true };
    const probes = (state: State, seq: number): Expected => ({
      rfc793: [
        `must silence ${state}`,
        `may <SEQ=${seq}><ACK=301><CTL=ACK> ${state}`,
        `may <SEQ=${seq}><ACK=301><DATA=1><CTL=ACK> ${state}`,
      ],
      rfc1122: [
        `should <SEQ=${seq}><ACK=301><CTL=ACK> ${state}`,
        `may <SEQ=${seq}><ACK=301><DATA=1><CTL=ACK> ${state}`,
      ],
    });
    check('ESTABLISHED', tcbIn('ESTABLISHED', {}, on), timer, probes('ESTABLISHED', 100));
    check('CLOSE-WAIT', tcbIn('CLOSE-WAIT', {}, on), timer, probes('CLOSE-WAIT', 100));
    check('FIN-WAIT-2', tcbIn('FIN-WAIT-2', {}, on), timer, probes('FIN-WAIT-2', 101));
    for (const state of STATES) {
      check(`off, as it is when nobody asks: ${state}`, tcbIn(state), timer, nothing(state));
      if (!['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2'].includes(state))
        check(`not idle: ${state}`, tcbIn(state, {}, on), timer, nothing(state));
    }
    check('not while text is in flight', inFlight(on), timer, nothing('ESTABLISHED'));
    check(
      'nor while it waits',
      tcbIn('ESTABLISHED', {}, { ...on, sends: [{ octets: 1, push: true }] }),
      timer,
      ['must silence ESTABLISHED, SEND 1 waits'],
    );
    check('nor while a FIN waits', tcbIn('CLOSE-WAIT', {}, { ...on, closing: true }), timer, [
      'must silence CLOSE-WAIT, CLOSE waits',
    ]);
    it('takes no single probe for a dead connection, but more', () => {
      const states = (unanswered: number) =>
        timeOut(tcbIn('ESTABLISHED', {}, on), { ...timer, unanswered }, DEFAULT_PROFILE).map(
          ({ tcb, level }) => [tcb.state, level],
        );
      expect(states(1)).to.deep.equal([
        ['ESTABLISHED', 'recommended'],
        ['ESTABLISHED', 'permitted'],
      ]);
      expect(states(2)).to.deep.include(['CLOSED', 'permitted']);
    });
    it('moves nothing', () => {
      const tcb = tcbIn('ESTABLISHED', {}, on);
      for (const reaction of timeOut(tcb, timer, DEFAULT_PROFILE)) expect(reaction.tcb).to.deep.equal(tcb);
    });
  });

  it('a retransmission moves nothing', () => {
    const texts = (segments: readonly Segment[]) => segments.map(({ seq, data }) => [seq, data]);
    for (const { tcb, sent } of timeOut(inFlight(), { name: 'retransmission' }, DEFAULT_PROFILE)) {
      expect(tcb).to.deep.equal(inFlight());
      expect(texts(sent)).to.have.lengthOf(1);
    }
  });
});

import { expect } from 'chai';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { segmentArrives } from '../../lib/standard/segment-arrives.ts';
import { type State, SYNCHRONIZED } from '../../lib/standard/state.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import { arrivals, segmentOf, tcbIn } from './arrivals.ts';

/** For all profiles, or by profile. A profile that is absent is like the one before it. */
type Expected =
  | readonly string[]
  | ({ rfc793: readonly string[] } & Partial<Record<Profile, readonly string[]>>);

const check = (what: string, tcb: Tcb, send: string | Segment, expected: Expected): void => {
  const segment = typeof send === 'string' ? segmentOf(send) : send;
  const by = ('rfc793' in expected ? expected : { rfc793: expected }) as Partial<
    Record<Profile, readonly string[]>
  >;
  let outcomes: readonly string[] = [];
  for (const profile of PROFILES) {
    outcomes = by[profile] ?? outcomes;
    const anticipated = outcomes;
    it(`${what} (${profile})`, () => {
      expect(arrivals(tcb, segment, profile)).to.have.members([...anticipated]);
    });
  }
};

const ack = (state: State, tcb = tcbIn(state)): string =>
  `<SEQ=${tcb.sndNxt}><ACK=${tcb.rcvNxt}><CTL=ACK> ${state}`;

describe('SEGMENT ARRIVES', () => {
  describe('the figures of RFC 793', () => {
    check('7, line 3: LISTEN answers a SYN', tcbIn('LISTEN', { iss: 300 }), '<SEQ=100><CTL=SYN>', [
      'must <SEQ=300><ACK=101><CTL=SYN,ACK> SYN-RECEIVED, a new ISS',
    ]);
    check('7, line 4: the SYN,ACK establishes', tcbIn('SYN-SENT'), '<SEQ=300><ACK=101><CTL=SYN,ACK>', [
      'must <SEQ=101><ACK=301><CTL=ACK> ESTABLISHED',
    ]);
    check('7, line 4: so does the ACK', tcbIn('SYN-RECEIVED'), '<SEQ=301><ACK=101><CTL=ACK>', [
      'must silence ESTABLISHED',
    ]);
    check('8, line 3: a SYN meets our SYN', tcbIn('SYN-SENT'), '<SEQ=300><CTL=SYN>', [
      'must <SEQ=100><ACK=301><CTL=SYN,ACK> SYN-RECEIVED',
    ]);
    const simultaneous = tcbIn('SYN-RECEIVED', { origin: 'active' });
    check('8, line 6: the SYN,ACK again', simultaneous, '<SEQ=300><ACK=101><CTL=SYN,ACK>', [
      `must ${ack('SYN-RECEIVED')}`,
      `must ${ack('ESTABLISHED')}`,
      'must silence ESTABLISHED',
    ]);
    check('9, line 5: an old SYN was answered', tcbIn('SYN-SENT'), '<SEQ=300><ACK=91><CTL=SYN,ACK>', [
      'must <SEQ=91><CTL=RST> SYN-SENT',
    ]);
    check('9, line 5: and is undone', tcbIn('SYN-RECEIVED', { rcvNxt: 91 }), '<SEQ=91><CTL=RST>', [
      'must silence LISTEN',
    ]);
    check('8, line 6: but not of a passive open', tcbIn('SYN-RECEIVED'), '<SEQ=300><ACK=101><CTL=SYN,ACK>', [
      `must ${ack('SYN-RECEIVED')}`,
    ]);
    const halfOpen = tcbIn('ESTABLISHED', { sndUna: 300, sndNxt: 300, rcvNxt: 100, rcvWnd: 100 });
    check('10, line 4: a SYN from a peer that crashed', halfOpen, '<SEQ=400><CTL=SYN>', [
      'must <SEQ=300><ACK=100><CTL=ACK> ESTABLISHED',
    ]);
    const crashed = tcbIn('SYN-SENT', { iss: 400, sndUna: 400, sndNxt: 401 });
    check('10, line 5: and its reset', crashed, '<SEQ=300><ACK=100><CTL=ACK>', [
      'must <SEQ=100><CTL=RST> SYN-SENT',
    ]);
    check('11, line 3: text for no one', tcbIn('CLOSED'), '<SEQ=300><ACK=100><DATA=10><CTL=ACK>', [
      'must <SEQ=100><CTL=RST> CLOSED',
    ]);
    check('12, line 4: a SYN,ACK for a listener', tcbIn('LISTEN'), '<SEQ=7><ACK=9><CTL=SYN,ACK>', [
      'must <SEQ=9><CTL=RST> LISTEN',
    ]);
    check('13, line 2: a FIN', tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>', [
      'must <SEQ=101><ACK=302><CTL=ACK> CLOSE-WAIT',
    ]);
    check('13, line 3: our FIN is acknowledged', tcbIn('FIN-WAIT-1'), '<SEQ=301><ACK=102><CTL=ACK>', [
      'must silence FIN-WAIT-2',
    ]);
    check('13, line 4: the other FIN', tcbIn('FIN-WAIT-2'), '<SEQ=301><ACK=102><CTL=FIN,ACK>', [
      'must <SEQ=102><ACK=302><CTL=ACK> TIME-WAIT',
    ]);
    check('13, line 5: the last ACK', tcbIn('LAST-ACK'), '<SEQ=301><ACK=102><CTL=ACK>', [
      'must silence CLOSED',
    ]);
    check('14, line 2: the FINs cross', tcbIn('FIN-WAIT-1'), '<SEQ=301><ACK=101><CTL=FIN,ACK>', [
      'must <SEQ=102><ACK=302><CTL=ACK> CLOSING',
    ]);
    check('14, line 3: and are acknowledged', tcbIn('CLOSING'), '<SEQ=301><ACK=102><CTL=ACK>', [
      'must silence TIME-WAIT',
    ]);
  });

  it('SYN-RECEIVED remembers where it came from', () => {
    const syn = segmentOf('<SEQ=300><CTL=SYN>');
    expect(segmentArrives(tcbIn('LISTEN'), syn, 'rfc1122')[0]?.tcb.origin).to.equal('passive');
    expect(segmentArrives(tcbIn('SYN-SENT'), syn, 'rfc1122')[0]?.tcb.origin).to.equal('active');
  });

  describe('CLOSED', () => {
    const closed = tcbIn('CLOSED');
    check('a reset is dropped', closed, '<SEQ=5><ACK=9><CTL=RST,ACK>', ['must silence CLOSED']);
    check('SYN, text and FIN all count', closed, '<SEQ=5><DATA=10><CTL=SYN,FIN>', [
      'must <SEQ=0><ACK=17><CTL=RST,ACK> CLOSED',
    ]);
    check('and wrap around', closed, '<SEQ=4294967295><CTL=SYN>', [
      'must <SEQ=0><ACK=0><CTL=RST,ACK> CLOSED',
    ]);
  });

  describe('LISTEN', () => {
    const synAck = 'must <SEQ=100><ACK=6><CTL=SYN,ACK> SYN-RECEIVED, a new ISS';
    check('a reset is ignored', tcbIn('LISTEN'), '<SEQ=5><ACK=9><CTL=SYN,RST,ACK>', ['must silence LISTEN']);
    check('neither SYN nor ACK', tcbIn('LISTEN'), '<SEQ=5><DATA=10><CTL=FIN>', ['must silence LISTEN']);
    check('text waits', tcbIn('LISTEN'), '<SEQ=5><DATA=10><CTL=SYN,FIN>', [synAck]);
    check('another security', tcbIn('LISTEN'), segmentOf('<SEQ=5><CTL=SYN>', { security: 7 }), {
      rfc793: ['must <SEQ=0><ACK=6><CTL=RST,ACK> LISTEN', 'must <SEQ=0><CTL=RST> LISTEN'],
      rfc1122: ['must <SEQ=0><ACK=6><CTL=RST,ACK> LISTEN'],
      rfc9293: ['must <SEQ=0><ACK=6><CTL=RST,ACK> LISTEN', synAck.replace('must', 'may')],
    });
    const urgent = segmentOf('<SEQ=5><CTL=SYN>', { precedence: 3 });
    check('a higher precedence', tcbIn('LISTEN'), urgent, {
      rfc793: ['must <SEQ=0><ACK=6><CTL=RST,ACK> LISTEN', 'must <SEQ=0><CTL=RST> LISTEN'],
      rfc1122: ['must <SEQ=0><ACK=6><CTL=RST,ACK> LISTEN'],
      rfc5961: [synAck],
    });
    check('one that it may raise to', tcbIn('LISTEN', { mayRaisePrecedence: true }), urgent, [synAck]);
    check('a lower precedence', tcbIn('LISTEN', { precedence: 5 }), urgent, [synAck]);
  });

  describe('SYN-SENT', () => {
    const synSent = tcbIn('SYN-SENT');
    check('the ACK is checked before the RST', synSent, '<SEQ=5><ACK=100><CTL=RST,ACK>', [
      'must silence SYN-SENT',
    ]);
    check('a reset without ACK', synSent, '<SEQ=5><CTL=RST>', ['must silence SYN-SENT']);
    check('a reset that acknowledges our SYN', synSent, '<SEQ=5><ACK=101><CTL=RST,ACK>', [
      'must silence CLOSED',
    ]);
    check('an ACK alone', synSent, '<SEQ=5><ACK=101><CTL=ACK>', ['must silence SYN-SENT']);
    check('text with the SYN,ACK', synSent, '<SEQ=300><ACK=101><DATA=10><CTL=SYN,ACK>', [
      'must <SEQ=101><ACK=311><CTL=ACK> ESTABLISHED',
      'may <SEQ=101><ACK=301><CTL=ACK> ESTABLISHED',
    ]);
    check('a FIN with the SYN,ACK', synSent, '<SEQ=300><ACK=101><CTL=SYN,FIN,ACK>', [
      'must <SEQ=101><ACK=302><CTL=ACK> CLOSE-WAIT',
      'may <SEQ=101><ACK=301><CTL=ACK> ESTABLISHED',
    ]);
    check('another security, no ACK', synSent, segmentOf('<SEQ=5>', { security: 7 }), {
      rfc793: ['must <SEQ=0><ACK=5><CTL=RST,ACK> SYN-SENT'],
      rfc9293: ['must <SEQ=0><ACK=5><CTL=RST,ACK> SYN-SENT', 'may silence SYN-SENT'],
    });
    check(
      'a lower precedence with ACK',
      tcbIn('SYN-SENT', { precedence: 3 }),
      '<SEQ=300><ACK=101><CTL=SYN,ACK>',
      {
        rfc793: ['must <SEQ=101><CTL=RST> SYN-SENT'],
        rfc5961: ['must <SEQ=101><ACK=301><CTL=ACK> ESTABLISHED'],
      },
    );
  });

  describe('first, the sequence number', () => {
    const keep = ack('ESTABLISHED');
    for (const seq of [300, 1301, 1301 + 2 ** 30, 301 - 2 ** 30 + 2 ** 32])
      check(`SEQ=${seq}`, tcbIn('ESTABLISHED'), `<SEQ=${seq}><ACK=101><CTL=ACK>`, [`must ${keep}`]);
    check('it comes before the ACK field', tcbIn('ESTABLISHED'), '<SEQ=300><ACK=999><CTL=ACK>', [
      `must ${ack('ESTABLISHED')}`,
    ]);
    check('but not for group 2', tcbIn('SYN-RECEIVED'), '<SEQ=300><ACK=999><CTL=ACK>', [
      `must ${ack('SYN-RECEIVED')}`,
      'must <SEQ=999><CTL=RST> SYN-RECEIVED',
    ]);
    check('a reset outside is dropped', tcbIn('ESTABLISHED'), '<SEQ=1301><CTL=RST>', [
      'must silence ESTABLISHED',
    ]);
    check(
      'only the new part of the text counts',
      tcbIn('ESTABLISHED'),
      '<SEQ=297><ACK=101><DATA=10><CTL=ACK>',
      ['must <SEQ=101><ACK=307><CTL=ACK> ESTABLISHED'],
    );
    check('text around the window', tcbIn('ESTABLISHED'), '<SEQ=300><ACK=101><DATA=1002><CTL=ACK>', [
      `must ${keep}`,
      'must <SEQ=101><ACK=1301><CTL=ACK> ESTABLISHED',
      'may <SEQ=101><ACK=1302><CTL=ACK> ESTABLISHED',
    ]);
    check('a FIN right of the window', tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><DATA=1000><CTL=FIN,ACK>', [
      'must <SEQ=101><ACK=1301><CTL=ACK> ESTABLISHED',
      'may <SEQ=101><ACK=1302><CTL=ACK> CLOSE-WAIT',
    ]);
    check('the FIN again, with the ACK of ours', tcbIn('CLOSING'), '<SEQ=300><ACK=102><CTL=FIN,ACK>', [
      `must ${ack('CLOSING')}`,
      `may ${ack('TIME-WAIT')}`,
      'may silence TIME-WAIT',
    ]);
    check('the same in LAST-ACK', tcbIn('LAST-ACK'), '<SEQ=300><ACK=102><CTL=FIN,ACK>', [
      `must ${ack('LAST-ACK')}`,
      'may <SEQ=102><ACK=301><CTL=ACK> CLOSED',
      'may silence CLOSED',
    ]);
    for (const text of ['', '<DATA=1>'])
      check(
        `one octet before the window${text}, the ACK of ours`,
        tcbIn('FIN-WAIT-1'),
        `<SEQ=300><ACK=102><CTL=ACK>${text}`,
        [`must ${ack('FIN-WAIT-1')}`, `may ${ack('FIN-WAIT-2')}`, 'may silence FIN-WAIT-2'],
      );
    check('but not two octets before it', tcbIn('FIN-WAIT-1'), '<SEQ=299><ACK=102><DATA=1><CTL=ACK>', [
      `must ${ack('FIN-WAIT-1')}`,
    ]);
    const waiting = { ...tcbIn('FIN-WAIT-1'), closing: true };
    check('nor while the FIN waits to be sent', waiting, '<SEQ=300><ACK=102><CTL=ACK>', [
      `must ${ack('FIN-WAIT-1')}`,
    ]);
  });

  describe('first, at a closed window', () => {
    const shut = { rcvWnd: 0 };
    check('an ACK counts', tcbIn('FIN-WAIT-1', shut), '<SEQ=301><ACK=102><CTL=ACK>', [
      'must silence FIN-WAIT-2',
      'must <SEQ=102><ACK=301><CTL=ACK> FIN-WAIT-2',
    ]);
    check('an ACK that is to be ignored', tcbIn('CLOSING', shut), '<SEQ=301><ACK=101><CTL=ACK>', [
      'must silence CLOSING',
      `must ${ack('CLOSING')}`,
    ]);
    check('the last ACK', tcbIn('LAST-ACK', shut), '<SEQ=301><ACK=102><CTL=ACK>', ['must silence CLOSED']);
    check('text does not', tcbIn('ESTABLISHED', shut), '<SEQ=301><ACK=101><DATA=1><CTL=ACK>', [
      `must ${ack('ESTABLISHED')}`,
    ]);
    check('but its ACK should', tcbIn('SYN-RECEIVED', shut), '<SEQ=301><ACK=101><DATA=9><CTL=ACK>', [
      `must ${ack('SYN-RECEIVED')}`,
      `should ${ack('ESTABLISHED')}`,
    ]);
    check('a reset counts', tcbIn('ESTABLISHED', shut), '<SEQ=301><CTL=RST>', ['must silence CLOSED']);
    check('a reset further on does not', tcbIn('ESTABLISHED', shut), '<SEQ=302><CTL=RST>', [
      'must silence ESTABLISHED',
    ]);
    check('a reset with a FIN', tcbIn('ESTABLISHED', shut), '<SEQ=301><CTL=FIN,RST>', {
      rfc793: ['should silence CLOSED', 'may silence ESTABLISHED'],
      rfc9293: ['must silence CLOSED'],
    });
    check('a reset with text', tcbIn('ESTABLISHED', shut), '<SEQ=301><DATA=5><CTL=RST>', {
      rfc793: ['should silence CLOSED', 'may silence ESTABLISHED'],
      rfc9293: ['must silence CLOSED'],
    });
    check('a reset with text in TIME-WAIT', tcbIn('TIME-WAIT', shut), '<SEQ=301><DATA=5><CTL=RST>', {
      rfc793: ['should silence CLOSED', 'may silence TIME-WAIT'],
      rfc9293: ['must silence CLOSED', 'may silence TIME-WAIT'],
    });
  });

  describe('second, the RST bit', () => {
    for (const state of SYNCHRONIZED) {
      const also = state === 'TIME-WAIT' ? ['may silence TIME-WAIT'] : [];
      check(`at RCV.NXT in ${state}`, tcbIn(state), '<SEQ=301><ACK=999><CTL=RST,ACK>', [
        'must silence CLOSED',
        ...also,
      ]);
      check(`in the window in ${state}`, tcbIn(state), '<SEQ=302><CTL=RST>', {
        rfc793: ['must silence CLOSED', ...also],
        rfc5961: [`must ${ack(state)}`, ...also],
        rfc9293: [`must ${ack(state)}, RST adopted`, 'must silence CLOSED, RST not adopted', ...also],
      });
    }
    check(
      'in SYN-RECEIVED from an active open',
      tcbIn('SYN-RECEIVED', { origin: 'active' }),
      '<SEQ=301><CTL=RST>',
      ['must silence CLOSED'],
    );
    check('with text', tcbIn('ESTABLISHED'), '<SEQ=301><DATA=10><CTL=RST>', {
      rfc793: ['must silence CLOSED'],
      rfc1122: ['should silence CLOSED', 'may silence ESTABLISHED'],
    });
    check('with only its text in the window', tcbIn('ESTABLISHED'), '<SEQ=299><DATA=4><CTL=RST>', {
      rfc793: ['must silence ESTABLISHED', 'must silence CLOSED'],
      rfc1122: ['must silence ESTABLISHED', 'should silence CLOSED'],
      rfc5961: ['must silence ESTABLISHED', 'may silence CLOSED'],
      rfc9293: [
        'must silence ESTABLISHED',
        'may silence CLOSED, RST adopted',
        'should silence CLOSED, RST not adopted',
      ],
    });
  });

  describe('third, security and precedence', () => {
    const other = (notation: string) => segmentOf(notation, { security: 7 });
    check('SYN-RECEIVED resets and stays', tcbIn('SYN-RECEIVED'), other('<SEQ=301><ACK=101><CTL=ACK>'), {
      rfc793: ['must <SEQ=101><CTL=RST> SYN-RECEIVED'],
      rfc9293: ['must <SEQ=101><CTL=RST> SYN-RECEIVED', 'may silence ESTABLISHED'],
    });
    check('CLOSE-WAIT resets', tcbIn('CLOSE-WAIT'), other('<SEQ=301><ACK=101><CTL=ACK>'), {
      rfc793: ['must <SEQ=101><CTL=RST> CLOSED', 'may silence CLOSE-WAIT'],
      rfc1122: ['must <SEQ=101><CTL=RST> CLOSED'],
      rfc9293: ['must <SEQ=101><CTL=RST> CLOSED', 'may silence CLOSE-WAIT'],
    });
    check('not for what is out of the window', tcbIn('ESTABLISHED'), other('<SEQ=300><ACK=101><CTL=ACK>'), [
      `must ${ack('ESTABLISHED')}`,
    ]);
    const before = tcbIn('SYN-RECEIVED', { precedence: 3 });
    check('a lower precedence before our SYN is acknowledged', before, '<SEQ=301>', {
      rfc793: ['must <SEQ=0><ACK=301><CTL=RST,ACK> SYN-RECEIVED', 'may silence SYN-RECEIVED'],
      rfc5961: ['must silence SYN-RECEIVED'],
    });
    check('and with its acknowledgment', before, '<SEQ=301><ACK=101><CTL=ACK>', {
      rfc793: ['must <SEQ=101><CTL=RST> SYN-RECEIVED'],
      rfc5961: ['must silence ESTABLISHED'],
    });
    check('precedence', tcbIn('ESTABLISHED'), segmentOf('<SEQ=301><ACK=101><CTL=ACK>', { precedence: 1 }), {
      rfc793: ['must <SEQ=101><CTL=RST> CLOSED'],
      rfc5961: ['must silence ESTABLISHED'],
    });
  });

  describe('fourth, the SYN bit', () => {
    const withAck = ['must <SEQ=101><CTL=RST> CLOSED', 'must <SEQ=101><ACK=301><CTL=RST,ACK> CLOSED'];
    const bare = ['must <SEQ=0><ACK=302><CTL=RST,ACK> CLOSED', ...withAck];
    const notAdopted = (texts: string[]) => texts.map((text) => `${text}, SYN not adopted`);
    check('in the window', tcbIn('ESTABLISHED'), '<SEQ=301><CTL=SYN>', {
      rfc793: bare,
      rfc5961: [`must ${ack('ESTABLISHED')}`],
      rfc9293: [`must ${ack('ESTABLISHED')}, SYN adopted`, ...notAdopted(bare)],
    });
    check('in the window, with ACK', tcbIn('CLOSE-WAIT'), '<SEQ=301><ACK=101><CTL=SYN,ACK>', {
      rfc793: withAck,
      rfc5961: [`must ${ack('CLOSE-WAIT')}`],
      rfc9293: [`must ${ack('CLOSE-WAIT')}, SYN adopted`, ...notAdopted(withAck)],
    });
    check('in SYN-RECEIVED from a passive open', tcbIn('SYN-RECEIVED'), '<SEQ=301><CTL=SYN>', {
      rfc793: bare,
      rfc1122: ['must silence LISTEN'],
    });
    check(
      'in SYN-RECEIVED from an active one',
      tcbIn('SYN-RECEIVED', { origin: 'active' }),
      '<SEQ=301><CTL=SYN>',
      {
        rfc793: bare,
        rfc5961: [...bare, `may ${ack('SYN-RECEIVED')}`],
        rfc9293: [`must ${ack('SYN-RECEIVED')}, SYN adopted`, ...notAdopted(bare)],
      },
    );
    const text = 'must <SEQ=101><ACK=310><CTL=ACK> ESTABLISHED';
    const before = `may ${ack('ESTABLISHED')}`;
    check(
      'left of the window, new text behind it',
      tcbIn('ESTABLISHED'),
      '<SEQ=300><ACK=101><DATA=9><CTL=SYN,ACK>',
      {
        rfc793: [text, before],
        rfc5961: [`must ${ack('ESTABLISHED')}`, text.replace('must', 'may')],
        rfc9293: [
          `must ${ack('ESTABLISHED')}, SYN adopted`,
          `${text.replace('must', 'may')}, SYN adopted`,
          ...notAdopted([text, before]),
        ],
      },
    );
  });

  describe('a SYN in TIME-WAIT', () => {
    const waiting = tcbIn('TIME-WAIT');
    const stay = ack('TIME-WAIT');
    const reopened = (seq: number) => `<SEQ=250102><ACK=${seq + 1}><CTL=SYN,ACK> SYN-RECEIVED, a new ISS`;
    check('newer, beyond the window', waiting, '<SEQ=5000><CTL=SYN>', {
      rfc793: [`must ${stay}`],
      rfc1122: [`must ${stay}`, `may ${reopened(5000)}`],
      rfc9293: [`must ${stay}`, `should ${reopened(5000)}`],
    });
    check('older', waiting, '<SEQ=300><CTL=SYN>', {
      rfc793: [`must ${stay}`],
      rfc1122: [`must ${stay}`, `may ${reopened(300)}`],
      rfc9293: [`must ${stay}`, 'should silence TIME-WAIT'],
    });
    const stamped = tcbIn('TIME-WAIT', { timestamps: true, tsRecent: 50 });
    for (const [what, tcb, seq, tsval] of [
      ['older, with a newer timestamp', stamped, 200, 51],
      ['newer, with the same timestamp', stamped, 301, 50],
      ['older, with the first timestamp ever', waiting, 200, 1],
    ] as const)
      it(what, () => {
        const outcomes = arrivals(tcb, segmentOf(`<SEQ=${seq}><TSVAL=${tsval}><CTL=SYN>`), 'rfc9293');
        expect(outcomes).to.include(`should ${reopened(seq)}`);
        expect(outcomes.filter((text) => text.startsWith('must'))).to.deep.equal([]);
      });
    check('newer, with an older timestamp', stamped, '<SEQ=5000><TSVAL=49><CTL=SYN>', {
      rfc793: [`must ${stay}`],
      rfc1122: [`must ${stay}`, `may ${reopened(5000)}`],
      rfc9293: ['should silence TIME-WAIT', `may ${stay}`],
    });
  });

  describe('fifth, the ACK field', () => {
    check('without ACK nothing happens', tcbIn('ESTABLISHED'), '<SEQ=301><DATA=10><CTL=FIN>', [
      'must silence ESTABLISHED',
    ]);
    check('of what was not sent', tcbIn('ESTABLISHED'), '<SEQ=301><ACK=102><DATA=10><CTL=ACK>', [
      `must ${ack('ESTABLISHED')}`,
    ]);
    check('of what was not sent, in SYN-RECEIVED', tcbIn('SYN-RECEIVED'), '<SEQ=301><ACK=102><CTL=ACK>', {
      rfc793: ['must <SEQ=102><CTL=RST> SYN-RECEIVED'],
      rfc5961: ['must <SEQ=102><CTL=RST> SYN-RECEIVED', `must ${ack('SYN-RECEIVED')}`],
      rfc9293: ['must <SEQ=102><CTL=RST> SYN-RECEIVED', `must ${ack('SYN-RECEIVED')}, ACK adopted`],
    });
    check('of nothing, in SYN-RECEIVED', tcbIn('SYN-RECEIVED'), '<SEQ=301><ACK=100><CTL=ACK>', {
      rfc793: ['must silence ESTABLISHED', 'must <SEQ=100><CTL=RST> SYN-RECEIVED'],
      rfc9293: ['must <SEQ=100><CTL=RST> SYN-RECEIVED'],
    });
    const long = tcbIn('ESTABLISHED', { sndUna: 5000, sndNxt: 5000 });
    check('as old as can be', long, '<SEQ=301><ACK=4000><CTL=ACK>', ['must silence ESTABLISHED']);
    check('older', long, '<SEQ=301><ACK=3999><DATA=10><CTL=ACK>', {
      rfc793: ['must <SEQ=5000><ACK=311><CTL=ACK> ESTABLISHED'],
      rfc5961: [
        'must <SEQ=5000><ACK=301><CTL=ACK> ESTABLISHED',
        'may <SEQ=5000><ACK=311><CTL=ACK> ESTABLISHED',
      ],
      rfc9293: [
        'must <SEQ=5000><ACK=301><CTL=ACK> ESTABLISHED, ACK adopted',
        'must <SEQ=5000><ACK=311><CTL=ACK> ESTABLISHED, ACK not adopted',
      ],
    });
    check('of all but our FIN, in CLOSING', tcbIn('CLOSING'), '<SEQ=301><ACK=101><CTL=ACK>', [
      'must silence CLOSING',
    ]);
    check('in TIME-WAIT', tcbIn('TIME-WAIT'), '<SEQ=301><ACK=102><CTL=ACK>', [
      'must silence TIME-WAIT',
      `may ${ack('TIME-WAIT')}`,
    ]);
    check('of our SYN, further on in the window', tcbIn('SYN-RECEIVED'), '<SEQ=401><ACK=101><CTL=ACK>', [
      'must silence ESTABLISHED',
      `may ${ack('ESTABLISHED')}`,
      'may silence SYN-RECEIVED',
      `may ${ack('SYN-RECEIVED')}`,
    ]);
    it('moves the window without moving SND.UNA, since RFC 1122', () => {
      const update = segmentOf('<SEQ=301><ACK=101><CTL=ACK>', { wnd: 4000 });
      expect(segmentArrives(tcbIn('ESTABLISHED'), update, 'rfc793')[0]?.tcb.sndWnd).to.equal(1000);
      expect(segmentArrives(tcbIn('ESTABLISHED'), update, 'rfc1122')[0]?.tcb.sndWnd).to.equal(4000);
    });
    it('moves SND.UNA and the window', () => {
      const flying = tcbIn('ESTABLISHED', { sndNxt: 3101 });
      const segment = segmentOf('<SEQ=301><ACK=1101><CTL=ACK>', { wnd: 4000 });
      const [only] = segmentArrives(flying, segment, 'rfc9293');
      const moved = { sndUna: 1101, sndWnd: 4000, maxSndWnd: 4000, sndWl1: 301, sndWl2: 1101 };
      expect(only?.tcb).to.deep.equal({ ...flying, ...moved });
    });
  });

  describe('sixth to eighth: URG, text and FIN', () => {
    it('the urgent pointer moves forward only', () => {
      const segment = segmentOf('<SEQ=301><ACK=101><URG=9><CTL=ACK,URG>');
      expect(segmentArrives(tcbIn('ESTABLISHED'), segment, 'rfc793')[0]?.tcb.rcvUp).to.equal(310);
      expect(segmentArrives(tcbIn('ESTABLISHED', { rcvUp: 400 }), segment, 'rfc793')[0]?.tcb.rcvUp).to.equal(
        400,
      );
      expect(segmentArrives(tcbIn('CLOSE-WAIT'), segment, 'rfc793')[0]?.tcb.rcvUp).to.equal(301);
    });
    check('text in order', tcbIn('FIN-WAIT-2'), '<SEQ=301><ACK=102><DATA=10><CTL=ACK>', [
      'must <SEQ=102><ACK=311><CTL=ACK> FIN-WAIT-2',
    ]);
    check(
      'text with the ACK that establishes',
      tcbIn('SYN-RECEIVED'),
      '<SEQ=301><ACK=101><DATA=10><CTL=FIN,ACK>',
      ['must <SEQ=101><ACK=312><CTL=ACK> CLOSE-WAIT'],
    );
    check('text further on', tcbIn('ESTABLISHED'), '<SEQ=321><ACK=101><DATA=10><CTL=FIN,ACK>', [
      `must ${ack('ESTABLISHED')}`,
      'must silence ESTABLISHED',
    ]);
    check('text behind the FIN, to be ignored', tcbIn('CLOSING'), '<SEQ=301><ACK=101><DATA=10><CTL=ACK>', [
      'must silence CLOSING',
      `may ${ack('CLOSING')}`,
    ]);
    check('text behind the FIN', tcbIn('CLOSE-WAIT'), '<SEQ=301><ACK=101><DATA=10><CTL=ACK>', [
      'must silence CLOSE-WAIT',
      `must ${ack('CLOSE-WAIT')}`,
    ]);
    check(
      'text behind the FIN, with the last ACK',
      tcbIn('LAST-ACK'),
      '<SEQ=301><ACK=102><DATA=10><CTL=ACK>',
      ['must silence CLOSED'],
    );
    check('a second FIN', tcbIn('CLOSE-WAIT'), '<SEQ=301><ACK=101><CTL=FIN,ACK>', [
      'must <SEQ=101><ACK=302><CTL=ACK> CLOSE-WAIT',
      `may ${ack('CLOSE-WAIT')}`,
    ]);
    check('a second FIN, which the fifth step ignores', tcbIn('CLOSING'), '<SEQ=301><ACK=101><CTL=FIN,ACK>', [
      'may silence CLOSING',
      'must <SEQ=102><ACK=302><CTL=ACK> CLOSING',
      `may ${ack('CLOSING')}`,
    ]);
    const taken = '<SEQ=102><ACK=311><CTL=ACK> FIN-WAIT-2';
    const gone = tcbIn('FIN-WAIT-2', { userGone: true });
    check('text for a user who is gone', gone, '<SEQ=301><ACK=102><DATA=10><CTL=ACK>', {
      rfc793: [`must ${taken}`],
      rfc1122: [
        'should <SEQ=102><CTL=RST> CLOSED',
        'should <SEQ=102><ACK=301><CTL=RST,ACK> CLOSED',
        'should <SEQ=102><ACK=311><CTL=RST,ACK> CLOSED',
        `may ${taken}`,
      ],
    });
  });

  describe('before all of it', () => {
    const wrong = segmentOf('<SEQ=1301><ACK=101><CTL=ACK>', { checksumValid: false });
    check('a wrong checksum', tcbIn('ESTABLISHED'), wrong, ['must silence ESTABLISHED']);
    const toAll = segmentOf('<SEQ=5><CTL=SYN>', { unicast: false });
    check('a broadcast', tcbIn('CLOSED'), toAll, {
      rfc793: ['must silence CLOSED', 'must <SEQ=0><ACK=6><CTL=RST,ACK> CLOSED'],
      rfc1122: ['must silence CLOSED'],
    });
    const stamped = tcbIn('ESTABLISHED', { timestamps: true, tsRecent: 50 });
    check('an old timestamp', stamped, '<SEQ=301><ACK=101><DATA=1><TSVAL=49><CTL=ACK>', [
      `must ${ack('ESTABLISHED')}`,
      // Without PAWS.
      'may <SEQ=101><ACK=302><CTL=ACK> ESTABLISHED',
    ]);
    check('the same timestamp', stamped, '<SEQ=301><ACK=101><TSVAL=50><CTL=ACK>', [
      'must silence ESTABLISHED',
    ]);
    check('an old timestamp on a reset', stamped, '<SEQ=301><TSVAL=49><CTL=RST>', ['must silence CLOSED']);
    check('no timestamp', stamped, '<SEQ=301><ACK=101><DATA=1><CTL=ACK>', [
      'should silence ESTABLISHED',
      'may <SEQ=101><ACK=302><CTL=ACK> ESTABLISHED',
    ]);
    const noHeader = { malformed: 'data offset' } as const;
    const text = '<SEQ=301><ACK=101><DATA=10><CTL=ACK,PSH>';
    check('no data offset that can be', tcbIn('ESTABLISHED'), segmentOf(text, noHeader), [
      'must silence ESTABLISHED',
      `may ${ack('ESTABLISHED')}`,
    ]);
    check('the same, on a reset', tcbIn('ESTABLISHED'), segmentOf('<SEQ=301><CTL=RST>', noHeader), [
      'must silence ESTABLISHED',
    ]);
    check('the same, on a SYN', tcbIn('LISTEN'), segmentOf('<SEQ=5><CTL=SYN>', noHeader), [
      'must silence LISTEN',
    ]);
    check('the same, of no connection', tcbIn('CLOSED'), segmentOf('<SEQ=5><ACK=9><CTL=ACK>', noHeader), [
      'must silence CLOSED',
      'must <SEQ=9><CTL=RST> CLOSED',
    ]);
    check('a reset without a header', tcbIn('CLOSED'), segmentOf('<SEQ=5><CTL=RST>', noHeader), [
      'must silence CLOSED',
    ]);
    const noLength = { malformed: 'option length' } as const;
    check('an illegal option length', tcbIn('ESTABLISHED'), segmentOf(text, noLength), [
      'must <SEQ=101><ACK=311><CTL=ACK> ESTABLISHED',
      'must silence ESTABLISHED',
      'must <SEQ=101><CTL=RST> CLOSED',
      'must <SEQ=101><ACK=301><CTL=RST,ACK> CLOSED',
      `may ${ack('ESTABLISHED')}`,
    ]);
    check(
      'an illegal option length, of no connection',
      tcbIn('CLOSED'),
      segmentOf('<SEQ=5><CTL=SYN>', noLength),
      ['must <SEQ=0><ACK=6><CTL=RST,ACK> CLOSED', 'may silence CLOSED'],
    );
    check(
      'an illegal option length while opening',
      tcbIn('SYN-SENT'),
      segmentOf('<SEQ=300><ACK=101><CTL=SYN,ACK>', noLength),
      [
        'must <SEQ=101><ACK=301><CTL=ACK> ESTABLISHED',
        'must silence SYN-SENT',
        'must <SEQ=101><CTL=RST> CLOSED',
        'may <SEQ=101><CTL=RST> SYN-SENT',
      ],
    );
    check('reserved bits', tcbIn('ESTABLISHED'), segmentOf(text, { reserved: 14 }), [
      'must <SEQ=101><ACK=311><CTL=ACK> ESTABLISHED',
    ]);
    check('an unknown option', tcbIn('ESTABLISHED'), segmentOf(text, { unknownOption: true }), [
      'must <SEQ=101><ACK=311><CTL=ACK> ESTABLISHED',
    ]);
    check(
      'an unknown option, of no connection',
      tcbIn('CLOSED'),
      segmentOf('<SEQ=5><CTL=SYN>', { unknownOption: true }),
      ['must <SEQ=0><ACK=6><CTL=RST,ACK> CLOSED'],
    );
    check('timestamps that were not negotiated', tcbIn('ESTABLISHED'), segmentOf(text, { tsval: 1 }), [
      'must <SEQ=101><ACK=311><CTL=ACK> ESTABLISHED',
    ]);
    it('a new timestamp further on is not recorded', () => {
      const [first] = segmentArrives(stamped, segmentOf('<SEQ=321><ACK=101><TSVAL=60><CTL=ACK>'), 'rfc9293');
      expect(first?.tcb.tsRecent).to.equal(50);
    });
    it('a new timestamp is recorded', () => {
      const [only] = segmentArrives(stamped, segmentOf('<SEQ=301><ACK=101><TSVAL=60><CTL=ACK>'), 'rfc9293');
      expect(only?.tcb.tsRecent).to.equal(60);
    });
  });
});

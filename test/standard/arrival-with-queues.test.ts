import { expect } from 'chai';
import { segmentArrivesWithQueues } from '../../lib/standard/arrival-with-queues.ts';
import { DEFAULT_PROFILE, PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { type TcbWithQueues, unread } from '../../lib/standard/queues.ts';
import { segmentArrives } from '../../lib/standard/segment-arrives.ts';
import { STATES } from '../../lib/standard/state.ts';
import { serveReceive } from '../../lib/standard/user-calls.ts';
import { segmentOf } from './arrivals.ts';
import { reactionTexts, whole } from './reactions.ts';

const ordinary = (tcb: TcbWithQueues, notation: string) => {
  const [first] = segmentArrivesWithQueues(tcb, segmentOf(notation), DEFAULT_PROFILE);
  if (first === undefined) throw new Error('nothing is allowed');
  return first;
};

describe('segmentArrivesWithQueues', () => {
  it('says of state and reply what segmentArrives says', () => {
    for (const state of STATES)
      for (const notation of [
        '<SEQ=301><ACK=101><CTL=ACK>',
        '<SEQ=301><CTL=SYN>',
        '<SEQ=301><ACK=101><CTL=FIN,ACK>',
      ])
        expect(
          segmentArrivesWithQueues(whole(state), segmentOf(notation), DEFAULT_PROFILE).map(
            ({ tcb, reply, level }) => [tcb.state, reply, level],
          ),
        ).to.deep.equal(
          segmentArrives(whole(state), segmentOf(notation), DEFAULT_PROFILE).map(({ tcb, reply, level }) => [
            tcb.state,
            reply,
            level,
          ]),
        );
  });

  it('keeps text for the user, and the right edge of the window', () => {
    const { tcb, reply } = ordinary(whole('ESTABLISHED'), '<SEQ=301><ACK=101><DATA=10><CTL=ACK>');
    expect([unread(tcb), tcb.rcvNxt, tcb.rcvWnd, tcb.pushed]).to.deep.equal([10, 311, 990, 0]);
    expect(reply).to.include({ ack: 311, wnd: 990 });
  });

  it('remembers PUSH, which FIN implies', () => {
    for (const control of ['PSH', 'FIN'])
      expect(
        ordinary(whole('ESTABLISHED'), `<SEQ=301><ACK=101><DATA=10><CTL=${control},ACK>`).tcb.pushed,
      ).to.equal(10);
  });

  it('does not take what acknowledges text for an acknowledgment of a FIN that waits', () => {
    const queues = { closing: true, sends: [{ octets: 10, push: true }] };
    const waits = { ...whole('ESTABLISHED', { sndNxt: 111 }, queues), state: 'FIN-WAIT-1' as const };
    const acknowledged = ordinary(waits, '<SEQ=301><ACK=111><CTL=ACK>').tcb;
    expect([acknowledged.state, acknowledged.sndUna]).to.deep.equal(['FIN-WAIT-1', 111]);
    const closing = ordinary(waits, '<SEQ=301><ACK=111><CTL=FIN,ACK>').tcb;
    expect(closing.state).to.equal('CLOSING');
    expect(ordinary(closing, '<SEQ=302><ACK=111><CTL=ACK>').tcb.state).to.equal('CLOSING');
    const sent = { ...waits, closing: false, sends: [] };
    expect(ordinary(sent, '<SEQ=301><ACK=111><CTL=ACK>').tcb.state).to.equal('FIN-WAIT-2');
  });

  it('gives up what waits when the connection is reset', () => {
    const queues = { sends: [{ octets: 10, push: true }], receives: [5] };
    const { tcb } = ordinary(whole('ESTABLISHED', {}, queues), '<SEQ=301><ACK=101><CTL=RST>');
    expect([tcb.state, tcb.sends, tcb.receives]).to.deep.equal(['CLOSED', [], []]);
    const again = ordinary(whole('SYN-RECEIVED', {}, queues), '<SEQ=301><ACK=101><CTL=RST>').tcb;
    expect([again.state, again.sends, again.receives]).to.deep.equal(['LISTEN', [], [5]]);
  });

  it('counts the text of the peer from its SYN', () => {
    const { tcb } = ordinary(whole('LISTEN', {}, { read: 77, pushed: 80 }), '<SEQ=5><CTL=SYN>');
    expect([tcb.state, tcb.read, tcb.pushed, unread(tcb)]).to.deep.equal(['SYN-RECEIVED', 0, 0, 0]);
    const ignored = ordinary(whole('SYN-SENT'), '<SEQ=5><ACK=9><CTL=ACK>').tcb;
    expect([ignored.state, ignored.rcvWnd]).to.deep.equal(['SYN-SENT', 1000]);
  });
});

describe('segmentArrivesWithQueues tells the user', () => {
  const told = (tcb: TcbWithQueues, notation: string, profile: Profile = DEFAULT_PROFILE): string[] => [
    ...new Set(
      segmentArrivesWithQueues(tcb, segmentOf(notation), profile).map((each) =>
        each.told.map(({ to, says }) => `${to}: ${says}`).join(', '),
      ),
    ),
  ];
  const waiting = { sends: [{ octets: 10, push: true }], receives: [5] };
  const RESET = '<SEQ=301><ACK=101><CTL=RST>';
  const reset = 'user: connection reset';
  const calls = 'SENDs: connection reset, RECEIVEs: connection reset';

  it('that the connection was reset', () => {
    expect(told(whole('SYN-SENT'), '<SEQ=5><ACK=101><CTL=RST,ACK>')).to.deep.equal([reset]);
    for (const state of ['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT'] as const) {
      expect(told(whole(state), RESET)).to.deep.equal([reset]);
      expect(told(whole(state, {}, waiting), RESET)).to.deep.equal([`${reset}, ${calls}`]);
    }
    expect(told(whole('FIN-WAIT-1'), RESET)).to.deep.equal([reset]);
  });

  it('that it was refused, or nothing when it listens again', () => {
    expect(told(whole('SYN-RECEIVED', { origin: 'active' }), RESET)).to.deep.equal([
      'user: connection refused',
    ]);
    expect(told(whole('SYN-RECEIVED', { origin: 'passive' }), RESET)).to.deep.equal(['']);
  });

  it('nothing of a reset or of the last ACK when it has closed', () => {
    for (const state of ['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)
      expect(told(whole(state), RESET)).to.deep.equal(['']);
    expect(told(whole('LAST-ACK'), '<SEQ=301><ACK=102><CTL=ACK>')).to.deep.equal(['']);
  });

  it('of a SYN in the window that resets', () => {
    for (const state of ['ESTABLISHED', 'TIME-WAIT'] as const)
      expect(told(whole(state, {}, waiting), '<SEQ=301><CTL=SYN>', 'rfc793')).to.deep.equal([
        `${reset}, ${calls}`,
      ]);
  });

  it('that the peer has closed, once', () => {
    const { tcb } = ordinary(whole('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>');
    expect(told(whole('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>')).to.deep.equal([
      'user: connection closing',
    ]);
    expect(told(tcb, '<SEQ=301><ACK=101><CTL=FIN,ACK>')).to.deep.equal(['']);
  });

  it('of urgent data, and since RFC 1122 when there is more', () => {
    const first = '<SEQ=301><ACK=101><URG=20><DATA=10><CTL=URG,ACK>';
    const more = '<SEQ=311><ACK=101><URG=30><DATA=10><CTL=URG,ACK>';
    const urgent = 'user: urgent data';
    for (const profile of PROFILES)
      expect(told(whole('ESTABLISHED'), first, profile)).to.deep.equal([urgent]);
    const { tcb } = ordinary(whole('ESTABLISHED'), first);
    expect(told(tcb, more, 'rfc793')).to.deep.equal(['']);
    expect(told(tcb, more, 'rfc1122')).to.deep.equal([urgent]);
    expect(told(tcb, more, 'rfc9293')).to.deep.equal([urgent, '']);
    expect(told({ ...tcb, read: 20 }, first)).to.deep.equal(['']);
  });
});

describe('serveReceive', () => {
  it('fills the first RECEIVE that waits, and leaves the next', () => {
    const waits = whole('ESTABLISHED', {}, { receives: [10, 5] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><DATA=12><CTL=ACK>');
    expect(reactionTexts(serveReceive(tcb, 'rfc793'))).to.include(
      'must silence ESTABLISHED, gives 10 from 301, RECEIVE 5 waits',
    );
  });

  it('leaves it waiting where the text does not fill it', () => {
    const waits = whole('ESTABLISHED', {}, { receives: [10, 5] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><DATA=9><CTL=ACK>');
    expect(reactionTexts(serveReceive(tcb, 'rfc793'))).to.deep.equal([
      'must silence ESTABLISHED, RECEIVE 10+5 waits',
    ]);
  });

  it('tells it when no text is to come', () => {
    const waits = whole('ESTABLISHED', {}, { receives: [10] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><CTL=FIN,ACK>');
    expect(reactionTexts(serveReceive(tcb, DEFAULT_PROFILE))).to.deep.equal([
      'must silence CLOSE-WAIT, RECEIVEs: connection closing',
    ]);
  });

  it('does nothing where none waits', () => {
    for (const state of STATES)
      expect(reactionTexts(serveReceive(whole(state), DEFAULT_PROFILE))).to.deep.equal([
        `must silence ${state}`,
      ]);
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_PROFILE, PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { segmentArrives } from '../../lib/standard/segment-arrives.ts';
import { STATES } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import { segmentOf, tcbIn } from './arrivals.ts';
import { reactionTexts } from './reactions.ts';
import { serveReceive } from './serve-receive.ts';

const ordinary = (tcb: Tcb, notation: string) => {
  const [first] = segmentArrives(tcb, segmentOf(notation), DEFAULT_PROFILE);
  if (first === undefined) throw new Error('nothing is allowed');
  return first;
};

describe('SEGMENT ARRIVES and the queues', () => {
  it('keeps text for the user, and the right edge of the window', () => {
    const { tcb, reply } = ordinary(tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><DATA=10><CTL=ACK>');
    expect([tcb.unread, tcb.rcvNxt, tcb.rcvWnd, tcb.pushed]).to.deep.equal([10, 311, 990, 0]);
    expect(reply).to.include({ ack: 311, wnd: 990 });
  });

  it('remembers PUSH, which FIN implies', () => {
    for (const control of ['PSH', 'FIN'])
      expect(
        ordinary(tcbIn('ESTABLISHED'), `<SEQ=301><ACK=101><DATA=10><CTL=${control},ACK>`).tcb.pushed,
      ).to.equal(10);
  });

  it('does not take what acknowledges text for an acknowledgment of a FIN that waits', () => {
    const queues = { closing: true, sends: [{ octets: 10, push: true }] };
    const waits = { ...tcbIn('ESTABLISHED', { sndNxt: 111 }, queues), state: 'FIN-WAIT-1' as const };
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
    const { tcb } = ordinary(tcbIn('ESTABLISHED', {}, queues), '<SEQ=301><ACK=101><CTL=RST>');
    expect([tcb.state, tcb.sends, tcb.receives]).to.deep.equal(['CLOSED', [], []]);
    const again = ordinary(tcbIn('SYN-RECEIVED', {}, queues), '<SEQ=301><ACK=101><CTL=RST>').tcb;
    expect([again.state, again.sends, again.receives]).to.deep.equal(['LISTEN', [], [5]]);
  });

  it('counts the text of the peer from its SYN', () => {
    const { tcb } = ordinary(tcbIn('LISTEN'), '<SEQ=5><CTL=SYN>');
    expect([tcb.state, tcb.rcvUser, tcb.pushed, tcb.unread]).to.deep.equal(['SYN-RECEIVED', 6, 0, 0]);
    const ignored = ordinary(tcbIn('SYN-SENT'), '<SEQ=5><ACK=9><CTL=ACK>').tcb;
    expect([ignored.state, ignored.rcvWnd]).to.deep.equal(['SYN-SENT', 1000]);
  });

  it('brings segments of text into order, in whatever order they come, and the FIN last', () => {
    const piece = fc.record({
      from: fc.integer({ min: 0, max: 60 }),
      octets: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.boolean(), fc.nat(), (pieces, fin, at) => {
        const end = Math.max(0, ...pieces.map(({ from, octets }) => from + octets));
        const segments = pieces.map(
          ({ from, octets }) => `<SEQ=${301 + from}><ACK=101><DATA=${octets}><CTL=ACK>`,
        );
        if (fin) segments.splice(at % (segments.length + 1), 0, `<SEQ=${301 + end}><ACK=101><CTL=FIN,ACK>`);
        const after = segments.reduce((tcb, segment) => ordinary(tcb, segment).tcb, tcbIn('ESTABLISHED'));
        let octets = 0;
        for (const { from, octets: more } of pieces.toSorted((one, other) => one.from - other.from))
          if (from <= octets) octets = Math.max(octets, from + more);
        const ends = fin && octets === end;
        expect([after.unread, after.rcvNxt]).to.deep.equal([octets, 301 + octets + (ends ? 1 : 0)]);
        expect(after.state).to.equal(ends ? 'CLOSE-WAIT' : 'ESTABLISHED');
        expect(add(after.rcvNxt, after.rcvWnd)).to.equal(1301);
      }),
    );
  });

  it('acknowledges what was held as soon as the gap is filled', () => {
    const { tcb, reply } = ordinary(tcbIn('ESTABLISHED'), '<SEQ=311><ACK=101><DATA=10><CTL=ACK>');
    expect(reply).to.include({ ack: 301 });
    expect(ordinary(tcb, '<SEQ=301><ACK=101><DATA=10><CTL=ACK>').reply).to.include({ ack: 321 });
  });

  it('may drop what lies beyond a gap; RFC 1122 asks to hold it', () => {
    for (const profile of PROFILES) {
      const all = segmentArrives(
        tcbIn('ESTABLISHED'),
        segmentOf('<SEQ=311><ACK=101><DATA=10><CTL=ACK>'),
        profile,
      );
      const levels = (kept: number) =>
        new Set(all.filter(({ tcb }) => tcb.ahead.length === kept).map(({ level }) => level));
      expect([...levels(1)]).to.deep.equal(['required']);
      expect([...levels(0)]).to.deep.equal([profile === 'rfc793' ? 'required' : 'permitted']);
    }
  });

  it('leaves the urgent pointer where it is, when old text before it is cut off', () => {
    expect(
      ordinary(tcbIn('ESTABLISHED'), '<SEQ=296><ACK=101><URG=10><DATA=10><CTL=URG,ACK>').tcb.rcvUp,
    ).to.equal(306);
  });

  it('takes the MSS of a SYN, and of nothing else', () => {
    const syn = (tcb: Tcb, notation: string) =>
      segmentArrives(tcb, segmentOf(notation, { mss: 300 }), DEFAULT_PROFILE)[0]?.tcb.sndMss;
    expect(syn(tcbIn('LISTEN'), '<SEQ=5><CTL=SYN>')).to.equal(300);
    expect(syn(tcbIn('SYN-SENT'), '<SEQ=5><ACK=101><CTL=SYN,ACK>')).to.equal(300);
    expect(syn(tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=ACK>')).to.equal(536);
  });

  it('goes back to TIME-WAIT when the SYN that has reopened it is reset', () => {
    const before = tcbIn('TIME-WAIT');
    const [opened] = segmentArrives(before, segmentOf('<SEQ=5000><CTL=SYN>'), DEFAULT_PROFILE).filter(
      ({ freeSeq }) => freeSeq,
    );
    expect(opened && ordinary(opened.tcb, '<SEQ=5001><CTL=RST>').tcb).to.deep.equal(before);
  });
});

describe('segmentArrives tells the user', () => {
  const told = (tcb: Tcb, notation: string, profile: Profile = DEFAULT_PROFILE): string[] => [
    ...new Set(
      segmentArrives(tcb, segmentOf(notation), profile).map((each) =>
        (each.told ?? []).map(({ to, says }) => `${to}: ${says}`).join(', '),
      ),
    ),
  ];
  const waiting = { sends: [{ octets: 10, push: true }], receives: [5] };
  const RESET = '<SEQ=301><ACK=101><CTL=RST>';
  const reset = 'user: connection reset';
  const calls = 'SENDs: connection reset, RECEIVEs: connection reset';

  it('that the connection was reset', () => {
    expect(told(tcbIn('SYN-SENT'), '<SEQ=5><ACK=101><CTL=RST,ACK>')).to.deep.equal([reset]);
    for (const state of ['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT'] as const) {
      expect(told(tcbIn(state), RESET)).to.deep.equal([reset]);
      expect(told(tcbIn(state, {}, waiting), RESET)).to.deep.equal([`${reset}, ${calls}`]);
    }
    expect(told(tcbIn('FIN-WAIT-1'), RESET)).to.deep.equal([reset]);
  });

  it('that it was refused, or nothing when it listens again', () => {
    expect(told(tcbIn('SYN-RECEIVED', { origin: 'active' }), RESET)).to.deep.equal([
      'user: connection refused',
    ]);
    expect(told(tcbIn('SYN-RECEIVED', { origin: 'passive' }), RESET)).to.deep.equal(['']);
  });

  it('nothing of the last ACK when it has closed, and perhaps of a reset: the step does not say', () => {
    for (const state of ['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)
      expect(told(tcbIn(state), RESET)).to.deep.equal(['', reset]);
    expect(told(tcbIn('LAST-ACK'), '<SEQ=301><ACK=102><CTL=ACK>')).to.deep.equal(['']);
  });

  it('of a SYN in the window that resets', () => {
    for (const state of ['ESTABLISHED', 'TIME-WAIT'] as const)
      expect(told(tcbIn(state, {}, waiting), '<SEQ=301><CTL=SYN>', 'rfc793')).to.deep.equal([
        `${reset}, ${calls}`,
      ]);
  });

  it('that the peer has closed, once', () => {
    const { tcb } = ordinary(tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>');
    expect(told(tcbIn('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>')).to.deep.equal([
      'user: connection closing',
    ]);
    expect(told(tcb, '<SEQ=301><ACK=101><CTL=FIN,ACK>')).to.deep.equal(['']);
  });

  it('of urgent data, and since RFC 1122 when there is more', () => {
    const first = '<SEQ=301><ACK=101><URG=20><DATA=10><CTL=URG,ACK>';
    const more = '<SEQ=311><ACK=101><URG=30><DATA=10><CTL=URG,ACK>';
    const urgent = 'user: urgent data';
    for (const profile of PROFILES)
      expect(told(tcbIn('ESTABLISHED'), first, profile)).to.deep.equal([urgent]);
    const { tcb } = ordinary(tcbIn('ESTABLISHED'), first);
    expect(told(tcb, more, 'rfc793')).to.deep.equal(['']);
    expect(told(tcb, more, 'rfc1122')).to.deep.equal([urgent]);
    expect(told(tcb, more, 'rfc9293')).to.deep.equal([urgent, '']);
    expect(told({ ...tcb, rcvUser: 321 }, first)).to.deep.equal(['']);
  });

  it('of an urgent pointer at the next octet: RFC 793 and 9293 leave open whether that is urgent, RFC 1122 says that it is', () => {
    const urgent = 'user: urgent data';
    for (const text of ['', '<DATA=10>']) {
      const next = `<SEQ=301><ACK=101><URG=0><CTL=URG,ACK>${text}`;
      expect(told(tcbIn('ESTABLISHED'), next, 'rfc793')).to.deep.equal(['', urgent]);
      expect(told(tcbIn('ESTABLISHED'), next, 'rfc1122')).to.deep.equal([urgent]);
      expect(told(tcbIn('ESTABLISHED'), next, 'rfc9293')).to.deep.equal(['', urgent]);
    }
    const old = '<SEQ=291><ACK=101><URG=9><DATA=11><CTL=URG,ACK>';
    expect(told(tcbIn('ESTABLISHED'), old, 'rfc1122')).to.deep.equal(['']);
  });
});

describe('serveReceive', () => {
  it('fills the first RECEIVE that waits, and leaves the next', () => {
    const waits = tcbIn('ESTABLISHED', {}, { receives: [10, 5] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><DATA=12><CTL=ACK>');
    expect(reactionTexts(serveReceive(tcb, 'rfc793'))).to.include(
      'must silence ESTABLISHED, gives 10 from 301, RECEIVE 5 waits',
    );
  });

  it('leaves it waiting where the text does not fill it', () => {
    const waits = tcbIn('ESTABLISHED', {}, { receives: [10, 5] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><DATA=9><CTL=ACK>');
    expect(reactionTexts(serveReceive(tcb, 'rfc793'))).to.deep.equal([
      'must silence ESTABLISHED, RECEIVE 10+5 waits',
    ]);
  });

  it('tells it when no text is to come', () => {
    const waits = tcbIn('ESTABLISHED', {}, { receives: [10] });
    const { tcb } = ordinary(waits, '<SEQ=301><ACK=101><CTL=FIN,ACK>');
    expect(reactionTexts(serveReceive(tcb, DEFAULT_PROFILE))).to.deep.equal([
      'must silence CLOSE-WAIT, RECEIVEs: connection closing',
    ]);
  });

  it('does nothing where none waits', () => {
    for (const state of STATES)
      expect(reactionTexts(serveReceive(tcbIn(state), DEFAULT_PROFILE))).to.deep.equal([
        `must silence ${state}`,
      ]);
  });
});

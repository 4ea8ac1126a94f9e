import { expect } from 'chai';
import { segmentComes, userActs } from '../../lib/explore/oracle/events.ts';
import { segmentSeen, silenceSeen } from '../../lib/explore/oracle/sightings.ts';
import { lasting, passed } from '../../lib/explore/oracle/time-wait.ts';
import { beginning, type Terms, type World } from '../../lib/explore/oracle/world.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import type { State } from '../../lib/standard/state.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { segmentOf, tcbIn } from '../standard/arrivals.ts';

const TERMS: Terms = {
  ...{ profile: 'rfc9293', isListening: false, longestDelay: 500 },
  ...{ timeWait: lasting(3000), unsaidMss: 536 },
};
const START = 1000;

const begin = (state: State, more: Partial<Tcb> = {}): readonly World[] =>
  beginning({ ...tcbIn(state), ...more }, [ALL_CHECKS], true);
const comes = (worlds: readonly World[], notation: string, terms = TERMS): readonly World[] =>
  segmentComes(worlds, segmentOf(notation), terms, START);
const seen = (worlds: readonly World[], notation: string): readonly World[] =>
  segmentSeen(worlds, segmentOf(notation), TERMS);
const silent = (worlds: readonly World[], now = START, isThrottled = false): readonly World[] =>
  silenceSeen(worlds, { now, isThrottled }, TERMS);

describe('the oracle', () => {
  it('demands what is due', () => {
    const worlds = comes(begin('ESTABLISHED'), '<SEQ=301><ACK=102><CTL=ACK>');
    expect(silent(worlds)).to.have.length(0);
    expect(seen(worlds, '<SEQ=101><CTL=RST>')).to.have.length(0);
    expect(seen(worlds, '<SEQ=101><ACK=302><CTL=ACK>')).to.have.length(0);
    expect(silent(seen(worlds, '<SEQ=101><ACK=301><CTL=ACK>'))).to.have.length(1);
  });

  it('lets a rate limiter hold back what acknowledges nothing, and nothing else', () => {
    const challenged = comes(begin('ESTABLISHED'), '<SEQ=301><ACK=102><CTL=ACK>');
    expect(silent(challenged, START, true)).to.have.length(1);
    const closed = comes(begin('CLOSED'), '<SEQ=301><ACK=102><CTL=ACK>');
    expect(silent(closed, START, true)).to.have.length(0);
  });

  it('lets the acknowledgment of text wait for half a second', () => {
    const worlds = comes(begin('ESTABLISHED'), '<SEQ=301><ACK=101><DATA=10><CTL=ACK>');
    expect(silent(worlds, START + 500)).to.have.length(1);
    expect(silent(worlds, START + 501)).to.have.length(0);
    const acknowledged = seen(worlds, '<SEQ=101><ACK=311><CTL=ACK>');
    expect(silent(acknowledged, START + 501)).to.have.length(1);
  });

  it('lets text carry the acknowledgment', () => {
    const sending = userActs(begin('ESTABLISHED'), { call: 'SEND', octets: 20 }, TERMS);
    const worlds = comes(sending, '<SEQ=301><ACK=101><DATA=10><CTL=ACK>');
    const sent = seen(worlds, '<SEQ=101><ACK=311><DATA=20><CTL=ACK,PSH>');
    expect(sent.map(({ tcb }) => tcb.sndNxt)).to.deep.equal([121]);
    expect(silent(sent, START + 501)).to.have.length(1);
  });

  it('demands text that nothing holds back, in any segments, and no more than there is', () => {
    const worlds = userActs(begin('ESTABLISHED'), { call: 'SEND', octets: 20 }, TERMS);
    expect(silent(worlds)).to.have.length(0);
    expect(seen(worlds, '<SEQ=101><ACK=301><DATA=21><CTL=ACK>')).to.have.length(0);
    const first = seen(worlds, '<SEQ=101><ACK=301><DATA=5><CTL=ACK>');
    expect(seen(first, '<SEQ=106><ACK=301><DATA=15><CTL=ACK,PSH>')).to.have.length(1);
  });

  it('wants PSH where the last text goes out, URG with its pointer before the end of urgent text, and no more than fits', () => {
    const send = (octets: number, more: object = {}) =>
      userActs(begin('ESTABLISHED'), { call: 'SEND', octets, ...more }, TERMS);
    expect(seen(send(20), '<SEQ=101><ACK=301><DATA=20><CTL=ACK>')).to.have.length(0);
    const urgent = send(20, { mark: 'URGENT' });
    expect(seen(urgent, '<SEQ=101><ACK=301><DATA=20><CTL=ACK,PSH>')).to.have.length(0);
    expect(seen(urgent, '<SEQ=101><ACK=301><DATA=20><CTL=ACK,PSH,URG><URG=5>')).to.have.length(0);
    expect(seen(urgent, '<SEQ=101><ACK=301><DATA=20><CTL=ACK,PSH,URG><URG=20>')).to.have.length.above(0);
    expect(seen(send(3000), '<SEQ=101><ACK=301><DATA=537><CTL=ACK>')).to.have.length(0);
    expect(seen(send(3000), '<SEQ=101><ACK=301><DATA=536><CTL=ACK>')).to.have.length(1);
  });

  it('knows that a FIN comes after the text of a CLOSE, and what state that leads to', () => {
    const closing = userActs(begin('CLOSE-WAIT'), { call: 'CLOSE' }, TERMS);
    expect(silent(closing)).to.have.length(0);
    const closed = seen(closing, '<SEQ=101><ACK=301><CTL=FIN,ACK>');
    expect(closed.map(({ tcb }) => tcb.state)).to.deep.equal(['LAST-ACK']);
  });

  it('takes what is unacknowledged again in any segments, and not what is acknowledged', () => {
    const sending = userActs(begin('ESTABLISHED'), { call: 'SEND', octets: 20 }, TERMS);
    const sent = seen(sending, '<SEQ=101><ACK=301><DATA=20><CTL=ACK,PSH>');
    const first = seen(sent, '<SEQ=101><ACK=301><DATA=10><CTL=ACK>');
    expect(first).to.have.length(1);
    expect(seen(first, '<SEQ=111><ACK=301><DATA=10><CTL=ACK>')).to.have.length(1);
    const acknowledged = comes(sent, '<SEQ=301><ACK=121><CTL=ACK>');
    expect(seen(acknowledged, '<SEQ=101><ACK=301><DATA=20><CTL=ACK>')).to.have.length(0);
  });

  it('takes what is sent again only from the front of the queue on, or from where a segment began', () => {
    const sending = userActs(begin('ESTABLISHED'), { call: 'SEND', octets: 20 }, TERMS);
    const first = seen(sending, '<SEQ=101><ACK=301><DATA=15><CTL=ACK>');
    const sent = seen(first, '<SEQ=116><ACK=301><DATA=5><CTL=ACK,PSH>');
    expect(seen(sent, '<SEQ=102><ACK=301><DATA=14><CTL=ACK>')).to.have.length(0);
    expect(seen(sent, '<SEQ=116><ACK=301><DATA=5><CTL=ACK>')).to.have.length(1);
    const partly = comes(sent, '<SEQ=301><ACK=106><CTL=ACK>');
    expect(seen(partly, '<SEQ=106><ACK=301><DATA=10><CTL=ACK>')).to.have.length.above(0);
    expect(seen(partly, '<SEQ=101><ACK=301><DATA=15><CTL=ACK>')).to.have.length.above(0);
    expect(seen(partly, '<SEQ=107><ACK=301><DATA=9><CTL=ACK>')).to.have.length(0);
  });

  it('takes an ACK for a window update where the right edge moves on, and for nothing where it does not', () => {
    const worlds = begin('ESTABLISHED');
    expect(seen(worlds, '<SEQ=101><ACK=301><CTL=ACK>')).to.have.length(0);
    expect(
      segmentSeen(worlds, segmentOf('<SEQ=101><ACK=301><CTL=ACK>', { wnd: 2000 }), TERMS),
    ).to.have.length(1);
  });

  it('keeps all readings until one is excluded', () => {
    const worlds = comes(begin('ESTABLISHED'), '<SEQ=311><ACK=101><DATA=10><CTL=ACK>');
    const held = silent(worlds);
    expect(new Set(held.map(({ tcb }) => tcb.ahead.length))).to.deep.equal(new Set([0, 1]));
    const filled = comes(held, '<SEQ=301><ACK=101><DATA=10><CTL=ACK>');
    const told = seen(filled, '<SEQ=101><ACK=321><CTL=ACK>');
    expect(told.map(({ tcb }) => tcb.rcvNxt)).to.deep.equal([321]);
  });

  it('takes the ISS that was chosen, and meets a LISTEN again when the connection is over', () => {
    const terms = { ...TERMS, isListening: true };
    const opening = segmentComes(begin('LISTEN'), segmentOf('<SEQ=300><CTL=SYN>'), terms, START);
    const opened = segmentSeen(opening, segmentOf('<SEQ=7000><ACK=301><CTL=SYN,ACK>'), terms);
    expect(opened.map(({ tcb }) => [tcb.state, tcb.sndNxt])).to.deep.equal([['SYN-RECEIVED', 7001]]);
    const reset = segmentComes(opened, segmentOf('<SEQ=301><CTL=RST>'), terms, START);
    expect(reset.map(({ tcb }) => tcb.state)).to.deep.equal(['LISTEN']);
  });

  it('accepts both readings of an ACK that lies beyond SND.NXT and before SND.UNA', () => {
    const inFlight = { sndUna: 101, sndNxt: 102 };
    const worlds = comes(begin('FIN-WAIT-1', inFlight), `<SEQ=301><ACK=${102 + 2 ** 31 - 1}><CTL=ACK>`);
    expect(silent(worlds)).to.have.length.at.least(1);
    expect(silent(seen(worlds, '<SEQ=102><ACK=301><CTL=ACK>'))).to.have.length.at.least(1);
    const nearer = comes(begin('FIN-WAIT-1', inFlight), `<SEQ=301><ACK=${102 + 2 ** 31 - 2}><CTL=ACK>`);
    expect(silent(nearer)).to.have.length(0);
  });

  it('takes a new ISS only above all numbers of the connection that it follows', () => {
    const reopening = comes(begin('TIME-WAIT'), '<SEQ=400000><CTL=SYN>');
    const { former } = reopening.map(({ tcb }) => tcb).find((tcb) => tcb.former) as Tcb;
    const answered = (iss: number): number =>
      seen(reopening, `<SEQ=${iss}><ACK=400001><CTL=SYN,ACK>`).filter(
        ({ tcb }) => tcb.state === 'SYN-RECEIVED',
      ).length;
    const next = (former as Tcb).sndNxt;
    expect([answered(next - 2), answered(next - 1), answered(next)]).to.deep.equal([0, 0, 1]);
  });

  it('sends no more text in a segment than the SYN has said, or than is said where it has no MSS, also on the port that listens again', () => {
    const terms = { ...TERMS, isListening: true };
    const opened = (worlds: readonly World[], more: { mss?: number }): readonly World[] => {
      const opening = segmentComes(worlds, segmentOf('<SEQ=300><CTL=SYN>', more), terms, START);
      const half = segmentSeen(opening, segmentOf('<SEQ=7000><ACK=301><CTL=SYN,ACK>'), terms);
      return segmentComes(half, segmentOf('<SEQ=301><ACK=7001><CTL=ACK>', { wnd: 4380 }), terms, START);
    };
    const sends = (worlds: readonly World[], octets: number): number => {
      const sending = userActs(worlds, { call: 'SEND', octets: 3000 }, terms);
      return segmentSeen(sending, segmentOf(`<SEQ=7001><ACK=301><DATA=${octets}><CTL=ACK>`), terms).length;
    };
    const listening = begin('LISTEN', { sndMss: 536 });
    const small = opened(listening, { mss: 200 });
    expect([sends(small, 200), sends(small, 201)]).to.deep.equal([1, 0]);
    const large = opened(listening, { mss: 1460 });
    expect([sends(large, 1460), sends(large, 1461)]).to.deep.equal([1, 0]);
    const over = segmentComes(large, segmentOf('<SEQ=301><CTL=RST>'), terms, START);
    expect(over.map(({ tcb }) => tcb.state)).to.deep.equal(['LISTEN']);
    const unsaid = opened(over, {});
    expect([sends(unsaid, 536), sends(unsaid, 537)]).to.deep.equal([1, 0]);
  });

  it('knows how long TIME-WAIT lasts, where 2 MSL are known, and that the FIN begins them anew', () => {
    const waiting = begin('FIN-WAIT-2');
    const at = (worlds: readonly World[], notation: string, time: number): readonly World[] =>
      segmentComes(worlds, segmentOf(notation), TERMS, time);
    const lasts = at(waiting, '<SEQ=301><ACK=102><CTL=FIN,ACK>', START);
    const begun = seen(lasts, '<SEQ=102><ACK=302><CTL=ACK>');
    const again = (worlds: readonly World[], time: number) => {
      const came = at(worlds, '<SEQ=301><ACK=102><CTL=FIN,ACK>', time);
      return { ack: seen(came, '<SEQ=102><ACK=302><CTL=ACK>'), rst: seen(came, '<SEQ=102><CTL=RST>') };
    };
    const counts = (time: number): number[] => {
      const { ack, rst } = again(begun, START + time);
      return [ack.length, rst.length];
    };
    expect(counts(2400)).to.deep.equal([1, 0]);
    expect(counts(3000)).to.deep.equal([1, 1]);
    expect(counts(4100)).to.deep.equal([0, 1]);
    const anew = again(again(begun, START + 2000).ack, START + 4400);
    expect([anew.ack.length, anew.rst.length]).to.deep.equal([1, 0]);
  });

  it('knows that TIME-WAIT lasts for two seconds at least, where MSL is not known, and may last for minutes', () => {
    const terms = { ...TERMS, timeWait: lasting() };
    const lingering = { from: START, to: START };
    const waiting = begin('TIME-WAIT').map((world) => ({ ...world, lingering }));
    const states = (time: number) =>
      passed(waiting[0] as World, START + time, terms).map(({ tcb }) => tcb.state);
    expect(states(1700)).to.deep.equal(['TIME-WAIT']);
    expect(states(2000)).to.deep.equal(['TIME-WAIT', 'CLOSED']);
    expect(states(245_000)).to.deep.equal(['CLOSED']);
  });

  it('knows that a connection to a multicast address is refused', () => {
    const refused = userActs(begin('CLOSED'), { call: 'OPEN TO MULTICAST' }, TERMS);
    expect(refused.map(({ tcb, due }) => [tcb.state, due])).to.deep.equal([['CLOSED', []]]);
    expect(seen(refused, '<SEQ=7000><CTL=SYN>')).to.have.length(0);
  });

  it('knows what the user hears, each once', () => {
    const closed = comes(begin('ESTABLISHED'), '<SEQ=301><ACK=101><CTL=FIN,ACK>');
    expect(closed.map(({ told }) => told)).to.deep.equal([['connection closing']]);
    const reset = comes(closed, '<SEQ=302><CTL=RST>');
    expect(reset.map(({ told }) => told)).to.deep.equal([['connection closing', 'connection reset']]);
  });

  it('lets a TCP give up a peer that answers no keep-alive, and not after a single one', () => {
    const asked = userActs(begin('ESTABLISHED'), { call: 'KEEP-ALIVE', value: 1 }, TERMS);
    const probed = (worlds: readonly World[]): readonly World[] =>
      seen(worlds, '<SEQ=100><ACK=301><CTL=ACK>');
    const states = (worlds: readonly World[]) => worlds.map(({ tcb }) => tcb.state);
    const [once, twice] = [probed(asked), probed(probed(asked))];
    expect([states(once), states(twice)]).to.deep.equal([['ESTABLISHED'], ['ESTABLISHED', 'CLOSED']]);
    const reset = '<SEQ=101><CTL=RST>';
    expect([states(seen(once, reset)), states(seen(twice, reset))]).to.deep.equal([[], ['CLOSED']]);
    // What arrives shows that the peer is there.
    const heard = comes(once, '<SEQ=301><ACK=101><CTL=ACK>');
    expect([states(probed(heard)), states(seen(probed(heard), reset))]).to.deep.equal([['ESTABLISHED'], []]);
  });

  it('takes a keep-alive for one only below SND.NXT, and where the user has asked for it', () => {
    const asked = userActs(begin('ESTABLISHED'), { call: 'KEEP-ALIVE', value: 1 }, TERMS);
    expect(seen(asked, '<SEQ=100><ACK=301><CTL=ACK>')).to.have.length(1);
    expect(seen(asked, '<SEQ=101><ACK=301><CTL=ACK>')).to.have.length(0);
    expect(seen(begin('ESTABLISHED'), '<SEQ=100><ACK=301><CTL=ACK>')).to.have.length(0);
  });

  it('accepts both readings of an ACK of numbers before the ISS', () => {
    const worlds = comes(begin('ESTABLISHED'), '<SEQ=301><ACK=100><DATA=1><CTL=ACK>');
    expect(new Set(worlds.map(({ tcb }) => tcb.rcvNxt))).to.deep.equal(new Set([301, 302]));
  });
});

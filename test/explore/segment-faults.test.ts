import { expect } from 'chai';
import { echoesNothing, faultsOfSegment, type Wanted } from '../../lib/explore/segment-faults.ts';
import { type ConcreteSegment, evaluateSegment, parseSegment } from '../../lib/notation/index.ts';
import type { Profile } from '../../lib/standard/profile.ts';
import type { Entry } from '../../lib/tester/index.ts';

const segment = (text: string): ConcreteSegment => evaluateSegment(parseSegment(text), {}, () => 0);
const tester = (text: string) => ({ from: 'tester' as const, segment: segment(text) });
const SYN_ACK = { segment: segment('<SEQ=100><ACK=301><CTL=SYN,ACK><TSVAL=9><TSECR=0>') };

describe('a TSecr', () => {
  it('is a TSval that has come with the SYN or since', () => {
    const syn = tester('<SEQ=300><CTL=SYN><TSVAL=7><TSECR=0>');
    const ack = (tsecr: number) => ({
      segment: segment(`<SEQ=101><ACK=301><CTL=ACK><TSVAL=9><TSECR=${tsecr}>`),
    });
    const text = tester('<SEQ=301><ACK=101><CTL=ACK><TSVAL=8><TSECR=9>');
    expect(echoesNothing(SYN_ACK, [syn])).to.equal(true);
    expect(echoesNothing(ack(7), [syn])).to.equal(false);
    expect(echoesNothing(ack(8), [syn])).to.equal(true);
    expect(echoesNothing(ack(8), [syn, text])).to.equal(false);
  });

  it('echoes nothing where SYNs cross and the tester has offered no timestamps, whatever came before', () => {
    const stray = tester('<SEQ=300><ACK=101><CTL=ACK><TSVAL=1><TSECR=0>');
    expect(echoesNothing(SYN_ACK, [stray, tester('<SEQ=300><CTL=SYN>')])).to.equal(false);
    expect(echoesNothing(SYN_ACK, [tester('<SEQ=300><CTL=SYN>')])).to.equal(false);
  });
});

/** A log in which segments come at times in milliseconds. */
const entry = (from: Entry['from'], at: number, text: string): Entry =>
  ({ from, at, segment: segment(text), packet: new Uint8Array(), peerPort: 1 }) as unknown as Entry;
const faults = (
  log: readonly Entry[],
  more: { profile?: Profile; wanted?: Wanted; isProbing?: boolean; lag?: number } = {},
) => {
  const { profile = 'rfc9293', wanted = {}, isProbing = false, lag = 0 } = more;
  const context = { family: 4, profile, wanted, isProbing, lagSince: () => lag } as const;
  return faultsOfSegment(log.at(-1) as Entry, log.slice(0, -1), context).map(({ what }) => what);
};

describe('the interval between transmissions', () => {
  const TEXT = '<SEQ=101><ACK=301><CTL=ACK><DATA=10>';
  const text = (at: number) => entry('target', at, TEXT);

  it('doubles', () => {
    expect(faults([text(0), text(1000), text(3000)])).to.deep.equal([]);
    expect(faults([text(0), text(1000), text(2000)])).to.deep.equal(['text sent again too soon']);
  });

  it('is that of keep-alives where the user has asked for them and the octet before SND.NXT is acknowledged', () => {
    const probe = (at: number, data: number) =>
      entry('target', at, `<SEQ=100><ACK=301><CTL=ACK><DATA=${data}>`);
    const log = [entry('target', 0, '<SEQ=100><ACK=301><CTL=SYN,ACK>')];
    const open = [...log, entry('tester', 1, '<SEQ=301><ACK=101><CTL=ACK>')];
    const wanted: Wanted = { keepAlive: { every: 1000, since: 2 } };
    const probes = [probe(1010, 1), probe(2010, 1), probe(3010, 1)];
    expect(faults([...open, ...probes], { wanted })).to.deep.equal([]);
    expect(faults([...open, ...probes])).to.deep.equal(['text sent again too soon']);
    const busy = [...open, probe(1010, 0), entry('tester', 1900, '<SEQ=301><ACK=101><CTL=ACK><DATA=1>')];
    expect(faults([...busy, probe(2010, 0)], { wanted })).to.deep.equal(['keep-alive too soon']);
    const one = (at: number) => entry('target', at, '<SEQ=101><ACK=301><CTL=ACK><DATA=1>');
    expect(faults([...open, one(100), one(300)], { wanted })).to.deep.equal([]);
  });

  it('is any where something has come meanwhile, the window is probed, or no document says more', () => {
    const ack = entry('tester', 1500, '<SEQ=301><ACK=101><CTL=ACK>');
    expect(faults([text(0), text(1000), ack, text(2000)])).to.deep.equal([]);
    expect(faults([text(0), text(1000), text(2000)], { isProbing: true })).to.deep.equal([]);
    expect(faults([text(0), text(1000), text(2000)], { profile: 'rfc793' })).to.deep.equal([]);
  });

  it('is no timer of its own where the same text has come with more, or with the FIN, meanwhile', () => {
    const joined = entry('target', 3000, '<SEQ=101><ACK=301><CTL=FIN,ACK><DATA=10>');
    expect(faults([text(0), text(1000), joined, text(7000), text(15_000)])).to.deep.equal([]);
    expect(faults([text(0), text(1000), text(7000), text(15_000)])).to.deep.equal([
      'text sent again too soon',
    ]);
  });

  it('stays what it has come to for the text after that which came twice, whose acknowledgment tells no round trip', () => {
    const acks = (at: number) => entry('tester', at, '<SEQ=301><ACK=111><CTL=ACK>');
    const next = (at: number, more = '') =>
      entry('target', at, `<SEQ=111><ACK=301><CTL=ACK><DATA=10>${more}`);
    const twice = [text(0), text(1000), acks(1100)];
    const tooSoon = ['text sent again too soon'];
    expect(faults([...twice, next(1200), next(2200)])).to.deep.equal(tooSoon);
    expect(faults([...twice, next(1200), next(2200)], { profile: 'rfc1122' })).to.deep.equal(tooSoon);
    expect(faults([...twice, next(1200), next(3200)])).to.deep.equal([]);
    expect(faults([...twice, next(1200), next(2200)], { profile: 'rfc793' })).to.deep.equal([]);
    // Probes of a closed window have a timer of their own.
    const shut = entry('tester', -1, '<SEQ=301><ACK=101><CTL=ACK><WND=0>');
    expect(faults([shut, ...twice, next(1200), next(2200)])).to.deep.equal([]);
    // What was sent once has told a round trip.
    expect(faults([text(0), acks(1100), next(1200), next(1600)])).to.deep.equal([]);
    // The timer of the text before it runs on.
    expect(faults([text(0), text(1000), next(1200), next(2200)])).to.deep.equal([]);
  });

  it('may be shorter where timestamps tell the round trip of what came twice', () => {
    const stamp = '<TSVAL=9><TSECR=7>';
    const stamped = (at: number, seq: number) =>
      entry('target', at, `<SEQ=${seq}><ACK=301><CTL=ACK><DATA=10>${stamp}`);
    const acks = entry('tester', 1100, '<SEQ=301><ACK=111><CTL=ACK><TSVAL=7><TSECR=9>');
    const log = [stamped(0, 101), stamped(1000, 101), acks, stamped(1200, 111), stamped(2200, 111)];
    expect(faults(log)).not.to.include('text sent again too soon');
  });

  it('is longer than it seems to a tester that was late', () => {
    expect(faults([text(0), text(1000), text(2000)], { lag: 300 })).to.deep.equal([]);
  });

  it('is three seconds for text after a SYN that a timer has sent again, and not one that has crossed another', () => {
    const syn = (at: number, ctl = 'SYN') =>
      entry('target', at, `<SEQ=100>${ctl === 'SYN' ? '' : '<ACK=301>'}<CTL=${ctl}>`);
    const answer = entry('tester', 1100, '<SEQ=300><ACK=101><CTL=SYN,ACK>');
    expect(faults([syn(0), syn(1000), answer, text(1200), text(2200)])).to.deep.equal([
      'text sent again too soon',
    ]);
    expect(faults([syn(0), syn(1000), answer, text(1200), text(4200)])).to.deep.equal([]);
    const crossed = entry('tester', 500, '<SEQ=300><CTL=SYN>');
    expect(faults([syn(0), crossed, syn(501, 'SYN,ACK'), text(1200), text(2200)])).to.deep.equal([]);
  });
});

describe('a SYN of the target', () => {
  const syn = (options: string) => entry('tester', 0, `<SEQ=300>${options}`);
  it('agrees to ECN only where it was asked for', () => {
    const answer = entry('target', 1, '<SEQ=100><ACK=301><CTL=SYN,ACK,ECE>');
    expect(faults([syn('<CTL=SYN,ECE,CWR>'), answer])).to.deep.equal([]);
    expect(faults([syn('<CTL=SYN,ECE>'), answer])).to.deep.equal(['ECE uncalled for']);
    expect(faults([syn('<CTL=SYN>'), answer])).to.deep.equal(['ECE uncalled for']);
  });

  it('has an MSS that IP can deliver', () => {
    expect(faults([entry('target', 1, '<SEQ=100><CTL=SYN><MSS=65495>')])).to.deep.equal([]);
    expect(faults([entry('target', 1, '<SEQ=100><CTL=SYN><MSS=65500>')])).to.deep.equal([
      'MSS that IP cannot deliver',
    ]);
  });

  it('has not the ISS of the connection before', () => {
    const answer = (ack: number, iss = 100) => entry('target', 1, `<SEQ=${iss}><ACK=${ack}><CTL=SYN,ACK>`);
    const first = entry('tester', 0, '<SEQ=300><CTL=SYN>');
    const reset = entry('tester', 2, '<SEQ=301><CTL=RST>');
    const next = entry('tester', 3, '<SEQ=900><CTL=SYN>');
    const another = ['ISS of another connection'];
    expect(faults([first, answer(301), reset, next, answer(901)])).to.deep.equal(another);
    expect(faults([first, answer(301), reset, next, answer(901, 5000)])).to.deep.equal([]);
    expect(faults([first, answer(301), answer(301)])).to.deep.equal([]);
  });
});

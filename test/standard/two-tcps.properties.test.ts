import { expect } from 'chai';
import fc from 'fast-check';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { inFlight } from '../../lib/standard/queues.ts';
import { type Arrival, segmentArrives } from '../../lib/standard/segment-arrives.ts';
import type { Segment, Tcb } from '../../lib/standard/tcb.ts';
import { type Timer, timeOut } from '../../lib/standard/time-out.ts';
import { type Call, type Reaction, serveQueue, userCalls } from '../../lib/standard/user-calls.ts';
import { add, sub } from '../../lib/wire/seq.ts';
import { tcbIn } from './arrivals.ts';
import { serveReceive } from './serve-receive.ts';

/** One TCP and its user: what it sends goes to the wire, what it delivers is counted. */
class Side {
  tcb: Tcb;
  readonly wire: Segment[] = [];
  /** Octets of the calls SEND that were accepted, and octets that RECEIVE gave, in order. */
  sent = 0;
  got = 0;
  closes = false;
  readonly profile: Profile;
  private readonly choose: <T>(all: readonly T[]) => T;

  constructor(tcb: Tcb, profile: Profile, choose: <T>(all: readonly T[]) => T) {
    this.tcb = tcb;
    this.profile = profile;
    this.choose = choose;
  }

  call(call: Call): void {
    const accepted = this.take(userCalls(this.tcb, call, this.profile));
    if (call.name === 'SEND' && accepted) this.sent += call.octets;
    if (call.name === 'CLOSE') this.closes = true;
  }

  timer(timer: Timer): void {
    this.take(timeOut(this.tcb, timer, this.profile));
  }

  arrives(segment: Segment): void {
    const all: Arrival[] = segmentArrives(this.tcb, segment, this.profile);
    const { tcb, reply } = this.choose(all.filter(({ level }) => level !== 'permitted'));
    this.tcb = tcb;
    if (reply !== 'silence') this.wire.push(reply);
    this.serve();
  }

  serve(): void {
    this.take(serveQueue(this.tcb, this.profile));
    this.take(serveReceive(this.tcb, this.profile));
  }

  /** One of the reactions in which the user goes on to read and nothing is lost; false where the call was refused. */
  private take(all: readonly Reaction[]): boolean {
    const usual = all.filter(
      ({ level, tcb, sent }) =>
        level !== 'permitted' && !tcb.userGone && !sent.some(({ ctl }) => ctl.has('RST')),
    );
    // Text that is there is handed over: an error would be as right while the connection closes.
    const delivering = usual.filter(({ delivered }) => delivered.length > 0);
    const { tcb, sent, delivered, told } = this.choose(
      busiestFirst(delivering.length > 0 ? delivering : usual),
    );
    for (const { seq, octets } of delivered) {
      expect(seq).to.equal(add(this.tcb.irs, 1 + this.got));
      this.got += octets;
    }
    this.tcb = tcb;
    this.wire.push(...sent);
    return !told.some(({ to }) => to === 'caller');
  }
}

/** A TCP may put off a window update, or what Nagle holds, for ever: on a clean path the first of these does neither. */
const busiestFirst = (all: readonly Reaction[]): readonly Reaction[] => {
  const activity = ({ sent, tcb }: Reaction): number =>
    tcb.rcvWnd + sent.reduce((sum, { data }) => sum + data + 1, 0);
  return all.toSorted((one, other) => activity(other) - activity(one));
};

const ended = ({ tcb }: Side): boolean => tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT';

const over = (side: Side): boolean => ended(side) && side.tcb.unread === 0;

const step = fc.record({
  what: fc.constantFrom('deliver', 'deliver', 'deliver', 'lose', 'swap', 'send', 'receive', 'close', 'timer'),
  which: fc.boolean(),
  octets: fc.constantFrom(1, 7, 100, 130, 300),
  timer: fc.constantFrom(
    'retransmission' as const,
    'zero window' as const,
    'override' as const,
    'keep-alive' as const,
  ),
});

describe('Two TCPs made of segments, calls and timeouts', () => {
  it('bring all text to the other side, in order, and both end', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 50 }),
        fc.constantFrom(...PROFILES),
        fc.boolean(),
        (steps, choices, profile, crossing) => {
          let chosen = 0;
          let drained = false;
          const choose = <T>(all: readonly T[]): T => {
            const index = drained ? 0 : (choices[chosen++ % choices.length] ?? 0) % all.length;
            const one = all[index];
            if (one === undefined) throw new Error('nothing is allowed');
            return one;
          };
          const closed = (iss: number): Tcb =>
            tcbIn('CLOSED', { iss, rcvWnd: 250, irs: 0, rcvNxt: 0 }, { sndMss: 100, rcvBuff: 250 });
          const a = new Side(closed(2 ** 32 - 50), profile, choose);
          const b = new Side(closed(7000), profile, choose);
          a.call({ name: 'OPEN', mode: 'active', remote: 'specified' });
          b.call({ name: 'OPEN', mode: crossing ? 'active' : 'passive', remote: 'specified' });
          const read = (side: Side): void => {
            if (side.tcb.unread > 0) side.call({ name: 'RECEIVE', octets: 60 });
          };
          const deliver = (from: Side, to: Side): void => {
            const segment = from.wire.shift();
            // Who is gone already resets what comes late; RFC 1337 is about what that does in TIME-WAIT.
            if (segment && !(segment.ctl.has('RST') && ended(to))) to.arrives(segment);
          };
          for (const { what, which, octets, timer } of steps) {
            const [from, to] = which ? [a, b] : [b, a];
            const { wire, tcb } = from;
            if (what === 'deliver') deliver(from, to);
            else if (what === 'lose') wire.shift();
            else if (what === 'swap') wire.push(...wire.splice(0, 1));
            else if (what === 'send' && !['CLOSED', 'LISTEN'].includes(tcb.state))
              from.call({ name: 'SEND', octets });
            else if (what === 'receive') read(from);
            else if (
              what === 'close' &&
              !['CLOSED', 'LISTEN', 'SYN-SENT'].includes(tcb.state) &&
              tcb.unread === 0
            )
              from.call({ name: 'CLOSE' });
            else if (what === 'timer') from.timer({ name: timer });
          }
          // From here on the path is clean, and the users read and close.
          drained = true;
          for (let round = 0; round < 200 && !(over(a) && over(b)); round++) {
            for (const [from, to] of [
              [a, b],
              [b, a],
            ] as const) {
              while (from.wire.length > 0) deliver(from, to);
              while (from.tcb.unread > 0 && from.tcb.receives.length === 0) read(from);
              from.serve();
              const synchronized = !['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(from.tcb.state);
              if (synchronized && !from.closes && !ended(from)) from.call({ name: 'CLOSE' });
              if (inFlight(from.tcb) > 0 && from.tcb.state !== 'LISTEN')
                from.timer({ name: 'retransmission' });
              from.timer({ name: 'zero window' });
              from.timer({ name: 'override' });
            }
          }
          expect([over(a), over(b)]).to.deep.equal([true, true]);
          expect([a.got, b.got]).to.deep.equal([b.sent, a.sent]);
          expect(sub(a.tcb.sndNxt, add(a.tcb.iss, 2))).to.equal(a.sent);
        },
      ),
      { numRuns: 300, includeErrorInReport: true },
    );
  });
});

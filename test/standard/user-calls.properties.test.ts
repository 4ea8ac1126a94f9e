import { expect } from 'chai';
import fc from 'fast-check';
import { PROFILES } from '../../lib/standard/profile.ts';
import { finReceived, inFlight, queued, synInFlight, usable } from '../../lib/standard/queues.ts';
import { STATES } from '../../lib/standard/state.ts';
import { type Segment, segLen, type Tcb } from '../../lib/standard/tcb.ts';
import { type Timer, timeOut } from '../../lib/standard/time-out.ts';
import { type Call, type Reaction, serveQueue, userCalls } from '../../lib/standard/user-calls.ts';
import { add, gt, leq, SEQUENCE_SPACE, sub } from '../../lib/wire/seq.ts';
import { tcbIn } from './arrivals.ts';
import { moved, movedSegment, withUnread } from './reactions.ts';

const octets = fc.constantFrom(1, 10, 99, 100, 101, 250);

const someTcb = fc
  .record({
    state: fc.constantFrom(...STATES),
    origin: fc.constantFrom('passive', 'active'),
    text: fc.constantFrom(0, 0, 30, 300),
    sndWnd: fc.constantFrom(0, 1, 60, 400, 4000),
    unread: fc.constantFrom(0, 0, 1, 40),
    pushed: fc.constantFrom(0, 20, 40),
    urgentTo: fc.constantFrom(0, 0, 10, 60),
    remoteSpecified: fc.boolean(),
    nagle: fc.boolean(),
    keepAlive: fc.boolean(),
    closing: fc.boolean(),
    userGone: fc.boolean(),
    sends: fc.array(fc.record({ octets, push: fc.boolean() }), { maxLength: 3 }),
    receives: fc.array(octets, { maxLength: 2 }),
    rcvWnd: fc.constantFrom(0, 10, 1000),
  })
  .map(
    ({
      state,
      origin,
      text,
      sndWnd,
      pushed,
      urgentTo,
      unread: waiting,
      userGone,
      rcvWnd,
      ...queues
    }): Tcb => {
      const waits = ['SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSING'].includes(state);
      const finWaits = queues.closing && (state === 'FIN-WAIT-1' || state === 'CLOSING');
      const opening = ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(state);
      const read = opening ? 0 : waiting;
      const tcb = withUnread(state, read, {
        ...queues,
        ...{ closing: waits && queues.closing, sndMss: 100, rcvBuff: 1000, pushed: Math.min(pushed, read) },
        sends:
          ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'].includes(state) || finWaits
            ? queues.sends
            : [],
        receives: state === 'CLOSED' ? [] : queues.receives,
      });
      const base = opening ? { ...tcb, rcvNxt: 301 } : tcb;
      const sent = ['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(state)
        ? text
        : 0;
      const fin = finWaits ? -1 : 0;
      const moved = {
        ...base,
        sndNxt: base.sndNxt + sent + fin,
        sndWnd,
        rcvUp: 301 + urgentTo,
        userGone,
        rcvWnd,
      };
      const { sent: _, closing, ...rest } = moved;
      const again = tcbIn(
        finWaits && state === 'CLOSING' ? 'CLOSE-WAIT' : finWaits ? 'ESTABLISHED' : state,
        rest,
        rest,
      );
      const next = { ...again, state, closing };
      return state === 'SYN-RECEIVED' ? { ...next, origin } : next;
    },
  );

const someCall: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    name: fc.constant('OPEN' as const),
    mode: fc.constantFrom('active' as const, 'passive' as const),
    remote: fc.constantFrom('specified' as const, 'unspecified' as const, 'invalid' as const),
  }),
  fc.record({ name: fc.constant('SEND' as const), octets, push: fc.boolean() }),
  fc.record({ name: fc.constant('SEND' as const), octets, urgent: fc.constant(true as const) }),
  fc.record({ name: fc.constant('SEND' as const), octets, noRoom: fc.constant(true as const) }),
  fc.record({ name: fc.constant('RECEIVE' as const), octets }),
  fc.constantFrom({ name: 'CLOSE' as const }, { name: 'ABORT' as const }, { name: 'STATUS' as const }),
  fc.constantFrom({ name: 'CLOSE' as const, noAccess: true as const }),
);

const someTimer: fc.Arbitrary<Timer> = fc.constantFrom(
  { name: 'user' as const },
  { name: 'retransmission' as const },
  { name: 'retransmission' as const, reached: 'R1' as const },
  { name: 'retransmission' as const, reached: 'R2' as const },
  { name: 'TIME-WAIT' as const },
  { name: 'zero window' as const },
  { name: 'keep-alive' as const, unanswered: 3 },
);

const profile = fc.constantFrom(...PROFILES);
const event = fc.oneof(
  fc.record({ tcb: someTcb, call: someCall, profile }),
  fc.record({ tcb: someTcb, timer: someTimer, profile }),
);
type Event = typeof event extends fc.Arbitrary<infer Each> ? Each : never;

const reactionsTo = (each: Event, tcb = each.tcb): Reaction[] =>
  'call' in each ? userCalls(tcb, each.call, each.profile) : timeOut(tcb, each.timer, each.profile);

const holds = (property: (each: Event, reactions: Reaction[]) => void): void =>
  fc.assert(
    fc.property(event, (each) => property(each, reactionsTo(each))),
    { numRuns: 1000 },
  );

const isNew = ({ sndNxt }: Tcb, { seq, ctl }: Segment): boolean =>
  !ctl.has('RST') && !ctl.has('SYN') && !gt(sndNxt, seq);

describe('User calls and timeouts, whatever waits', () => {
  it('leave always something that is more than permitted, and nothing twice', () => {
    const key = ({ why: _, level: __, ...what }: Reaction): string =>
      JSON.stringify(what, (name, value) => (name === 'ctl' ? [...value].sort() : value));
    holds((_, reactions) => {
      expect(reactions.filter(({ level }) => level !== 'permitted')).not.to.have.length(0);
      expect(new Set(reactions.map(key)).size).to.equal(reactions.length);
    });
  });

  it('change nothing that they are given, and say the same again', () => {
    fc.assert(
      fc.property(event, (each) => {
        const before = structuredClone(each);
        const first = reactionsTo(each, Object.freeze({ ...each.tcb }));
        expect(each).to.deep.equal(before);
        expect(reactionsTo(each)).to.deep.equal(first);
      }),
    );
  });

  it('send new text and FIN from SND.NXT on without a gap, and move SND.NXT over them', () => {
    holds(({ tcb }, reactions) => {
      if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN') return;
      for (const { sent, tcb: after } of reactions) {
        let next = tcb.sndNxt;
        for (const segment of sent.filter((each) => isNew(tcb, each) && segLen(each) > 0)) {
          expect(segment.seq).to.equal(next);
          next = add(next, segLen(segment));
        }
        expect(after.sndNxt).to.equal(next);
        expect(after.sndUna).to.equal(tcb.sndUna);
      }
    });
  });

  it('lose no octet of what is to be sent, while the connection lives', () => {
    holds((each, reactions) => {
      const { tcb } = each;
      for (const { sent, tcb: after, told } of reactions) {
        if (after.state === 'CLOSED') continue;
        const taken =
          'call' in each && each.call.name === 'SEND' && !told.some(({ to }) => to === 'caller')
            ? each.call.octets
            : 0;
        const went = sent
          .filter((segment) => (segment.ctl.has('SYN') ? !synInFlight(tcb) : isNew(tcb, segment)))
          .reduce((sum, { data }) => sum + data, 0);
        expect(queued(after) + went).to.equal(queued(tcb) + taken);
      }
    });
  });

  it('fill no segment beyond the MSS, and send no new text beyond the window but into one that is closed, or has shrunk', () => {
    holds(({ tcb }, reactions) => {
      for (const { sent, level } of reactions)
        for (const segment of sent) {
          if (!isNew(tcb, segment)) continue;
          expect(segment.data).to.be.at.most(tcb.sndMss);
          if (segment.data === 0) continue;
          const edge = add(tcb.sndUna, tcb.sndWnd);
          const fits = leq(add(segment.seq, segment.data), edge);
          // SHLD-15: no new text after the window has shrunk.
          if (!fits && !(usable(tcb) < 0 && level === 'permitted'))
            expect([tcb.sndWnd, level === 'permitted' || segment.data]).to.deep.equal([
              0,
              level === 'permitted' || 1,
            ]);
        }
    });
  });

  it('send at most one FIN, behind all text, and never a second one', () => {
    holds(({ tcb }, reactions) => {
      for (const { sent, tcb: after } of reactions) {
        const fins = sent.filter((segment) => isNew(tcb, segment) && segment.ctl.has('FIN'));
        expect(fins.length).to.be.at.most(1);
        if (fins.length === 0) continue;
        expect([queued(after), after.closing, sent.at(-1)?.ctl.has('FIN')]).to.deep.equal([0, false, true]);
        for (const call of [{ name: 'CLOSE' }, { name: 'SEND', octets: 1 }] as const)
          for (const again of userCalls(after, call, 'rfc9293'))
            expect(again.sent.filter(({ ctl }) => !ctl.has('RST'))).to.deep.equal([]);
      }
    });
  });

  it('reset only to delete the TCB, and only with SEQ=SND.NXT', () => {
    holds(({ tcb }, reactions) => {
      for (const { sent, tcb: after } of reactions)
        for (const { ctl, seq } of sent)
          if (ctl.has('RST')) {
            expect([seq, after.state, sent.length]).to.deep.equal([tcb.sndNxt, 'CLOSED', 1]);
            expect(['LISTEN', 'SYN-SENT']).not.to.include(tcb.state);
          }
    });
  });

  it('leave nothing to wait when the TCB is deleted', () => {
    holds((_, reactions) => {
      for (const { tcb } of reactions)
        if (tcb.state === 'CLOSED')
          expect([tcb.sends, tcb.sent, tcb.receives, tcb.closing, tcb.unread]).to.deep.equal([
            [],
            [],
            [],
            false,
            0,
          ]);
    });
  });

  it('deliver text in order, once, and no more than waits or than the buffer holds', () => {
    holds((each, reactions) => {
      const { tcb } = each;
      for (const { delivered, tcb: after } of reactions) {
        if (after.state === 'CLOSED') continue;
        const given = delivered.reduce((sum, one) => sum + one.octets, 0);
        if (delivered.length > 0) expect(after.unread).to.equal(tcb.unread - given);
        for (const { seq, octets: count } of delivered) {
          expect(seq).to.equal(sub(tcb.rcvNxt, tcb.unread + (finReceived(tcb) ? 1 : 0)));
          expect(count).to.be.within(
            1,
            Math.min(tcb.unread, 'call' in each && 'octets' in each.call ? each.call.octets : 0),
          );
        }
      }
    });
  });

  it('never shrink the window', () => {
    holds(({ tcb }, reactions) => {
      for (const { tcb: after } of reactions) expect(after.rcvWnd).to.be.at.least(tcb.rcvWnd);
    });
  });

  it('say the same wherever the sequence numbers start', () => {
    const anywhere = fc.integer({ min: 0, max: SEQUENCE_SPACE - 1 });
    fc.assert(
      fc.property(event, anywhere, anywhere, (each, ours, theirs) => {
        if (each.tcb.state === 'SYN-SENT') return; // There, RCV.NXT is not known yet.
        const here = reactionsTo(each).map((reaction) => ({
          ...reaction,
          tcb: moved(reaction.tcb, ours, theirs),
          sent: reaction.sent.map((segment) => movedSegment(segment, ours, theirs)),
          delivered: reaction.delivered.map((one) => ({ ...one, seq: add(one.seq, theirs) })),
        }));
        expect(reactionsTo(each, moved(each.tcb, ours, theirs))).to.deep.equal(here);
      }),
      { numRuns: 1000 },
    );
  });

  it('serve the queue as a SEND would have', () => {
    fc.assert(
      fc.property(octets, fc.boolean(), profile, (count, push, which) => {
        const tcb = tcbIn('ESTABLISHED', {}, { sndMss: 100 });
        const waiting = { ...tcb, sends: [{ octets: count, push }] };
        const sent = (reactions: readonly Reaction[]) =>
          reactions.map((each) => [each.sent, each.tcb, each.level]);
        expect(sent(serveQueue(waiting, which))).to.deep.equal(
          sent(userCalls(tcb, { name: 'SEND', octets: count, push }, which)),
        );
        expect(inFlight(tcb)).to.equal(0);
      }),
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { ADOPTIONS, ALL_CHECKS, CHECKS } from '../../lib/standard/adoption.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { type Arrival, segmentArrives } from '../../lib/standard/segment-arrives.ts';
import { STATES } from '../../lib/standard/state.ts';
import { CONTROLS, type Segment, segLen, type Tcb } from '../../lib/standard/tcb.ts';
import { tcbVariables } from '../../lib/standard/variables.ts';
import { add, gt, lt, SEQUENCE_SPACE, sub } from '../../lib/wire/seq.ts';
import { tcbIn } from './arrivals.ts';
import { moved } from './reactions.ts';

const around = fc.oneof(
  fc.integer({ min: -12, max: 12 }),
  fc.constantFrom(999, 1000, 1001, -999, -1000, -1001, 500, 2 ** 30, -(2 ** 30)),
);

const someTcb = fc
  .record({
    state: fc.constantFrom(...STATES),
    origin: fc.constantFrom('passive', 'active'),
    rcvWnd: fc.constantFrom(0, 1, 1000),
    inFlight: fc.constantFrom(0, 300),
    timestamps: fc.boolean(),
    precedence: fc.constantFrom(0, 3),
    mayRaisePrecedence: fc.boolean(),
    userGone: fc.boolean(),
  })
  .map(({ state, origin, inFlight, ...more }): Tcb => {
    const tcb = tcbIn(state, { ...more, tsRecent: 50 });
    const sndNxt = state === 'SYN-RECEIVED' || state === 'SYN-SENT' ? tcb.sndNxt : tcb.sndNxt + inFlight;
    return state === 'SYN-RECEIVED' ? { ...tcb, origin } : { ...tcb, sndNxt };
  });

/** A segment near the edges of that connection. */
const someSegment = (tcb: Tcb): fc.Arbitrary<Segment> =>
  fc
    .record({
      seq: around.map((offset) => add(tcb.rcvNxt, offset)),
      ack: fc
        .tuple(fc.constantFrom(tcb.sndUna, tcb.sndNxt), around)
        .map(([from, offset]) => add(from, offset)),
      ctl: fc.subarray([...CONTROLS]).map((controls) => new Set(controls)),
      data: fc.constantFrom(0, 1, 10, 1002),
      wnd: fc.constantFrom(0, 1000, 4000),
      urg: fc.constantFrom(0, 5),
      tsval: fc.constantFrom(undefined, 49, 50, 51),
      security: fc.constantFrom(0, 0, 0, 7),
      precedence: fc.constantFrom(0, 0, 3, 5),
      checksumValid: fc.constantFrom(true, true, true, false),
      unicast: fc.constantFrom(true, true, true, false),
    })
    .map(({ tsval, ...rest }) => (tsval === undefined ? rest : { ...rest, tsval }));

const encounter = someTcb.chain((tcb) =>
  fc.record({
    tcb: fc.constant(tcb),
    segment: someSegment(tcb),
    profile: fc.constantFrom(...PROFILES),
    adoption: fc.constantFrom(...ADOPTIONS),
  }),
);

const holds = (property: (tcb: Tcb, segment: Segment, arrivals: Arrival[]) => void): void =>
  fc.assert(
    fc.property(encounter, ({ tcb, segment, profile, adoption }) =>
      property(tcb, segment, segmentArrives(tcb, segment, profile, adoption)),
    ),
    { numRuns: 3000 },
  );

/** It begins before the window and ends after it. Its text fills the window, but it is not acceptable. */
const spansTheWindow = ({ rcvNxt, rcvWnd }: Tcb, segment: Segment): boolean => {
  const end = add(segment.seq, segLen(segment));
  return lt(segment.seq, rcvNxt) && gt(end, add(rcvNxt, rcvWnd));
};

/** Figure 8 of RFC 793 against the sequence check: both are right. */
const endsSimultaneousOpen = ({ origin, irs }: Tcb, { ctl, seq }: Segment): boolean =>
  origin === 'active' && ctl.has('SYN') && ctl.has('ACK') && seq === irs;

const replies = (arrivals: readonly Arrival[]): Segment[] =>
  arrivals.flatMap(({ reply }) => (reply === 'silence' ? [] : [reply]));

describe('SEGMENT ARRIVES, whatever arrives', () => {
  it('never answers a reset with a reset', () => {
    holds((_tcb, segment, arrivals) => {
      if (!segment.ctl.has('RST')) return;
      for (const reply of replies(arrivals)) expect(reply.ctl.has('RST')).to.equal(false);
    });
  });

  it('leaves always something that is more than permitted, whichever checks of RFC 5961 were adopted', () => {
    holds((_tcb, _segment, arrivals) => {
      expect(arrivals.filter(({ level }) => level !== 'permitted')).not.to.have.length(0);
    });
  });

  it('keeps the state when a segment is not acceptable, unless the documents contradict themselves', () => {
    holds((tcb, segment, arrivals) => {
      if (['CLOSED', 'LISTEN', 'SYN-SENT'].includes(tcb.state) || tcb.rcvWnd === 0) return;
      if (acceptable(tcb, segment) || spansTheWindow(tcb, segment)) return;
      for (const { level, tcb: after, freeSeq } of arrivals)
        if (level !== 'permitted' && !freeSeq && !endsSimultaneousOpen(tcb, segment))
          expect(after).to.deep.equal(tcb);
    });
  });

  it('answers with one of five forms, each with the right fields', () => {
    holds((tcb, segment, arrivals) => {
      for (const { reply, tcb: after, freeSeq } of arrivals) {
        if (reply === 'silence') continue;
        expect(reply).to.include({
          data: 0,
          urg: 0,
          security: tcb.security,
          checksumValid: true,
          unicast: true,
        });
        const form = [...reply.ctl].join();
        if (form === 'ACK') expect([reply.seq, reply.ack]).to.deep.equal([after.sndNxt, after.rcvNxt]);
        else if (form === 'SYN,ACK') {
          expect([reply.seq, reply.ack]).to.deep.equal([after.iss, add(segment.seq, 1)]);
          expect(freeSeq).to.equal(['LISTEN', 'TIME-WAIT'].includes(tcb.state) ? true : undefined);
        } else if (form === 'RST') {
          expect(reply.seq).to.be.oneOf([segment.ack, tcb.sndNxt]);
        } else {
          expect(form).to.equal('RST,ACK');
          const answering = [0, add(segment.seq, segLen(segment))];
          // SYN-SENT has no RCV.NXT before the SYN arrives.
          const next = tcb.state === 'SYN-SENT' ? add(segment.seq, 1) : tcb.rcvNxt;
          if (reply.seq === tcb.sndNxt) expect(sub(reply.ack, next)).to.be.at.most(segLen(segment));
          else expect([reply.seq, reply.ack]).to.deep.equal(answering);
        }
      }
    });
  });

  it('resets by the ACK bit while there is no connection', () => {
    holds((tcb, segment, arrivals) => {
      if (tcb.state !== 'CLOSED') return;
      for (const reply of replies(arrivals)) {
        const expected = segment.ctl.has('ACK') ? { seq: segment.ack, ack: 0 } : { seq: 0 };
        expect(reply).to.include(expected);
        expect(reply.ctl.has('ACK')).to.equal(!segment.ctl.has('ACK'));
      }
    });
  });

  it('moves SND.UNA and RCV.NXT only forward, never beyond what was sent or fits', () => {
    holds((tcb, segment, arrivals) => {
      for (const { tcb: after, freeSeq, level } of arrivals) {
        if (freeSeq || ['LISTEN', 'SYN-SENT'].includes(tcb.state)) continue;
        expect(sub(after.sndUna, tcb.sndUna)).to.be.at.most(sub(tcb.sndNxt, tcb.sndUna));
        // Accepting text after the advertised window is only permitted.
        const most = level === 'permitted' && tcb.rcvWnd > 0 ? segLen(segment) : tcb.rcvWnd;
        expect(sub(after.rcvNxt, tcb.rcvNxt)).to.be.at.most(most);
        expect(after.sndNxt).to.equal(tcb.sndNxt);
      }
    });
  });

  it('asks in RFC 9293 only which checks were adopted, and each only of the segments that it is about', () => {
    fc.assert(
      fc.property(encounter, ({ tcb, segment, profile, adoption }) => {
        const by = (checks: typeof adoption) => segmentArrives(tcb, segment, profile, checks);
        if (profile !== 'rfc9293') expect(by(adoption)).to.deep.equal(by(ALL_CHECKS));
        const { ctl } = segment;
        const about = { rst: ctl.has('RST'), syn: ctl.has('SYN'), ack: ctl.has('ACK') };
        for (const check of CHECKS)
          if (!about[check])
            expect(by({ ...adoption, [check]: true })).to.deep.equal(by({ ...adoption, [check]: false }));
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same wherever the sequence numbers start', () => {
    const anywhere = fc.integer({ min: 0, max: SEQUENCE_SPACE - 1 });
    fc.assert(
      fc.property(encounter, anywhere, anywhere, ({ tcb, segment, profile }, ours, theirs) => {
        const elsewhere = { ...segment, seq: add(segment.seq, theirs), ack: add(segment.ack, ours) };
        const here = segmentArrives(tcb, segment, profile).map((each) => {
          const { reply } = each;
          if (reply === 'silence') return { ...each, tcb: moved(each.tcb, ours, theirs) };
          const fromZero = reply.ctl.has('RST') && reply.ctl.has('ACK') && reply.seq === 0;
          const seq = fromZero ? 0 : add(reply.seq, ours);
          const ack = reply.ctl.has('ACK') ? add(reply.ack, theirs) : 0;
          return { ...each, reply: { ...reply, seq, ack }, tcb: moved(each.tcb, ours, theirs) };
        });
        expect(segmentArrives(moved(tcb, ours, theirs), elsewhere, profile)).to.deep.equal(here);
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing that it is given, and says the same again', () => {
    fc.assert(
      fc.property(encounter, ({ tcb, segment, profile }) => {
        const before = structuredClone({ tcb, segment });
        const first = segmentArrives(Object.freeze({ ...tcb }), Object.freeze({ ...segment }), profile);
        expect({ tcb, segment }).to.deep.equal(before);
        expect(segmentArrives(tcb, segment, profile)).to.deep.equal(first);
      }),
    );
  });

  it('takes nothing of a segment whose data offset cannot be', () => {
    fc.assert(
      fc.property(encounter, ({ tcb, segment, profile }) => {
        const malformed = { ...segment, malformed: 'data offset' } as const;
        for (const { tcb: after } of segmentArrives(tcb, malformed, profile))
          expect(after).to.deep.equal(tcb);
      }),
    );
  });

  it('lets a segment with an illegal option length be taken as any, be dropped, or reset the connection', () => {
    const key = ({ reply, tcb }: Arrival): string =>
      JSON.stringify([reply === 'silence' ? reply : [reply, [...reply.ctl]], tcb]);
    fc.assert(
      fc.property(encounter, ({ tcb, segment, profile }) => {
        const malformed = { ...segment, malformed: 'option length' } as const;
        const ordinary = new Set(segmentArrives(tcb, segment, profile).map(key));
        for (const arrival of segmentArrives(tcb, malformed, profile)) {
          const { reply, tcb: after } = arrival;
          if (ordinary.has(key(arrival))) continue;
          const isReset = reply !== 'silence' && reply.ctl.has('RST');
          if (!isReset) expect(after).to.deep.equal(tcb);
          else expect([tcb.state, 'CLOSED', 'LISTEN']).to.include(after.state);
        }
      }),
    );
  });

  it('lists no outcome twice', () => {
    holds((_tcb, _segment, arrivals) => {
      const keys = arrivals.map(({ why: _, ...each }) =>
        JSON.stringify(each, (_key, value) => (value instanceof Set ? [...value] : value)),
      );
      expect(new Set(keys).size).to.equal(keys.length);
    });
  });
});

describe('tcbVariables', () => {
  it('gives the TCB the names of the notation', () => {
    expect(tcbVariables(tcbIn('FIN-WAIT-1', { tsRecent: 5 }))).to.deep.equal({
      'SND.UNA': 101,
      'SND.NXT': 102,
      'SND.WND': 1000,
      'MAX.SND.WND': 1000,
      ISS: 100,
      'RCV.NXT': 301,
      'RCV.WND': 1000,
      'RCV.MSS': 1000,
      IRS: 300,
      'TS.RECENT': 5,
    });
  });
});

import { expect } from 'chai';
import { sequenceText } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { numbersFrom } from '../../lib/random.ts';
import { PROFILES } from '../../lib/standard/profile.ts';
import { segmentArrives } from '../../lib/standard/segment-arrives.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { timeOut } from '../../lib/standard/time-out.ts';
import { type Reaction, serveQueue, userCalls } from '../../lib/standard/user-calls.ts';
import { explored } from './explored.ts';

/** RFC 793 page 61 says CLOSING where its figures say LAST-ACK: with that, recipes lead elsewhere. */
const likeItsFigures = (before: Tcb, all: readonly Reaction[]): readonly Reaction[] =>
  all.filter(({ tcb: { state } }) => !(before.state === 'CLOSE-WAIT' && state === 'CLOSING'));

const SOME = 300;
/** Milliseconds. */
const LATE = 100;

describe('exploration of a TCP that takes every liberty, a different one each time', function () {
  this.timeout(300_000);

  for (const profile of PROFILES) {
    it(`finds nothing, under ${profile}`, async () => {
      const next = numbersFrom(79);
      const any = <T>(all: readonly T[]): T => all[next() % all.length] as T;
      const liberal: Behaviour = {
        arrive: (tcb, segment) => any(segmentArrives(tcb, segment, profile)),
        // How it opens and how the user is given text is not what this is about.
        call: (tcb, call, usual) =>
          call.name === 'OPEN' || call.name === 'RECEIVE'
            ? usual(tcb, call)
            : any(likeItsFigures(tcb, userCalls(tcb, call, profile))),
        serve: (tcb) => any(likeItsFigures(tcb, serveQueue(tcb, profile))),
        expire: (tcb, timer) => any(timeOut(tcb, timer, profile)),
      };
      let exploration = await explored(profile, liberal, { sequences: SOME, seed: 2 });
      // A failure need not come again, since the TCP takes another liberty then. But where this process was late, it may be the cause.
      for (let again = 0; exploration.outcomes.failed && exploration.lag > LATE && again < 4; again += 1)
        exploration = await explored(profile, liberal, { sequences: SOME, seed: 2 });
      const { findings, outcomes } = exploration;
      expect(findings.map(({ sequence }) => sequenceText(sequence))).to.deep.equal([]);
      expect(outcomes.failed ?? 0).to.equal(0);
      expect(outcomes.explained).to.be.greaterThan(SOME * 0.9);
    });
  }
});

import { expect } from 'chai';
import { reasonText } from '../../../lib/report/expectation.ts';
import { expectNoneWrong, lost, type Played, play } from './play.ts';

/** The faults from which the target recovers: they cost only time. */
const OVERCOME = [
  'the upper tester is restarted',
  'the upper tester pauses',
  'the link goes down and up',
  'the target reboots',
  'the receive queue overflows',
] as const;

/** The faults from which it does not, and the reason in the other cases' results. */
const FATAL = {
  'the upper tester dies': /^the target was lost: upper tester at .+ does not answer any more, for 2 s$/,
  'the upper tester hangs': /^the target was lost: upper tester at .+ does not answer any more, for 2 s$/,
  'the link goes down': /^the target was lost: 192\.0\.2\.2 does not answer any more, for 2 s$/,
} as const;

// The results before the fault, of those for which the scene waits.
const FIRST = 20;
// The cases take 6 s without a fault. The absence, the waiting, repeated attempts and a busy machine add to that.
const LONGEST = 1_000_000;

describe('faults of the target and the wire', () => {
  const played = new Map<string, Played>();

  before(async function () {
    this.timeout(1_200_000);
    // Each has a lab of its own, and mostly waits.
    const faults = [...OVERCOME, ...Object.keys(FATAL)];
    await Promise.all(faults.map(async (fault) => played.set(fault, await play(fault))));
  });

  for (const fault of OVERCOME) {
    it(`${fault}: every verdict is right, in the end`, () => {
      const { clean, disturbed, durationMs } = played.get(fault) as Played;
      expectNoneWrong({ clean, disturbed });
      // A case may be inconclusive when the target was absent in all its attempts, more so on a busy machine.
      expect(lost({ clean, disturbed }).length).to.be.at.most(clean.length / 10);
      expect(durationMs).to.be.below(LONGEST);
    });
  }

  for (const [fault, reason] of Object.entries(FATAL)) {
    it(`${fault}: results are kept, the rest is inconclusive with the reason, soon`, () => {
      const { clean, disturbed, durationMs } = played.get(fault) as Played;
      expectNoneWrong({ clean, disturbed });
      const gone = lost({ clean, disturbed });
      expect(gone).to.have.length.within(1, clean.length - FIRST);
      for (const result of gone) expect(reasonText(result, 'rfc9293')).to.match(reason);
      expect(durationMs).to.be.below(LONGEST);
    });
  }
});

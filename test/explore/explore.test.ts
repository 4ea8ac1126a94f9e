import { expect } from 'chai';
import { findMutant, type Mutant } from '../../bench/mutants/index.ts';
import { type Exploration, explore } from '../../lib/explore/explore.ts';
import type { Candidate } from '../../lib/explore/finding.ts';
import type { Watch } from '../../lib/explore/deaths.ts';
import { type Sequence, sequenceText } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { ALL_CHECKS } from '../../lib/standard/adoption.ts';
import { numbersFrom } from '../../lib/random.ts';
import { PROFILES, type Profile } from '../../lib/standard/profile.ts';
import { segmentArrives } from '../../lib/standard/segment-arrives.ts';
import type { Tcb } from '../../lib/standard/tcb.ts';
import { timeOut } from '../../lib/standard/time-out.ts';
import { type Reaction, serveQueue, userCalls } from '../../lib/standard/user-calls.ts';
import { referenceWorld } from '../states/reference-world.ts';

/** Explores the reference in this process. */
async function explored(
  profile: Profile,
  behaviour: Behaviour,
  wishes: {
    readonly sequences: number;
    readonly seed?: number;
    readonly width?: number;
    readonly untilFound?: boolean;
    readonly watch?: Watch;
    readonly repeats?: (candidate: Candidate) => Promise<boolean>;
    readonly milliseconds?: number;
    readonly mostLooking?: number;
  },
): Promise<Exploration & { readonly lag: number }> {
  const began = performance.now();
  const { tester, environment } = referenceWorld(profile, behaviour);
  let isFound = false;
  try {
    const exploration = await explore(
      {
        environment: { ...environment, answersManyAtOnce: true },
        ...{ family: 4, profile, adoptions: [behaviour.adopts ?? ALL_CHECKS] },
        ...(wishes.watch ? { watch: wishes.watch } : {}),
      },
      {
        // So few that on a busy machine none lasts so long that it would say nothing.
        ...{ seed: wishes.seed ?? 1, sequences: wishes.sequences, width: wishes.width ?? 8 },
        stopped: () => isFound,
        ...(wishes.repeats ? { repeats: wishes.repeats } : {}),
        ...(wishes.milliseconds === undefined ? {} : { milliseconds: wishes.milliseconds }),
        ...(wishes.mostLooking === undefined ? {} : { mostLooking: wishes.mostLooking }),
        onFinding: () => {
          isFound = wishes.untilFound === true;
        },
      },
    );
    return { ...exploration, lag: tester.lag.worstSince(began) };
  } finally {
    await tester.close();
  }
}

/** RFC 793 page 61 says CLOSING where its figures say LAST-ACK: with that, recipes lead elsewhere. */
const likeItsFigures = (before: Tcb, all: readonly Reaction[]): readonly Reaction[] =>
  all.filter(({ tcb: { state } }) => !(before.state === 'CLOSE-WAIT' && state === 'CLOSING'));

const SOME = 300;
const ENOUGH = 1500;
/** Milliseconds. */
const LATE = 100;

describe('exploration', function () {
  this.timeout(300_000);

  for (const profile of PROFILES) {
    it(`finds nothing in a TCP that follows ${profile}`, async () => {
      const { findings, outcomes } = await explored(profile, {}, { sequences: SOME });
      expect(findings.map(({ sequence }) => sequenceText(sequence))).to.deep.equal([]);
      expect(outcomes.explained).to.be.greaterThan(SOME * 0.9);
    });
  }

  it('looks at what fails in the sequences that are on the wire when no other is to begin', async () => {
    const behaviour = findMutant('listen-silent-for-ack')?.behaviour as Behaviour;
    const { findings, unexamined } = await explored('rfc9293', behaviour, { sequences: 60, width: 60 });
    expect(findings).to.have.length.at.least(1);
    expect(unexamined).to.equal(0);
  });

  it('ends soon after its time, whatever looking at a failure takes', async () => {
    const behaviour = findMutant('listen-silent-for-ack')?.behaviour as Behaviour;
    const times = { milliseconds: 3000, mostLooking: 1000 };
    const repeats = (): Promise<boolean> => new Promise(() => {});
    const sequences = Number.POSITIVE_INFINITY;
    const { findings, unexamined } = await explored('rfc9293', behaviour, { ...times, repeats, sequences });
    expect(findings).to.deep.equal([]);
    expect(unexamined).to.be.at.least(1);
  });

  for (const profile of PROFILES) {
    it(`finds nothing in a TCP that takes every liberty of ${profile}, a different one each time`, async () => {
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

  const MUTANTS = ['closed-acks', 'listen-silent-for-ack', 'listen-opens-without-syn'];
  for (const name of MUTANTS) {
    it(`finds the fault of ${name}, in one step`, async () => {
      const { base, behaviour } = findMutant(name) as Mutant;
      const { findings } = await explored(base, behaviour, { sequences: ENOUGH, untilFound: true });
      expect(findings).to.have.length.at.least(1);
      expect(findings[0]?.sequence.steps).to.have.length(1);
      expect(findings[0]?.confirmed).to.deep.equal({ times: 3, of: 3 });
    });
  }

  it('finds that Nagle cannot be turned off', async () => {
    const { base, behaviour } = findMutant('nagle-always') as Mutant;
    const { findings } = await explored(base, behaviour, { sequences: ENOUGH, untilFound: true });
    const texts = findings.map(({ sequence }) => sequenceText(sequence));
    expect(texts.join()).to.match(/NAGLE OFF; SEND \d+; SEND \d+$/);
  });

  it('keeps what shows again as a scenario: no finding that does not hides another of the same cause', async () => {
    const { base, behaviour } = findMutant('closed-acks') as Mutant;
    const asked: string[] = [];
    const { findings } = await explored(base, behaviour, {
      ...{ sequences: ENOUGH, untilFound: true },
      repeats: async ({ sequence }) => {
        asked.push(sequenceText(sequence));
        return asked.length > 2;
      },
    });
    expect(asked).to.have.length.at.least(3);
    expect(findings.map(({ sequence }) => sequenceText(sequence))).to.deep.equal(asked.slice(2, 3));
  });

  it('keeps the whole sequence where only that shows again as a scenario', async () => {
    const { base, behaviour } = findMutant('listen-silent-for-ack') as Mutant;
    const isWhole = ({ steps }: Sequence): boolean => steps.length > 1;
    const { findings } = await explored(base, behaviour, {
      ...{ sequences: ENOUGH, untilFound: true },
      repeats: async ({ sequence }) => isWhole(sequence),
    });
    expect(findings).to.have.length.at.least(1);
    expect(findings.map(({ sequence }) => isWhole(sequence))).not.to.include(false);
  });

  it('goes on after an exception, and tells of it', async () => {
    const { base, behaviour } = findMutant('listen-silent-for-ack') as Mutant;
    const check = () => Promise.reject(new Error('nobody can say whether it lives'));
    const watch: Watch = { epoch: 0, deaths: [], check };
    const { findings, troubles, sequences } = await explored(base, behaviour, { sequences: ENOUGH, watch });
    expect(sequences).to.be.at.least(ENOUGH);
    expect(findings).to.have.length.at.least(1);
    expect(troubles).to.have.length.at.least(1);
    for (const { message } of troubles) expect(message).to.equal('nobody can say whether it lives');
  });
});

import { expect } from 'chai';
import { findMutant, type Mutant } from '../../bench/mutants/index.ts';
import type { Watch } from '../../lib/explore/deaths.ts';
import { type Sequence, sequenceText } from '../../lib/explore/sequence.ts';
import type { Behaviour } from '../../lib/lab/reference/behaviour.ts';
import { explored } from './explored.ts';

const ENOUGH = 1500;

describe('exploration', function () {
  this.timeout(300_000);

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
    expect(findings).to.have.length.at.least(1);
    expect(findings.map(({ sequence }) => sequenceText(sequence))).to.deep.equal(
      asked.slice(2, 2 + findings.length),
    );
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

  it('begins nothing more once it is stopped, and counts only what it has played', async () => {
    // Of the first hundred one in eight waits for seconds, and only one of those at once is on the wire.
    const { sequences } = await explored('rfc9293', {}, { sequences: ENOUGH, width: 1, hundreds: 1 });
    expect(sequences).to.be.within(88, 99);
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

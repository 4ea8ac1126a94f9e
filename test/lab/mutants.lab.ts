import { expect } from 'chai';
import { catchersOf, tryMutant } from '../../bench/mutant-trial.ts';
import { FIELD_KINDS } from '../../bench/mutants/field-kinds.ts';
import { findMutant, MUTANTS } from '../../bench/mutants/index.ts';
import { skipWithoutLab } from './skip.ts';

/** One of each kind; all of them are `npm run mutants`. */
const SAMPLE = [
  'closed-resets-rst-ack',
  'length-without-syn',
  'window-with-right-edge-for-rst',
  'rst-exact-challenged',
  'order-syn-before-rst',
  'ack-duplicate-answered',
  'fin-wait-2-fin-closes',
  'empty-ack-again',
  'syn-ack-of-iss-crashes',
  'fin-out-of-order-exits',
  'closing-rst-crashes',
];

describe('mutants of the reference', () => {
  it('are at least 120, each with a name and a line of its own', () => {
    expect(MUTANTS.length).to.be.at.least(120);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).to.equal(MUTANTS.length);
    expect(new Set(MUTANTS.map(({ what }) => what)).size).to.be.at.least(MUTANTS.length - 1);
    for (const { name, what } of MUTANTS) {
      expect(name).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(what, name).to.match(/^\S[^\n]+[^.\n]$/);
    }
  });

  it('are at least four of each kind of faults that real stacks have had, which no document allows', () => {
    for (const [kind, { mutants }] of Object.entries(FIELD_KINDS)) {
      expect(new Set(mutants).size, kind).to.be.at.least(4);
      for (const name of mutants)
        expect(findMutant(name), name).to.be.an('object').that.does.not.have.property('equivalent');
    }
  });

  describe('on the wire', () => {
    before(async function () {
      this.timeout(1_200_000);
      skipWithoutLab(this);
    });

    it('are caught', async function () {
      this.timeout(1_200_000);
      const survivors: string[] = [];
      const lane = async (names: readonly string[]): Promise<void> => {
        for (const name of names) {
          const mutant = findMutant(name);
          if (!mutant) throw new Error(`no such mutant: ${name}`);
          const catchers = catchersOf(mutant, 4).slice(0, 4);
          const options = { family: 4, seed: 793, full: false } as const;
          const { deviating } = await tryMutant(mutant, catchers, options);
          if (deviating.length === 0) survivors.push(name);
        }
      };
      await Promise.all([0, 1].map((half) => lane(SAMPLE.filter((_, index) => index % 2 === half))));
      expect(survivors).to.deep.equal([]);
    });
  });
});

import { expect } from 'chai';
import { catchersOf } from '../../bench/mutant-trial.ts';
import type { Mutant } from '../../bench/mutants/index.ts';
import { TOLD_BY_SEVERAL_STEPS, TRANSITION_MUTANTS } from '../../bench/mutants/transitions.ts';
import { adoptionOf } from '../../bench/forecast.ts';
import { runSideBySide } from '../../lib/runner/pool.ts';
import { runOne } from '../../lib/runner/trial/run-scenario.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { referenceWorld } from './reference-world.ts';

const SIDE_BY_SIDE = 24;
const FEW = 4;
// At most so many cases of a transition are tried until one is conclusive.
const MOST_CASES = 8;
// Three minutes on a quiet machine. A machine with ten times as much to do as it has processors is not to fail it.
const LONGEST = 2_400_000;

async function isCaught(mutant: Mutant): Promise<boolean> {
  const { base, behaviour } = mutant;
  const { environment: world, tester } = referenceWorld(base, behaviour);
  const acceptTime = behaviour.acceptsAtSyn ? 'at the SYN' : 'when established';
  const environment = { ...world, acceptTime } as const;
  const common = { environment, family: 4, seed: 793, profile: base, adoption: adoptionOf(base) } as const;
  try {
    for (const [index, id] of catchersOf(mutant, 4).slice(0, MOST_CASES).entries()) {
      if (verdictOf(await runOne(id, { ...common, index }), base) === 'deviates') return true;
    }
    return false;
  } finally {
    await tester.close();
  }
}

async function survivorsOf(mutants: readonly Mutant[], width: number): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  await runSideBySide(mutants, width, async (mutant) => {
    if (!(await isCaught(mutant))) survivors.push(mutant);
  });
  return survivors;
}

const isToBeTold = ({ name, equivalent }: Mutant): boolean =>
  equivalent === undefined && !TOLD_BY_SEVERAL_STEPS.includes(name);

describe('the state after each transition', () => {
  it('is told from every other by a case of that transition, but where several steps are needed', async function () {
    this.timeout(LONGEST);
    const observable = TRANSITION_MUTANTS.filter(isToBeTold);
    // With so many at once this process is late on a busy machine. Late attempts say nothing and are repeated.
    const doubtful = await survivorsOf(observable, SIDE_BY_SIDE);
    const survivors = await survivorsOf(doubtful, FEW);
    expect(observable.length).to.be.at.least(190);
    expect(survivors.map(({ name }) => name)).to.deep.equal([]);
  });

  it('is told as well where the accept event proves nothing', async function () {
    this.timeout(LONGEST);
    const opening = TRANSITION_MUTANTS.filter(
      (mutant) => isToBeTold(mutant) && /^from-(listen|syn-received)-/.test(mutant.name),
    ).map((mutant) => ({ ...mutant, behaviour: { ...mutant.behaviour, acceptsAtSyn: true } }));
    const survivors = await survivorsOf(await survivorsOf(opening, SIDE_BY_SIDE), FEW);
    expect(opening.length).to.be.at.least(40);
    expect(survivors.map(({ name }) => name)).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { reasonText } from '../../../lib/report/expectation.ts';
import { SCENARIOS } from '../../../lib/catalogue/catalogue.ts';
import { Inquest, MOST_UNEXPLAINED, TO_MAKE_UP } from '../../../lib/runner/deaths/inquest.ts';
import { type Job, keyOf, Suspects } from '../../../lib/runner/deaths/suspects.ts';
import type { DeathTrial } from '../../../lib/runner/deaths/try-for-death.ts';
import type { SearchProgress } from '../../../lib/report/progress.ts';
import { runThrough } from '../../../lib/runner/run-through.ts';
import type { Phase } from '../../../lib/runner/trial/case-context.ts';
import { Hazards } from '../../../lib/runner/trial/hazards.ts';
import { TargetDied } from '../../../lib/runner/trial/repeat-until-trusted.ts';
import type { Death } from '../../../lib/runner/trial/target-watch.ts';
import type { Entry } from '../../../lib/tester/index.ts';
import type { DeathCause, LossCause } from '../../../lib/verdict/reason.ts';
import { type CaseResult, type JudgedResult, verdictOf } from '../../../lib/verdict/result.ts';
import { inconclusiveResult, resultOf } from '../results.ts';

/** The part of an attempt in which a case ends the target, by the number of the attempt and of cases on the wire (0 in an inquest). */
type Fate = (job: Job, attempts: number, onTheWire: number) => Phase | undefined;

const ENDING = { signal: 'SIGSEGV' };
const SENT = { from: 'tester', at: 0 } as Entry;

/** A run of so many cases, or of these, without a wire. All cases of a round are on the target when one of them ends it. */
function runOf(
  cases: number | readonly string[],
  fate: Fate,
  width = 8,
  isReached = (_: Job, __: number): boolean => true,
  stopsAt = Number.POSITIVE_INFINITY,
  turnsAfter = (_: Job): number => 1,
  ending: Death['ending'] | null = ENDING,
) {
  const deaths: Death[] = [];
  const watch = {
    lost: undefined as LossCause | undefined,
    deaths,
    giveUp: (cause: LossCause) => {
      watch.lost ??= cause;
    },
  };
  const hazards = new Hazards();
  const results: CaseResult[] = [];
  const attempts = new Map<string, number>();
  const widths: number[] = [];
  const causes: DeathCause[] = [];
  const progress: SearchProgress[] = [];
  let isStopped = false;
  let onTheWire = 0;
  let alone = 0;
  let together = 0;
  let clock = 0;
  const fateOf = (job: Job): Phase | undefined => {
    const so = (attempts.get(keyOf(job)) ?? 0) + 1;
    attempts.set(keyOf(job), so);
    const phase = fate(job, so, onTheWire);
    if (phase === 'farewell' && hazards.resets.has('ESTABLISHED')) return undefined;
    if (phase === 'proof' && hazards.proofs.has('ESTABLISHED')) return undefined;
    return phase;
  };
  const die = (): Death => {
    const death = { heardAt: 0, ...(ending ? { ending } : {}) };
    deaths.push(death);
    return death;
  };
  const ids =
    typeof cases === 'number' ? Array.from({ length: cases }, (_, index) => `case.${index}`) : cases;
  const jobs = ids.map((id): Job => ({ id, family: 4 }));
  const describe = ({ id }: Job) => ({
    ...{ id, title: id, state: 'ESTABLISHED' as const, conditions: [], steps: [] },
  });
  const inquest = new Inquest({
    ...{ watch, hazards, describe, report: (result: CaseResult) => results.push(result) },
    now: () => clock,
    explain: (_, cause) => causes.push(cause),
    progress: (one) => progress.push(one),
    stopped: () => isStopped,
    attempt: async (job): Promise<DeathTrial> => {
      expect(onTheWire, 'nobody else is on the wire').to.equal(0);
      clock += 1000;
      alone += 1;
      together = Math.max(together, alone);
      const before = deaths.length;
      await new Promise(setImmediate);
      if (progress.length >= stopsAt) {
        isStopped = true;
        throw new Error('the tester is closed');
      }
      const phase = fateOf(job);
      const own = phase ? die() : undefined;
      for (let turn = turnsAfter(job); turn > 0; turn -= 1) await new Promise(setImmediate);
      const death = own ?? deaths[before];
      alone -= 1;
      if (!isReached(job, attempts.get(keyOf(job)) ?? 0))
        return { result: notReached(job), variables: {}, stateAfter: 'unknown' };
      const result = resultOf('conformant', { id: job.id });
      return {
        ...{ result, variables: {}, stateAfter: 'ESTABLISHED' },
        // What others die of is their death, too.
        ...(death ? { died: { phase: phase ?? 'stimulus', death } } : {}),
      };
    },
  });
  const run = async (job: Job): Promise<CaseResult> => {
    if (watch.lost) return inconclusiveResult('the target was lost');
    const obstacle = hazards.obstacleOf(describe(job));
    if (obstacle) return { ...inconclusiveResult(''), why: obstacle, id: job.id };
    const before = deaths.length;
    onTheWire += 1;
    widths.push(onTheWire);
    await new Promise(setImmediate);
    const phase = fateOf(job);
    if (phase) die();
    inquest.suspects.remember(job, [SENT]);
    await new Promise(setImmediate);
    onTheWire -= 1;
    // The tester's reset at the end: the result is known already.
    if (deaths.length > before && phase !== 'farewell') throw new TargetDied();
    const result = resultOf('conformant', { id: job.id, proof: ['old text acknowledged'] });
    hazards.note(result);
    return result;
  };
  const lostWith: (readonly Job[])[] = [];
  const done = runThrough({
    ...{ jobs, run, watch, inquest },
    width: () => width,
    report: (result) => results.push(result),
    stopped: () => isStopped,
    lost: (others) => lostWith.push(others),
  });
  return done.then(() => ({
    causes,
    progress,
    together,
    results,
    watch,
    hazards,
    widths,
    attempts,
    deaths,
    lostWith,
  }));
}

const notReached = ({ id }: Job): CaseResult =>
  ({ ...inconclusiveResult('no answer'), outcome: 'not run', id }) as CaseResult;

const having = (results: readonly CaseResult[], verdict: string): string[] =>
  results.filter((result) => verdictOf(result, 'rfc9293') === verdict).map(({ id }) => id);

/** A cause that is not known, without the cases that were on the wire. */
const withoutNames = (cause: DeathCause): object => {
  if (cause.kind !== 'unknown') return cause;
  const { likely: _, ...rest } = cause;
  return rest;
};

describe('an inquest', () => {
  it('is not held while nobody dies', async () => {
    const { results, attempts } = await runOf(20, () => undefined);
    expect(having(results, 'conformant')).to.have.length(20);
    expect([...attempts.values()].every((count) => count === 1)).to.equal(true);
  });

  it('convicts the case whose stimulus ends the target twice alone, and the others get their verdicts', async () => {
    const { results, watch, deaths, progress } = await runOf(40, ({ id }) =>
      id === 'case.13' ? 'stimulus' : undefined,
    );
    expect(having(results, 'deviates')).to.deep.equal(['case.13']);
    expect(having(results, 'conformant')).to.have.length(39);
    expect(watch.lost).to.equal(undefined);
    const halves = progress.filter(({ of }) => of > 1);
    expect(deaths.length, 'in the run, in the attempt of all, in some halves, and twice alone').to.be.within(
      4,
      4 + halves.length,
    );
    const [culprit] = results.filter(({ id }) => id === 'case.13') as JudgedResult[];
    expect(culprit?.judgements.rfc9293).to.deep.equal({
      verdict: 'deviates',
      others: 0,
      faults: [{ kind: 'death', ending: ENDING, deaths: 2, trials: 2 }],
    });
    for (const profile of ['rfc793', 'rfc1122', 'rfc5961', 'rfc9293'] as const) {
      expect(reasonText(culprit as JudgedResult, profile)).to.equal(
        'the target died: it was ended by SIGSEGV, in 2 of 2 attempts with no other case on the wire',
      );
    }
  });

  it('finds several culprits, and reports each case once', async () => {
    const guilty = ['case.3', 'case.4', 'case.22'];
    const { results } = await runOf(40, ({ id }) => (guilty.includes(id) ? 'stimulus' : undefined));
    expect(having(results, 'deviates').sort()).to.deep.equal([...guilty].sort());
    expect(new Set(results.map(({ id }) => id)).size).to.equal(results.length);
    expect(results).to.have.length(40);
  });

  it('accuses nobody of a death that came in one attempt of three', async () => {
    // In the run, in the attempts of all, of four and of one of two, and in the first alone.
    const { results } = await runOf(10, ({ id }, so) =>
      id === 'case.2' && so <= 5 ? 'stimulus' : undefined,
    );
    expect(having(results, 'deviates')).to.deep.equal([]);
    const [result] = results.filter(({ id }) => id === 'case.2');
    expect(result && reasonText(result, 'rfc9293')).to.equal(
      'the target died in 1 of 3 attempts with no other case on the wire',
    );
  });

  it('acquits the case in which the target dies on the way to the state: all that begin there are not run', async () => {
    const { results } = await runOf(10, () => 'setup');
    expect(having(results, 'inconclusive')).to.have.length(10);
    expect(results[0] && reasonText(results[0], 'rfc9293')).to.match(
      /^the target dies on the way to ESTABLISHED/,
    );
  });

  it('leaves out what proves the state, and the reset in the end, where that ends the target', async () => {
    for (const phase of ['proof', 'farewell'] as const) {
      const { results, hazards, watch } = await runOf(30, () => phase);
      expect(having(results, 'conformant'), phase).to.have.length(30);
      expect([...(phase === 'proof' ? hazards.proofs : hazards.resets)]).to.deep.equal(['ESTABLISHED']);
      expect(watch.lost).to.equal(undefined);
    }
  });

  it('convicts a case whose proof ends the target, where the target has survived the proof after others like it', async () => {
    const { results, hazards } = await runOf(30, ({ id }) => (id === 'case.20' ? 'proof' : undefined));
    expect(having(results, 'deviates')).to.deep.equal(['case.20']);
    expect(having(results, 'conformant')).to.have.length(29);
    expect([...hazards.proofs]).to.deep.equal([]);
  });

  it('acquits all of a death that comes once, by one attempt at all of them together', async () => {
    const { results, causes, attempts, together, widths } = await runOf(
      40,
      ({ id }, so) => (id === 'case.2' && so === 1 ? 'stimulus' : undefined),
      8,
    );
    expect(having(results, 'conformant')).to.have.length(40);
    expect(causes.map(withoutNames)).to.deep.equal([{ kind: 'unknown', tried: 8 }]);
    const [cause] = causes;
    expect(cause?.kind === 'unknown' && cause.likely).to.have.length(8);
    expect(cause?.kind === 'unknown' && cause.likely?.map(({ id }) => id)).to.include('case.2');
    expect(together).to.equal(8);
    expect(attempts.get('case.2 4'), 'the run, the attempt of all, the run').to.equal(3);
    expect(Math.max(...widths.slice(-8)), 'one such death makes nobody cautious').to.equal(8);
  });

  it('acquits nobody by an attempt that has not come to its stimulus', async () => {
    const { causes } = await runOf(
      40,
      ({ id }, so) => (id === 'case.2' && so !== 2 ? 'stimulus' : undefined),
      8,
      ({ id }, so) => id !== 'case.2' || so !== 2,
    );
    expect(causes).to.deep.equal([{ kind: 'segment', part: 'stimulus', id: 'case.2', family: 4 }]);
  });

  it('tries the options that killed the target in every state at once', async () => {
    const states = ['closed', 'listen', 'established', 'fin-wait-1', 'time-wait'];
    const ids = states.flatMap((state) => [`${state}.option.nops`, `${state}.option.length-zero`]);
    const { results, causes, deaths } = await runOf(
      ids,
      ({ id }) => (id.endsWith('length-zero') ? 'stimulus' : undefined),
      2,
    );
    expect(having(results, 'deviates')).to.deep.equal(ids.filter((id) => id.endsWith('length-zero')));
    expect(having(results, 'conformant')).to.have.length(states.length);
    expect(causes).to.have.length(1);
    expect(
      deaths,
      'in the run, in the attempt of all, twice alone, and once in each other state',
    ).to.have.length(8);
    const [first, ...others] = results.filter(({ id }) => id.endsWith('length-zero'));
    const attemptsOf = (result: CaseResult | undefined) => reasonText(result as JudgedResult, 'rfc9293');
    expect(attemptsOf(first)).to.match(/in 2 of 2 attempts with no other case on the wire$/);
    for (const other of others)
      expect(attemptsOf(other)).to.match(/in 1 of 1 attempt with no other case on the wire$/);
  });

  it('convicts by two deaths in each state, where the same options have killed the target only once', async () => {
    const ids = ['closed', 'listen', 'established'].map((state) => `${state}.option.length-zero`);
    const { results } = await runOf(
      ids,
      // In the run, in the attempt of all, and in one of three alone.
      ({ id }, so) => ((id === ids[0] ? so <= 3 : so > 1) ? 'stimulus' : undefined),
      1,
    );
    expect(having(results, 'inconclusive')).to.deep.equal(ids.slice(0, 1));
    const others = results.filter(({ id }) => id !== ids[0]);
    const deaths = others.map((result) => reasonText(result, 'rfc9293').match(/in \d of \d attempts?/)?.[0]);
    expect(deaths, 'only the first is needed to know the options').to.deep.equal([
      'in 2 of 2 attempts',
      'in 1 of 1 attempt',
    ]);
  });

  it('acquits what is similar to its killer by one attempt at all of it together', async () => {
    const guilty = ['time-wait.rst.middle', 'time-wait.rst.one-before'];
    const ids = SCENARIOS.filter(({ id }) => /^time-wait\.rst\./.test(id)).map(({ id }) => id);
    expect(ids).to.include.members(guilty);
    const { results, attempts, progress } = await runOf(
      ids,
      ({ id }) => (guilty.includes(id) ? 'stimulus' : undefined),
      4,
    );
    expect(having(results, 'deviates')).to.have.members(guilty);
    expect(having(results, 'conformant')).to.have.length(ids.length - guilty.length);
    expect(progress.length, 'tried alone').to.be.below(ids.length);
    expect(attempts.size).to.equal(ids.length);
  });

  it('holds nothing against who was there when another had killed the target', () => {
    const suspects = new Suspects();
    const there: Job[] = [{ id: 'case.1', family: 4 }];
    suspects.order(there, 0);
    suspects.order(there, 0);
    suspects.acquit(there);
    expect(suspects.presence({ id: 'case.1', family: 4 })).to.equal(1);
  });

  it('says what of a case ended the target', async () => {
    const { causes } = await runOf(40, ({ id }) => (id === 'case.13' ? 'stimulus' : undefined));
    expect(causes).to.deep.equal([{ kind: 'segment', part: 'stimulus', id: 'case.13', family: 4 }]);
  });

  it('halves the suspects, tells how many are left, and tries the last one alone', async () => {
    const { progress, attempts } = await runOf(
      16,
      ({ id }) => (id === 'case.2' ? 'stimulus' : undefined),
      16,
    );
    expect(progress.at(-1)).to.deep.equal({ tried: 0, of: 1 });
    const left = progress.map(({ of }) => of);
    expect(left).to.deep.equal([...left].sort((one, other) => other - one));
    expect(left.length, 'of sixteen').to.be.at.most(5);
    expect(progress.every(({ tried }) => tried === 0)).to.equal(true);
    expect(
      attempts.get('case.9 4'),
      'at most in the run, in that of all, in two halves, and in the run',
    ).to.be.at.most(5);
  });

  it('looks no further than those that had not ended when the target died of all together', async () => {
    const { progress, causes } = await runOf(
      16,
      ({ id }) => (id === 'case.15' ? 'stimulus' : undefined),
      16,
      () => true,
      Number.POSITIVE_INFINITY,
      () => 0,
    );
    expect(causes).to.deep.equal([{ kind: 'segment', part: 'stimulus', id: 'case.15', family: 4 }]);
    expect(progress).to.deep.equal([{ tried: 0, of: 1 }]);
  });

  it('accuses nobody when who was left survives alone', async () => {
    // It kills only in company.
    const { progress, causes, results } = await runOf(
      6,
      ({ id }, so) => (id === 'case.2' && so <= 3 ? 'stimulus' : undefined),
      6,
    );
    expect(causes.map(withoutNames)).to.deep.equal([{ kind: 'unknown', tried: 6 }]);
    expect(progress.at(-1)).to.deep.equal({ tried: 0, of: 1 });
    expect(having(results, 'conformant')).to.have.length(6);
  });

  it('tries the suspects of two deaths together twice', async () => {
    // Not in the first attempt of all.
    const fatal = [1, 3, 5, 6, 7, 8, 9];
    const { causes, attempts } = await runOf(
      4,
      ({ id }, so) => (id === 'case.2' && fatal.includes(so) ? 'stimulus' : undefined),
      4,
    );
    expect(causes.map(withoutNames)).to.deep.equal([
      { kind: 'unknown', tried: 4 },
      { kind: 'segment', part: 'stimulus', id: 'case.2', family: 4 },
    ]);
    expect(attempts.get('case.0 4'), 'run, together; run, together twice, in a half; run').to.be.at.most(7);
  });

  it('tells how many have been tried alone where no process has ended', async () => {
    const { progress } = await runOf(
      20,
      ({ id }) => (id === 'case.2' ? 'stimulus' : undefined),
      4,
      () => true,
      Number.POSITIVE_INFINITY,
      () => 1,
      null,
    );
    expect(progress).to.deep.equal([
      { tried: 0, of: 4 },
      { tried: 1, of: 4 },
      { tried: 2, of: 4 },
    ]);
  });

  it('makes two attempts at suspects that do not come to their stimulus, and accuses none of them', async () => {
    const { attempts, causes, results } = await runOf(
      20,
      ({ id }, so) => (id === 'case.2' && so === 1 ? 'stimulus' : undefined),
      4,
      ({ id }) => id !== 'case.3',
    );
    expect(causes.map(withoutNames)).to.deep.equal([{ kind: 'unknown', tried: 4 }]);
    expect(attempts.get('case.3 4'), 'the run, two together, the run').to.equal(4);
    expect(results).to.have.length(20);
  });

  for (const [phase, stopsAt] of [
    ['between two halves', 1],
    ['in the middle of a half', 2],
  ] as const)
    it(`ends without a complaint when the run is stopped while it narrows the suspects: ${phase}`, async () => {
      const { causes, results, watch } = await runOf(
        40,
        ({ id }) => (id === 'case.7' ? 'stimulus' : undefined),
        16,
        () => true,
        stopsAt,
      );
      expect(causes).to.deep.equal([]);
      expect(watch.lost).to.equal(undefined);
      expect(having(results, 'deviates')).to.deep.equal([]);
    });

  it('ends without a complaint when the run is stopped in the middle of an attempt', async () => {
    const { causes, results, watch } = await runOf(
      40,
      ({ id }) => (id === 'case.7' ? 'stimulus' : undefined),
      8,
      () => true,
      3,
    );
    expect(causes).to.deep.equal([]);
    expect(watch.lost).to.equal(undefined);
    expect(results.length).to.be.below(40);
  });

  it('that finds nobody halves how many are on the wire, until the target survives', async () => {
    const { watch, results, widths } = await runOf(
      60,
      (_, __, others) => (others > 1 ? 'stimulus' : undefined),
      16,
    );
    expect(having(results, 'conformant')).to.have.length(60);
    expect(watch.lost).to.equal(undefined);
    expect(widths.at(-1)).to.equal(1);
  });

  it('that finds nobody lets more on the wire again when the target has survived many cases', async () => {
    let left = 4;
    const { watch, results, widths } = await runOf(
      5 * TO_MAKE_UP,
      ({ id }, _, others) => {
        if (id !== 'case.7' || others === 0 || left === 0) return undefined;
        left -= 1;
        return 'stimulus';
      },
      16,
    );
    expect(watch.lost).to.equal(undefined);
    expect(having(results, 'conformant')).to.have.length(5 * TO_MAKE_UP);
    const narrowest = widths.lastIndexOf(2);
    expect(Math.max(...widths.slice(64, 64 + TO_MAKE_UP)), 'after four deaths').to.be.at.most(4);
    expect(narrowest).to.be.greaterThan(0);
    expect(Math.max(...widths.slice(-32)), 'in the end').to.equal(16);
  });

  it('is in no hurry to let more on the wire again when the target has died once more', async () => {
    const { deaths } = await runOf(
      40 * TO_MAKE_UP,
      (_, __, others) => (others > 10 ? 'stimulus' : undefined),
      16,
    );
    expect(deaths.length, 'it dies of more than ten at once').to.be.within(3 * 16, 9 * 16);
  });

  it('gives up a target that dies whatever is done, and says so of every case', async () => {
    const { watch, results, deaths, lostWith } = await runOf(
      60,
      (_, __, others) => (others > 0 ? 'stimulus' : undefined),
      16,
    );
    expect(watch.lost).to.deep.equal({ kind: 'no culprit', deaths: deaths.length });
    expect(having(results, 'inconclusive')).to.have.length(60);
    expect(deaths.length).to.be.below(MOST_UNEXPLAINED * 16);
    expect(lostWith, 'who was on the wire is told once').to.have.length(1);
    expect(lostWith[0]).to.have.length.within(1, 16);
  });

  it('comes to an end where the target dies of one stimulus every other time', async () => {
    const { watch, results, deaths } = await runOf(60, ({ id }, so) =>
      id === 'case.7' && so % 2 === 1 ? 'stimulus' : undefined,
    );
    expect(watch.lost).to.equal(undefined);
    expect(results).to.have.length(60);
    expect(having(results, 'conformant')).to.include.members(['case.6', 'case.8', 'case.59']);
    expect(deaths.length).to.be.below(MOST_UNEXPLAINED);
  });
});

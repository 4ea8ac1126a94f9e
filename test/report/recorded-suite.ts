import { CASES } from '../../bench/cases.ts';
import { type Case, sentText } from '../../lib/catalogue/scenario.ts';
import { reasonText } from '../../lib/report/expectation.ts';
import { byState } from '../../lib/report/groups.ts';
import { attachRecord, RunRecord } from '../../lib/report/run-record.ts';
import { subjectOf } from '../../lib/report/subject.ts';
import { isFailure } from '../../lib/verdict/result.ts';
import { type SyntheticCase, syntheticResult, syntheticRun } from './fixture.ts';

/*
 * What the reporter's test lets a mocha of its own run: cases of the catalogue whose results are made up. How many of each state is in
 * the environment.
 */

const perRecipe = Number(process.env.CASES_PER_STATE ?? 73);
const recipeOf = ({ state, origin }: SyntheticCase): string => `${state} ${origin}`;

const counts = new Map<string, number>();
const cases = CASES.map(madeUp).filter((one) => {
  const count = counts.get(recipeOf(one)) ?? 0;
  if (count === perRecipe || one.families.length < 2 || !canBeMadeUp(one)) return false;
  counts.set(recipeOf(one), count + 1);
  return true;
});

/** A case as the results that are made up need it. */
function madeUp(one: Case): SyntheticCase {
  const { title, state, origin, conditions, families } = one;
  const { steps: _, expect = {}, ...subject } = subjectOf(one);
  return {
    ...{ ...subject, title, state, conditions, families, send: sentText(one) },
    ...(origin ? { origin } : {}),
    expect: expect as SyntheticCase['expect'],
  };
}

/** A made-up connection does not have all variables that a stimulus may name. */
function canBeMadeUp(one: SyntheticCase): boolean {
  try {
    syntheticResult(one, 4, 1);
    return true;
  } catch {
    return false;
  }
}

const run = syntheticRun('Linux 6.1', 1, cases);
const record = new RunRecord();
const { cases: results, ...settings } = run;
record.settings = settings;

for (const { name, cases: own } of byState(results)) {
  describe(name, function () {
    attachRecord(this.parent as Mocha.Suite, record);
    for (const result of own) {
      it(`${result.id} over IPv${result.family}: ${result.title}`, function () {
        record.recordResult(result, this.test);
        if (isFailure(result, run.profile, run.strict)) throw new Error(reasonText(result, run.profile));
      });
    }
  });
}

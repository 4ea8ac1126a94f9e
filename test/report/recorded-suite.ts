import { byState, isFailure } from '../../lib/report/judgement.ts';
import { recordResult, setRun } from '../../lib/report/store.ts';
import { register } from '../../lib/catalogue/catalogue.ts';
import { reasonOf } from '../../lib/verdict/result.ts';
import { syntheticCases, syntheticRun } from './fixture.ts';

/*
 * What the reporter's test lets a mocha of its own run: a suite whose results are made up. Its size is in the
 * environment.
 */

const cases = syntheticCases(Number(process.env.CASES_PER_STATE ?? 73));
for (const one of cases) register(one.state, one.origin, [one]);

const run = syntheticRun('Linux 6.1', 1, cases);
setRun(run);

for (const { name, cases: results } of byState(run.cases)) {
  describe(name, () => {
    for (const result of results) {
      it(`${result.id} over IPv${result.family}: ${result.title}`, function () {
        recordResult(result, this.test);
        if (isFailure(result, run.profile, run.strict)) throw new Error(reasonOf(result, run.profile));
      });
    }
  });
}

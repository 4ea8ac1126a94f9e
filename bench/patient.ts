/**
 * Whether haste changes a verdict: runs all cases twice, once as runs are and once with --patient, and compares.
 *
 *   npm run bench:patient -- [--stacks IDS] [--mutants N] [--seed S] [--only GLOBS] [--parallel N]
 *
 * Without --stacks: Linux, lwIP, gVisor and the reference under each profile, as far as they can run here, and N (20) of its
 * mutants, chosen by the seed. With --parallel 1 silence is not waited for either. The exit code is 1 when a verdict differs.
 */
import { parseArgs } from 'node:util';
import { SCENARIOS } from '../lib/catalogue/catalogue.ts';
import { matcher } from '../lib/catalogue/choice.ts';
import { findStack } from '../lib/lab/stacks/index.ts';
import { Session } from '../lib/runner/session.ts';
import { settingsFrom } from '../lib/runner/settings.ts';
import { Random } from '../lib/runner/trial/random.ts';
import { PROFILES } from '../lib/standard/profile.ts';
import { type CaseResult, seenOf, verdictOf } from '../lib/verdict/result.ts';
import { stackOf } from './mutant-trial.ts';
import { MUTANTS } from './mutants/index.ts';

const { values } = parseArgs({
  options: {
    stacks: { type: 'string' },
    mutants: { type: 'string', default: '20' },
    seed: { type: 'string', default: '793' },
    only: { type: 'string', default: '*' },
    parallel: { type: 'string' },
  },
});

const REAL = ['linux', 'lwip', 'gvisor'];

async function chosenStacks(): Promise<string[]> {
  if (values.stacks !== undefined) return values.stacks.split(',');
  const real: string[] = [];
  for (const id of REAL) if ((await findStack(id))?.missing().length === 0) real.push(id);
  const random = new Random(Number(values.seed), 'mutants');
  // One that dies takes a run of its own, and is restarted on the way.
  const mutants = MUTANTS.filter(({ behaviour: { dies } }) => !dies)
    .map((mutant) => ({ mutant, key: random.next() }))
    .sort((one, other) => one.key - other.key)
    .slice(0, Number(values.mutants));
  return [
    ...real,
    ...PROFILES.map((profile) => stackOf(profile)),
    ...mutants.map(({ mutant: { base, name } }) => stackOf(base, name)),
  ];
}

const wanted = matcher(values.only);
const chosen = SCENARIOS.filter(({ id, slow }) => wanted(id) && !slow);

async function run(stack: string, patient: boolean): Promise<{ seconds: number; results: CaseResult[] }> {
  const { parallel, seed } = values;
  const session = await Session.open(
    settingsFrom({
      SEGMENT_ARRIVES_STACK: stack,
      SEGMENT_ARRIVES_SEED: seed,
      SEGMENT_ARRIVES_PATIENT: String(patient),
      ...(parallel === undefined ? {} : { SEGMENT_ARRIVES_PARALLEL: parallel }),
    }),
  );
  const began = performance.now();
  try {
    const cases = chosen.flatMap(({ id, families }) =>
      families.filter((family) => session.target.families.includes(family)).map((family) => ({ id, family })),
    );
    session.request(cases);
    const results = await Promise.all(cases.map(({ id, family }) => session.result(id, family)));
    return { seconds: (performance.now() - began) / 1000, results };
  } finally {
    await session.close();
  }
}

/** What must be the same, on one line. */
const summaryOf = (result: CaseResult): string => {
  const seen = seenOf(result);
  const verdicts = PROFILES.map((profile) => `${profile} ${verdictOf(result, profile)}`).join(', ');
  return `${verdicts}: ${seen?.kind ?? result.outcome} (${seen?.observed.length ?? 0}), then ${seen?.stateAfter ?? 'unknown'}`;
};

let differences = 0;
for (const stack of await chosenStacks()) {
  const hasty = await run(stack, false);
  const patient = await run(stack, true);
  const different = patient.results.flatMap((result, index) => {
    const before = summaryOf(hasty.results[index] as CaseResult);
    const after = summaryOf(result);
    return before === after ? [] : [`  ${result.id} IPv${result.family}\n    - ${before}\n    + ${after}`];
  });
  differences += different.length;
  const seconds = `${hasty.seconds.toFixed(1)} s, patiently ${patient.seconds.toFixed(1)} s`;
  console.log(`${stack}: ${patient.results.length} cases in ${seconds}: ${different.length} differ`);
  for (const one of different) console.log(one);
}
process.exitCode = differences === 0 ? 0 : 1;

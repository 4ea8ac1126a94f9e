/**
 * Runs the suite against each mutant, the reference with one fault.
 *
 *   npm run mutants -- [--sample N] [--seed S] [--only GLOBS] [--family 4|6] [--parallel N] [--full]
 *
 * A mutant is caught when a case deviates that the reference passes, under the mutant's profile. Inconclusive does not count.
 * The cases that the model predicts run first, and all others when none of them catches it. The exit code is 1 when a mutant
 * survives without a reason of its own.
 */
import { parseArgs } from 'node:util';
import { matcher } from '../lib/catalogue/choice.ts';
import { didYouMean } from '../lib/did-you-mean.ts';
import { runSideBySide } from '../lib/runner/pool.ts';
import { Random } from '../lib/runner/trial/random.ts';
import type { Profile } from '../lib/standard/profile.ts';
import { catchersOf, type TrialResult, tryMutant } from './mutant-trial.ts';
import { FIELD_KINDS } from './mutants/field-kinds.ts';
import { MUTANTS, type Mutant } from './mutants/index.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '793' },
    only: { type: 'string', multiple: true },
    family: { type: 'string', default: '4' },
    parallel: { type: 'string', default: '4' },
    full: { type: 'boolean', default: false },
  },
});

const family = values.family === '6' ? 6 : 4;
const [seed, parallel, sample] = [values.seed, values.parallel, values.sample ?? MUTANTS.length].map(
  Number,
) as [number, number, number];
if (!['4', '6'].includes(values.family)) fail('--family is 4 or 6');
if (![seed, parallel, sample].every(Number.isInteger))
  fail('--seed, --parallel and --sample are whole numbers');
for (const globs of values.only ?? []) {
  const wanted = matcher(globs);
  const names = MUTANTS.map(({ name }) => name);
  if (!names.some(wanted)) fail(`no mutant matches ${globs}${didYouMean(globs, names)}`);
}

const chosen = choose();
const options = { family, seed, full: values.full } as const;
const began = performance.now();

const disregarded = new Map<Profile, ReadonlySet<string>>();
/** Where the reference makes a choice as well: such a case shows nothing of a mutant. */
const chosenAnyway = new Map<Profile, ReadonlySet<string>>();
for (const base of new Set(chosen.map((mutant) => mutant.base))) {
  const { impossible, deviating, inconclusive, permitted, run } = await tryMutant({ base }, [], {
    ...options,
    full: true,
  });
  if (impossible !== undefined) fail(`the reference cannot be tested: ${impossible}`);
  const off = [...deviating, ...inconclusive];
  disregarded.set(base, new Set(off));
  chosenAnyway.set(base, new Set(permitted));
  console.log(`reference, ${base}: ${run} cases, ${off.length} not conformant ${off.join(' ')}`);
}

const survivors: { readonly mutant: Mutant; readonly result: TrialResult }[] = [];
await runSideBySide(chosen, parallel, async (mutant) => {
  const known = disregarded.get(mutant.base) ?? new Set();
  const own = mutant.family ?? family;
  const result = await tryMutant(mutant, catchersOf(mutant, own), {
    ...options,
    family: own,
    disregarded: known,
  });
  const first = catcherAmong(mutant, result);
  if (first === undefined) survivors.push({ mutant, result });
  const count = `${result.deviating.length} of ${result.run} cases`;
  const what = first === undefined ? 'survives' : `caught by ${first}, ${count}`;
  console.log(`${mutant.name} (${mutant.base}): ${what}`);
});
report();

/** The case that caught the mutant: the one that it names, or the first that deviates. */
function catcherAmong({ caughtBy }: Mutant, { deviating }: TrialResult): string | undefined {
  return caughtBy === undefined ? deviating[0] : deviating.find((id) => id === caughtBy);
}

function choose(): readonly Mutant[] {
  const { only } = values;
  if (only) return MUTANTS.filter(({ name }) => matcher(only.join(','))(name));
  const random = new Random(seed, 'mutants');
  const keyed = MUTANTS.map((mutant) => ({ mutant, key: random.next() }));
  if (sample < MUTANTS.length) keyed.sort((a, b) => a.key - b.key);
  return keyed.slice(0, sample).map(({ mutant }) => mutant);
}

function isCaught(name: string): boolean {
  return !survivors.some(({ mutant }) => mutant.name === name);
}

function report(): void {
  const declared = survivors.filter(({ mutant }) => mutant.equivalent !== undefined);
  const rest = survivors.filter(({ mutant }) => mutant.equivalent === undefined);
  const caught = chosen.length - survivors.length;
  const yetCaught = chosen.filter(({ name, equivalent }) => equivalent !== undefined && isCaught(name));
  const observable = chosen.length - declared.length;
  const rate = observable === 0 ? 100 : (100 * caught) / observable;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`\n${caught} of ${chosen.length} mutants caught in ${seconds} s:`);
  console.log(`${rate.toFixed(1)} % of the ${observable} that a verdict can be against`);
  for (const [kind, { what, mutants }] of Object.entries(FIELD_KINDS)) {
    const tried = chosen.filter(({ name }) => (mutants as readonly string[]).includes(name));
    if (tried.length === 0) continue;
    const ofKind = tried.filter(({ name }) => isCaught(name)).length;
    console.log(`  as in the field, ${kind}: ${what}: ${ofKind} of ${tried.length}`);
  }
  for (const { name, equivalent } of yetCaught)
    console.log(`caught, though no verdict was thought to be against it: ${name}: ${equivalent}`);
  for (const { mutant, result } of declared) {
    const shown = result.permitted.find((id) => !chosenAnyway.get(mutant.base)?.has(id));
    const what = shown === undefined ? 'not told apart' : `permitted, as ${shown} shows (--strict fails)`;
    console.log(`${what}: ${mutant.name}: ${mutant.what}. ${mutant.equivalent}`);
  }
  for (const { mutant, result } of rest) {
    const { impossible, inconclusive, permitted, run } = result;
    const how =
      impossible ?? `${run} cases, ${permitted.length} permitted, ${inconclusive.length} inconclusive`;
    console.log(`SURVIVES: ${mutant.name}: ${mutant.what}. ${how}`);
  }
  process.exitCode = rest.length > 0 ? 1 : 0;
}

function fail(why: string): never {
  console.error(why);
  process.exit(2);
}

/**
 * Explores each mutant, over the wire, until its fault is found and confirmed.
 *
 *   npm run mutants:explore -- [--sample N] [--seed S] [--only GLOBS] [--seconds N] [--parallel N] [--several]
 *
 * A mutant is found when exploration has a finding under the mutant's profile; the unbroken reference has none. `--several`: only
 * those that no case of one stimulus tells from the reference. The exit code is 1 when fewer than nine of ten are found.
 */
import { parseArgs } from 'node:util';
import { matcher } from '../lib/catalogue/choice.ts';
import { ExploringProcess } from '../lib/explore/session.ts';
import { sequenceText } from '../lib/explore/sequence.ts';
import { runSideBySide } from '../lib/runner/pool.ts';
import { settingsFrom } from '../lib/runner/settings.ts';
import { Random } from '../lib/runner/trial/random.ts';
import { stackOf, takesSeveralSteps } from './mutant-trial.ts';
import { MUTANTS, type Mutant } from './mutants/index.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '793' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    parallel: { type: 'string', default: '2' },
    several: { type: 'boolean', default: false },
  },
});

const NEEDED = 0.9;
/** So short that TIME-WAIT ends while exploration goes on. */
const MSL_SECONDS = 1.5;
const seed = Number(values.seed);
const isWanted = matcher(values.only ?? '*');

function choose(): readonly Mutant[] {
  const random = new Random(seed, 'mutants');
  const keyed = MUTANTS.filter(({ equivalent }) => equivalent === undefined).map((mutant) => ({
    mutant,
    key: random.next(),
  }));
  if (values.sample) keyed.sort((a, b) => a.key - b.key);
  const some: Mutant[] = [];
  for (const { mutant } of keyed) {
    if (some.length >= Number(values.sample ?? MUTANTS.length)) break;
    // To forecast all cases takes longer than to look at a name.
    if (isWanted(mutant.name) && (!values.several || takesSeveralSteps(mutant, mutant.family ?? 4)))
      some.push(mutant);
  }
  return some;
}

interface Explored {
  readonly found?: string;
  readonly sequences: number;
  readonly seconds: number;
}

async function exploreMutant({ name, base, family = 4 }: Mutant): Promise<Explored> {
  const settings = settingsFrom({
    SEGMENT_ARRIVES_STACK: `${stackOf(base, name)}:msl=${MSL_SECONDS}`,
    SEGMENT_ARRIVES_PROFILE: base,
    SEGMENT_ARRIVES_FAMILY: String(family),
    SEGMENT_ARRIVES_SEED: String(seed),
  });
  const exploring = new ExploringProcess(settings);
  let began = performance.now();
  let found: string | undefined;
  let seconds: number | undefined;
  const { sequences } = await exploring.explore(
    settings,
    { milliseconds: 1000 * Number(values.seconds) },
    {
      ready: () => {
        began = performance.now();
      },
      finding: ({ finding: { sequence, effect } }) => {
        seconds ??= (performance.now() - began) / 1000;
        found ??= `${sequenceText(sequence)}: ${effect.seen}`;
        exploring.stop();
      },
    },
  );
  return {
    ...(found === undefined ? {} : { found }),
    ...{ sequences, seconds: seconds ?? (performance.now() - began) / 1000 },
  };
}

const chosen = choose();
const missed: Mutant[] = [];
await runSideBySide(chosen, Number(values.parallel), async (mutant) => {
  const { name, base } = mutant;
  try {
    const { found, sequences, seconds } = await exploreMutant(mutant);
    if (found === undefined) missed.push(mutant);
    const what = found === undefined ? 'NOT FOUND' : `found by ${found}`;
    console.log(`${name} (${base}): ${what}, ${seconds.toFixed(1)} s, ${sequences} scenarios`);
  } catch (error) {
    missed.push(mutant);
    console.log(`${name} (${base}): NOT FOUND, ${(error as Error).message}`);
  }
});
const found = chosen.length - missed.length;
console.log(`\n${found} of ${chosen.length} found: ${((100 * found) / chosen.length).toFixed(1)} %`);
for (const { name, what } of missed) console.log(`not found: ${name}: ${what}`);
process.exitCode = found < NEEDED * chosen.length ? 1 : 0;

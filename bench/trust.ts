/**
 * Measures whether verdicts are right under bad conditions. It runs all cases against the Linux lab: undisturbed, with busy
 * cores, with a blocked event loop, over a disturbed wire and over a lossy link. It prints how many verdicts differ from the
 * first run's and how many are inconclusive. The exit code is 1 when a verdict differs, or too many are inconclusive.
 *
 *     trust.ts [--runs 20] [--busy 20] [--loaded 5] [--noise 5] [--loss 5] [--every 1]
 */
import { parseArgs } from 'node:util';
import { compare, printDifference } from './trust/compare.ts';
import { type Conditions, keepBusy, run } from './trust/run.ts';

const NOISE = 'delay=20,jitter=5,loss=1,duplicate=1,reorder=1';
const LINK_LOSS = '1';
const MOST_INCONCLUSIVE = 0.05;
const MOST_SHOWN = 10;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    busy: { type: 'string', default: '20' },
    loaded: { type: 'string', default: '5' },
    noise: { type: 'string', default: '5' },
    loss: { type: 'string', default: '5' },
    every: { type: 'string', default: '1' },
  },
});

const every = Number(values.every);
const undisturbed: Conditions = { name: 'undisturbed', environment: {} };
const loaded: Conditions = {
  name: 'undisturbed',
  environment: {},
  preload: new URL('trust/blocker.mjs', import.meta.url).href,
};
const noisy = (seed: number): Conditions => ({
  name: `${NOISE},seed=${seed}`,
  environment: { SEGMENT_ARRIVES_NOISE: `${NOISE},seed=${seed}` },
});
const lossy = (seed: number): Conditions => ({
  name: `${LINK_LOSS} % lost on the link, seed ${seed}`,
  environment: { SEGMENT_ARRIVES_LINK_LOSS: LINK_LOSS, SEGMENT_ARRIVES_NOISE: `seed=${seed}` },
});

const clean = await run(undisturbed, every);
console.log(`${clean.results.length} results in ${seconds(clean.durationMs)}, to compare the others with`);
let wrong = 0;
let tooManyLost = false;

await series('undisturbed', Number(values.runs) - 1, 0, () => undisturbed);
const relieve = keepBusy();
await series('with busy cores', Number(values.busy), 0, () => undisturbed);
relieve();
await series('with a blocked event loop', Number(values.loaded), MOST_INCONCLUSIVE, () => loaded);
await series('disturbed', Number(values.noise), MOST_INCONCLUSIVE, noisy);
await series('on a lossy link', Number(values.loss), MOST_INCONCLUSIVE, lossy);

console.log(wrong === 0 ? 'no verdict is wrong' : `${wrong} verdicts are wrong`);
process.exitCode = wrong === 0 && !tooManyLost ? 0 : 1;

async function series(
  name: string,
  count: number,
  mostInconclusive: number,
  conditionsOf: (seed: number) => Conditions,
): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const conditions = conditionsOf(number);
    const { results, durationMs } = await run(conditions, every);
    const { differing, inconclusive } = compare(clean.results, results);
    const share = inconclusive.length / results.length;
    wrong += differing.length;
    if (share > mostInconclusive) tooManyLost = true;
    console.log(
      `${name}, ${number} of ${count} (${conditions.name}): ${differing.length} differ, ${inconclusive.length} inconclusive (${(100 * share).toFixed(2)} %), ${seconds(durationMs)}`,
    );
    for (const one of [...differing, ...inconclusive.slice(0, MOST_SHOWN)])
      console.log(`  ${printDifference(one)}`);
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

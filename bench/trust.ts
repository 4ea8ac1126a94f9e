/**
 * Can verdicts be trusted? Runs everything against the Linux lab again and again: on a good day, with every core busy,
 * with a loaded event loop, over a disturbed wire and over a link that loses. Prints how many verdicts differ from the
 * first run's, and how many are inconclusive; ends with 1 when one is wrong or too many are lost.
 *
 *     trust.ts [--runs 20] [--busy 20] [--loaded 5] [--noise 5] [--loss 5] [--every 1]
 */
import { parseArgs } from 'node:util';
import { compare, printDifference } from './trust/compare.ts';
import { keepBusy } from './trust/load.ts';
import { type Day, run } from './trust/run.ts';

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
const good: Day = { name: 'a good day', environment: {} };
const loaded: Day = {
  name: 'a good day',
  environment: {},
  preload: new URL('trust/blocker.mjs', import.meta.url).href,
};
const noisy = (seed: number): Day => ({
  name: `${NOISE},seed=${seed}`,
  environment: { SEGMENT_ARRIVES_NOISE: `${NOISE},seed=${seed}` },
});
const lossy = (seed: number): Day => ({
  name: `${LINK_LOSS} % lost on the link, seed ${seed}`,
  environment: { SEGMENT_ARRIVES_LINK_LOSS: LINK_LOSS, SEGMENT_ARRIVES_NOISE: `seed=${seed}` },
});

const clean = await run(good, every);
console.log(`${clean.results.length} results in ${seconds(clean.durationMs)}, the measure of all others`);
let wrong = 0;
let tooManyLost = false;

await series('again', Number(values.runs) - 1, 0, () => good);
const relieve = keepBusy();
await series('with every core busy', Number(values.busy), 0, () => good);
relieve();
await series('with a loaded event loop', Number(values.loaded), MOST_INCONCLUSIVE, () => loaded);
await series('disturbed', Number(values.noise), MOST_INCONCLUSIVE, noisy);
await series('on a lossy link', Number(values.loss), MOST_INCONCLUSIVE, lossy);

console.log(wrong === 0 ? 'not one verdict is wrong' : `${wrong} verdicts are wrong`);
process.exitCode = wrong === 0 && !tooManyLost ? 0 : 1;

async function series(
  name: string,
  count: number,
  mostInconclusive: number,
  dayOf: (seed: number) => Day,
): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const day = dayOf(number);
    const { results, durationMs } = await run(day, every);
    const { differing, inconclusive } = compare(clean.results, results);
    const share = inconclusive.length / results.length;
    wrong += differing.length;
    if (share > mostInconclusive) tooManyLost = true;
    console.log(
      `${name}, ${number} of ${count} (${day.name}): ${differing.length} differ, ${inconclusive.length} inconclusive (${(100 * share).toFixed(2)} %), ${seconds(durationMs)}`,
    );
    for (const one of [...differing, ...inconclusive.slice(0, MOST_SHOWN)])
      console.log(`  ${printDifference(one)}`);
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

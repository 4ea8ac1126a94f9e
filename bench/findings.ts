/**
 * Counts the findings that each mutant makes: a single fault should make one.
 *
 *   npm run mutants:findings -- [--only GLOBS] [--every N [--from M]] [--verbose]
 *
 * The results are worked out without a wire, as those are by which `npm run mutants` chooses its cases: what a mutant does to its
 * timers or its user is left out. The exit code is 1 when fewer than 85 % of the mutants make one finding, or one makes more
 * than three.
 */
import { parseArgs } from 'node:util';
import { matcher } from '../lib/catalogue/choice.ts';
import { findingsIn } from '../lib/findings/findings.ts';
import { resultsOf } from './mutant-results.ts';
import { MUTANTS } from './mutants/index.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
  },
});

const ONE_FINDING = 85;
const MOST = 3;

const wanted = values.only === undefined ? () => true : matcher(values.only);
const every = Number(values.every);
const from = Number(values.from);
const counts = MUTANTS.filter(({ name }, at) => wanted(name) && at % every === from).flatMap((mutant) => {
  const findings = findingsIn(resultsOf(mutant), mutant.base);
  // It shows over several steps, on a timer, or not at all.
  if (findings.length === 0) return [];
  if (findings.length > 1 || values.verbose) {
    console.log(`${findings.length}  ${mutant.name}: ${mutant.what}`);
    for (const { id, cases, rule } of findings) console.log(`     ${cases.length}  ${id}  (${rule})`);
  }
  return [findings.length];
});
const one = counts.filter((count) => count === 1).length;
const share = (100 * one) / counts.length;
const worst = Math.max(...counts);
console.log(
  `${one} of ${counts.length} mutants make one finding (${share.toFixed(1)} %), the worst makes ${worst}`,
);
process.exitCode = share >= ONE_FINDING && worst <= MOST ? 0 : 1;

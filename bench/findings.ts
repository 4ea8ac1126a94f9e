/**
 * Counts the findings that each mutant makes: a single fault should make one.
 *
 *   npm run mutants:findings -- [--only GLOBS] [--every N] [--verbose]
 *
 * The results are worked out without a wire, as those are by which `npm run mutants` chooses its cases: what a mutant does to its
 * timers or its user is left out. The exit code is 1 when fewer than 85 % of the mutants make one finding, or one makes more
 * than three.
 */
import { parseArgs } from 'node:util';
import { CASES } from '../lib/catalogue/catalogue.ts';
import { caseFindings } from '../lib/findings/findings.ts';
import { forecastOf } from '../lib/lab/reference/forecast.ts';
import { printConcrete } from '../lib/notation/index.ts';
import { matcher } from '../lib/runner/mocha/only.ts';
import { PROFILES, type Profile } from '../lib/standard/profile.ts';
import type { CaseResult, ProfileVerdict } from '../lib/verdict/result.ts';
import { MUTANTS, type Mutant } from './mutants/index.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
  },
});

const NUMBERS = { iss: 1000, rcvNxt: 5000, any: 77_777 };
const ONE_FINDING = 85;
const MOST = 3;

function resultsOf({ base, behaviour, family = 4 }: Mutant): CaseResult<unknown>[] {
  return CASES.filter(({ families }) => families.includes(family)).map((subject) => {
    const { stimulus, variables, judgement } = forecastOf(subject, {
      ...{ follows: base, judgedBy: base, behaviour, numbers: NUMBERS },
    });
    const { id, title, state, origin, conditions } = subject;
    return {
      ...{ id, title, state, conditions, family, ...(origin ? { origin } : {}) },
      ...{ send: '', notes: [], records: [], startedAt: '', durationMs: 0 },
      ...{
        stimulus: printConcrete(stimulus),
        variables,
        observed: [],
        kind: 'other',
        stateAfter: 'unknown',
        proof: [],
      },
      outcome: 'judged',
      judgements: Object.fromEntries(PROFILES.map((profile) => [profile, judgement])) as Record<
        Profile,
        ProfileVerdict
      >,
    };
  });
}

const wanted = values.only === undefined ? () => true : matcher(values.only);
const counts = MUTANTS.filter(({ name }, at) => wanted(name) && at % Number(values.every) === 0).flatMap(
  (mutant) => {
    const findings = caseFindings(resultsOf(mutant), mutant.base);
    // It shows over several steps, on a timer, or not at all.
    if (findings.length === 0) return [];
    if (findings.length > 1 || values.verbose) {
      console.log(`${findings.length}  ${mutant.name}: ${mutant.what}`);
      for (const { id, cases, rule } of findings) console.log(`     ${cases.length}  ${id}  (${rule})`);
    }
    return [findings.length];
  },
);
const one = counts.filter((count) => count === 1).length;
const share = (100 * one) / counts.length;
const worst = Math.max(...counts);
console.log(
  `${one} of ${counts.length} mutants make one finding (${share.toFixed(1)} %), the worst makes ${worst}`,
);
process.exitCode = share >= ONE_FINDING && worst <= MOST ? 0 : 1;

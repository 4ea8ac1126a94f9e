/**
 * Checks one case for its author: whether it is well formed, whether the executable specification agrees with it, and what
 * this machine's kernel answers.
 *
 *   npm run case -- ID [--stack STACK] [--family 4|6]
 *
 * The exit code is 1 when the specification disagrees, or the run of the case fails; 2 when there is no such case.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../lib/did-you-mean.ts';
import { tell } from '../lib/cli/failure.ts';

const BIN = fileURLToPath(new URL('../bin/segment-arrives.js', import.meta.url));
const [id = '', ...options] = process.argv.slice(2);

// A mistake in a suite is reported as a mistake, not as a bug.
const { findScenario, SCENARIOS } = await import('../lib/catalogue/catalogue.ts').catch((error: unknown) => {
  tell(error);
  process.exit(2);
});
const { disagreements } = await import('./catalogue/agreement/disagreement.ts');
const { publishedIds } = await import('./suites/ids.ts');
const subject = findScenario(id);
if (!subject) {
  const ids = SCENARIOS.map((one) => one.id);
  console.error(`no case has the id ${id || '(none given)'}${didYouMean(id, ids)}`);
  process.exit(2);
}
if (!publishedIds().includes(id))
  console.log(`new: npx tsx test/suites/update-ids.ts adds ${id} to test/suites/ids.txt`);

const found = disagreements(subject);
if (found.length === 0) console.log('the specification agrees, under every profile');
for (const text of found) console.log(text);

const { status } = spawnSync(process.execPath, [BIN, 'run', '--only', id, '--verbose', ...options], {
  stdio: 'inherit',
});
process.exitCode = found.length > 0 ? 1 : (status ?? 1);

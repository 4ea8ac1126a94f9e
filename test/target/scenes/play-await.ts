/** `play-await.ts ID...`: runs cases against a lab whose target calls the tester all the time; prints the results. */
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { AwaitDriver } from '../../../lib/target/await-driver.ts';
import { CALLED, call } from './callers.ts';
import { runCases } from './on-the-wire.ts';

const ids = process.argv.slice(2);
const lab = await Lab.create();
for (const family of lab.families) call(lab, family);
const driver = new AwaitDriver({ ports: CALLED, application: { uponFin: 'closes' } });
try {
  process.stdout.write(JSON.stringify(await runCases(lab, driver, ids, 4)));
} finally {
  await lab.dispose();
}

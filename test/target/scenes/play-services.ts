/** `play-services.ts SERVERS ID...`: runs cases against servers on the target of a lab, and prints the results. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { ServicesDriver } from '../../../lib/target/services-driver.ts';
import { runCases } from './on-the-wire.ts';
import { answers, SERVERS } from './servers.ts';

const [name = '', ...ids] = process.argv.slice(2);
const servers = SERVERS[name];
if (!servers) throw new Error(`no such servers: ${name}`);
const folder = mkdtempSync(join(tmpdir(), 'segment-arrives-servers-'));
const lab = await Lab.create();
try {
  servers.start(lab, folder);
  for (const family of lab.families) {
    for (const { port } of servers.services) await answers(lab.target[family], port);
  }
  const driver = new ServicesDriver(servers.services);
  process.stdout.write(JSON.stringify(await runCases(lab, driver, ids)));
} finally {
  await lab.dispose();
  rmSync(folder, { recursive: true, force: true });
}

/** `play-await.ts ID...`: runs cases against a lab whose target calls the tester all the time; prints the results. */
import { Lab } from '../../../lib/lab/index.ts';
import { AwaitDriver } from '../../../lib/target/await-driver.ts';
import { runCases } from './on-the-wire.ts';

const PORTS = { 4: 31_001, 6: 31_002 } as const;

/** Calls again as soon as a connection has ended; says nothing, and closes when the tester has. */
const caller = (host: string, port: number): string => `
  const { connect } = require('node:net');
  const call = () => connect(${port}, '${host}').resume().on('error', () => {}).on('close', () => setTimeout(call, 5));
  call();
`;

const ids = process.argv.slice(2);
const lab = await Lab.create();
for (const family of lab.families) {
  const script = caller(lab.tester[family], PORTS[family]);
  lab.spawnInTarget(process.execPath, ['-e', script], { stderr: 'inherit' });
}
const driver = new AwaitDriver({ ports: PORTS, application: { uponFin: 'closes' } });
try {
  process.stdout.write(JSON.stringify(await runCases(lab, driver, ids, 4)));
} finally {
  await lab.dispose();
}

/** `play-command.ts PROGRAM ID...`: runs cases against a lab whose target connects by a shell command; prints the results. */
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { CommandDriver } from '../../../lib/target/command-driver.ts';
import { runCases } from './on-the-wire.ts';

const [program = 'nc', ...ids] = process.argv.slice(2);
const lab = await Lab.create();
const driver = new CommandDriver({
  command: {
    // -N: at the end of its input it half-closes the connection.
    run: `nsenter --net=${lab.targetNamespace} ${program} -n -N {address} {port}`,
    sends: true,
    halfCloses: true,
    uponFin: 'stays',
  },
  tester: lab.tester,
});
try {
  process.stdout.write(JSON.stringify(await runCases(lab, driver, ids)));
} finally {
  await driver.dispose();
  await lab.dispose();
}

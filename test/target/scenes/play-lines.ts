/** `play-lines.ts ID...`: runs cases against a lab whose application takes lines; prints the results. */
import { fileURLToPath } from 'node:url';
import { Lab } from '../../../lib/lab/namespaces/lab.ts';
import { channelToCommand, LinesDriver } from '../../../lib/target/lines-driver.ts';
import { runCases } from './on-the-wire.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/targets/lines.py', import.meta.url));

const lab = await Lab.create();
const command = `exec nsenter --net=${lab.targetNamespace} python3 ${EXAMPLE} ${lab.target[4]} ${lab.target[6]}`;
const driver = await LinesDriver.open({
  name: 'lines',
  tester: lab.tester,
  open: () => channelToCommand(command),
});
try {
  process.stdout.write(JSON.stringify(await runCases(lab, driver, process.argv.slice(2))));
} finally {
  await driver.dispose();
  await lab.dispose();
}

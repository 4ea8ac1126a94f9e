/**
 * What the tests of the stacks do inside of the tester's namespace: `stack-inside.ts STACK`. Reports what it found in
 * one line of JSON, and stops the stack when its own standard input ends.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { findStack } from '../../lib/lab/stacks/index.ts';
import type { RunningTarget } from '../../lib/lab/stacks/stack.ts';
import { NotCapable } from '../../lib/target/driver.ts';
import type { UpperTesterDriver } from '../../lib/target/upper-tester-driver.ts';

const TEXT = 10;
const LOCAL_PORT = 20_000;

/** The text that the target's user sends over a connection of the tester. */
async function conversation(target: RunningTarget, family: 4 | 6): Promise<number> {
  const localPort = LOCAL_PORT + family;
  const port = await target.driver.listener(family, 'plain', localPort);
  const socket = connect({ host: target.target[family] as string, port, localPort });
  await once(socket, 'connect');
  const handle = await target.driver.accepted(localPort, 5000);
  if (!handle) throw new Error('the connection was not accepted');
  const arrival = once(socket, 'data');
  await target.driver.send(handle, TEXT);
  const [text] = (await arrival) as [Buffer];
  socket.destroy();
  return text.length;
}

/** Whether the upper tester says that it can open a zero window, and what a request for one returns. */
async function zeroWindow({ driver }: RunningTarget): Promise<{ told: boolean; done: boolean } | undefined> {
  if (!('capabilities' in driver)) return undefined;
  const { zeroWindow: told } = driver.capabilities as UpperTesterDriver['capabilities'];
  const done = await driver.listener(4, 'zero window').then(
    () => true,
    (error: unknown) => {
      if (error instanceof NotCapable) return false;
      throw error;
    },
  );
  return { told, done };
}

const stack = await findStack(process.argv[2] ?? '');
if (!stack) throw new Error('no such stack');
try {
  const target = await stack.start({ families: [4, 6] });
  const octets: Record<string, number> = {};
  for (const family of target.families) octets[family] = await conversation(target, family);
  const { name, width, driver } = target;
  const told = {
    pid: process.pid,
    name,
    width,
    driver: driver.name,
    octets,
    zeroWindow: await zeroWindow(target),
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  await target.stop();
  await target.stop();
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: (error as Error).name, message: (error as Error).message })}\n`,
  );
}
process.exit();

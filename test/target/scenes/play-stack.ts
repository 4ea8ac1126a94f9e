/** `play-stack.ts STACK,FAMILY... ID...`: brings up a stack of the lab, runs cases against it, and prints the results. */
import { findStack } from '../../../lib/lab/stacks/index.ts';
import type { Family } from '../../../lib/wire/index.ts';
import { runCases } from './on-the-wire.ts';

/** Conservative values: those of slow timers. */
const SLOW = { synAckRetransmission: 8000, finRetransmission: 2500 };

const [which = '', ...ids] = process.argv.slice(2);
const [name = '', ...numbers] = which.split(',');
const stack = await findStack(name);
if (!stack) throw new Error(`no such stack: ${name}`);
const target = await stack.start({ families: numbers.map(Number) as Family[] });
try {
  process.stdout.write(JSON.stringify(await runCases(target, target.driver, ids, target.width, SLOW)));
} finally {
  await target.stop();
}

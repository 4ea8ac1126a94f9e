import { resetAt } from '../../notation/index.ts';
import { type Environment, pause, type Reached, reach, Unreached, type Wish } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';

// What is held back on the path comes later than the spread of the round trips tells.
const STRAGGLERS = 30;
const TRIES = 3;

/** Where a SYN,ACK and a FIN wait for their acknowledgment: first the state that most targets can be brought to. */
const WAITING: Readonly<Record<'SYN' | 'FIN', readonly Pick<Wish, 'state' | 'origin' | 'condition'>[]>> = {
  SYN: [
    { state: 'SYN-RECEIVED', origin: 'passive' },
    { state: 'SYN-RECEIVED', origin: 'active' },
  ],
  FIN: [
    { state: 'FIN-WAIT-1' },
    { state: 'FIN-WAIT-1', condition: 'the user has closed the connection' },
    { state: 'LAST-ACK' },
  ],
};

/**
 * How long the target waits before it first sends an unacknowledged SYN,ACK or FIN again, in milliseconds.
 *
 * @param latest after what time it is not waited for any more
 * @returns undefined when it was not seen, or its user cannot be moved to where it would be
 * @throws Unreached when a state that its user can be moved to is not reached
 */
export async function firstRetransmission(
  environment: Environment,
  family: 4 | 6,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> {
  for (const place of WAITING[bit]) {
    try {
      return await seenIn(environment, { ...place, family, rcvNxt: 793_001 }, bit, latest);
    } catch (error) {
      // Not every TCP has the simultaneous open.
      const isLacking = error instanceof Unreached && place.origin === 'active';
      if (!isLacking && !(error instanceof NotCapable)) throw error;
    }
  }
  return undefined;
}

async function seenIn(
  environment: Environment,
  wish: Wish,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> {
  for (let tries = 1; ; tries += 1) {
    const reached = await reach(environment, wish);
    try {
      // A SYN that had to be sent again was answered twice: that is no timer of the target's.
      if (reached.sentAgain && tries < TRIES) continue;
      return await measure(environment, reached, bit, latest);
    } finally {
      const { connection, handle } = reached;
      connection.transmit(resetAt(connection.rcvNxt));
      await environment.driver.release(connection.mailbox.port, handle);
      connection.mailbox.close();
    }
  }
}

async function measure(
  { timing }: Environment,
  { connection: { mailbox } }: Reached,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> {
  const deadline = performance.now() + latest;
  while (performance.now() < deadline) {
    const [first, ...others] = mailbox.log.filter(
      // A SYN of its own is no SYN,ACK.
      ({ from, segment: { ctl } }) => from === 'target' && ctl.has(bit) && ctl.has('ACK'),
    );
    // What comes sooner was doubled by the path.
    const again = others.find(({ at }) => first && at - first.at > timing.spread + STRAGGLERS);
    if (first && again) return again.at - first.at;
    await pause(10);
  }
  return undefined;
}

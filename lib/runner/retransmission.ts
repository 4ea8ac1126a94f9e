import { type Environment, pause, type Reached, reach } from '../states/index.ts';

// What is held back on the path comes later than the spread of the round trips tells.
const STRAGGLERS = 30;
const TRIES = 3;

/**
 * How long the target waits before it first sends an unacknowledged SYN,ACK or FIN again, in milliseconds.
 *
 * @param latest after what time it is not waited for any more
 * @returns undefined when it was not seen
 */
export async function firstRetransmission(
  environment: Environment,
  family: 4 | 6,
  state: 'SYN-RECEIVED' | 'FIN-WAIT-1',
  latest: number,
): Promise<number | undefined> {
  for (let tries = 1; ; tries += 1) {
    const reached = await reach(environment, {
      family,
      state,
      origin: state === 'SYN-RECEIVED' ? 'passive' : undefined,
      rcvNxt: 793_001,
    });
    try {
      // A SYN that had to be sent again was answered twice: that is no timer of the target's.
      if (reached.sentAgain && tries < TRIES) continue;
      return await measure(environment, reached, state === 'SYN-RECEIVED' ? 'SYN' : 'FIN', latest);
    } finally {
      const { connection, handle } = reached;
      connection.transmit({ seq: connection.rcvNxt, ack: 0, ctl: new Set(['RST']), data: 0, urg: 0 });
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
      ({ from, segment }) => from === 'target' && segment.ctl.has(bit),
    );
    // What comes sooner was doubled by the path.
    const again = others.find(({ at }) => first && at - first.at > timing.spread + STRAGGLERS);
    if (first && again) return again.at - first.at;
    await pause(10);
  }
  return undefined;
}

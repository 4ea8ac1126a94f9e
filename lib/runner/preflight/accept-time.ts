import { type Environment, endByReset, reach } from '../../states/index.ts';
import type { AcceptTime } from '../../verdict/target-facts.ts';
import { halfOpenOver } from './half-open.ts';

// The driver's event may be late or lost.
const TRIES = 3;
// A slower event might have come after the wait.
const SHARE_OF_WAIT = 0.5;
const NEXT_WAIT = 4;
// Enough for an upper tester that polls its sockets once a second.
const EVENT_WITHIN = 2500;

/**
 * Finds out whether a listener's user gets a connection at the SYN or when it is established. The handshake stays half open for
 * a while: an event in that time comes at the SYN. Then the handshake is completed, and the delay of the event tells whether the
 * wait was long enough.
 *
 * @throws NotCapable without a listener; Unreached when no SYN was answered
 */
export async function findAcceptTime(environment: Environment, family: 4 | 6): Promise<AcceptTime> {
  if (!environment.driver.seesAccepts) return 'unknown';
  let wait = environment.timing.guard;
  for (let tries = TRIES; tries > 0; tries -= 1) {
    const took = await eventAfterAck(environment, family, wait);
    if (took === 'before') return 'at the SYN';
    if (took === undefined) continue;
    if (took <= wait * SHARE_OF_WAIT) return 'when established';
    wait = took * NEXT_WAIT;
  }
  return 'unknown';
}

/**
 * @param wait how long the handshake stays half open, in milliseconds
 * @returns `before` when the event comes in that time; its delay after the last ACK, in milliseconds; undefined without an event
 */
async function eventAfterAck(
  environment: Environment,
  family: 4 | 6,
  wait: number,
): Promise<number | 'before' | undefined> {
  const { tester, driver, timing } = environment;
  const { connection } = await reach(environment, halfOpenOver(family));
  const { mailbox } = connection;
  try {
    if (await driver.accepted(mailbox.port, wait)) return 'before';
    const acknowledged = performance.now();
    connection.send({ ctl: ['ACK'] });
    if (tester.path.disturbed) connection.send({ ctl: ['ACK'] });
    const event = await driver.accepted(mailbox.port, timing.guard + EVENT_WITHIN);
    return event && performance.now() - acknowledged;
  } finally {
    await endByReset(environment, { connection });
  }
}

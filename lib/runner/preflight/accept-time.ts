import { type Environment, endByReset, reach } from '../../states/index.ts';
import type { AcceptTime } from '../../verdict/target-facts.ts';

// The event may come late, or be lost where datagrams are.
const TRIES = 3;
// An event that took more than a half of the wait might have come behind it.
const SHARE_OF_WAIT = 0.5;
const NEXT_WAIT = 4;
// What an upper tester that looks at its sockets once a second needs, and some more.
const EVENT_WITHIN = 2500;

/**
 * Finds out when the target's user is given a connection that it listens for: a handshake is left half open for a while. An
 * event that comes before its last acknowledgment was sent comes at the SYN. Where none does, the handshake is completed; how
 * long the event then takes tells whether the wait was long enough to see one.
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
 * @param wait for how long the handshake is left half open, in milliseconds
 * @returns `before` where the event comes meanwhile; how long after the last acknowledgment it comes, in milliseconds; or
 *   undefined where it does not come at all
 */
async function eventAfterAck(
  environment: Environment,
  family: 4 | 6,
  wait: number,
): Promise<number | 'before' | undefined> {
  const { tester, driver, timing } = environment;
  const wish = { family, state: 'SYN-RECEIVED', origin: 'passive', rcvNxt: 793_001 } as const;
  const { connection } = await reach(environment, wish);
  const { mailbox } = connection;
  try {
    if (await driver.accepted(mailbox.port, wait)) return 'before';
    const acknowledged = performance.now();
    connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    if (tester.path.disturbed) connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    const event = await driver.accepted(mailbox.port, timing.guard + EVENT_WITHIN);
    return event && performance.now() - acknowledged;
  } finally {
    await endByReset(environment, { connection });
  }
}

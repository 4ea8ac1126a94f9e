import { DEFAULT_TIMING, reach } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import type { Path } from './path.ts';
import { PathUnusable } from './ports-answer.ts';

const ROUND_TRIPS = 10;
const ANSWER_WITHIN = 1000;

/**
 * Proves the path to a target that calls by itself and whose closed ports are silent: what it has long received on a
 * connection of its own it acknowledges, time and again.
 *
 * @returns round trips in milliseconds
 * @throws PathUnusable when it does not call, or does not answer then
 */
export async function callsAnswer(
  { tester, driver, closedPort }: Path,
  family: 4 | 6,
): Promise<readonly number[]> {
  const environment = { tester, driver, closedPort, timing: DEFAULT_TIMING };
  const { remote } = tester.link(family);
  const wish = { family, state: 'ESTABLISHED', rcvNxt: 793_001 } as const;
  const { connection, handle } = await reach(environment, wish).catch((error: Error) => {
    if (error instanceof NotCapable) throw error;
    throw new PathUnusable(`${remote} is to call by itself, and no connection comes of it: ${error.message}`);
  });
  const { mailbox } = connection;
  try {
    const roundTrips: number[] = [];
    for (let count = 0; count < ROUND_TRIPS; count += 1) {
      const since = mailbox.log.length;
      const sent = connection.send('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>');
      const isAnswer = ({ ctl }: typeof sent.segment): boolean => ctl.has('ACK') && !ctl.has('RST');
      const answer = await mailbox.next(({ segment }) => isAnswer(segment), ANSWER_WITHIN, since);
      if (answer) roundTrips.push(answer.at - sent.at);
    }
    tester.path.recordProbes(ROUND_TRIPS, { lost: ROUND_TRIPS - roundTrips.length });
    if (roundTrips.length > 0) return roundTrips;
    throw new PathUnusable(`${remote} calls, but does not acknowledge what it was sent before`);
  } finally {
    connection.send('<SEQ=RCV.NXT><CTL=RST>');
    await driver.release(mailbox.port, handle);
    mailbox.close();
  }
}

import { DEFAULT_TIMING, reach, Unreached } from '../../states/index.ts';
import type { Path } from './path.ts';
import { isAnswer } from './walk.ts';

const ROUND_TRIPS = 10;
const ANSWER_WITHIN = 1000;

/**
 * Proves the path to a target that calls by itself and whose closed ports are silent: what it has long received on a
 * connection of its own it acknowledges, time and again.
 *
 * @returns round trips in milliseconds; undefined where no call comes, or nothing after it; none where no old text is answered
 * @throws NotCapable where its application does not get to ESTABLISHED
 */
export async function callsAnswer(
  { tester, driver, closedPort }: Path,
  family: 4 | 6,
): Promise<readonly number[] | undefined> {
  const environment = { tester, driver, closedPort, timing: DEFAULT_TIMING };
  const wish = { family, state: 'ESTABLISHED', rcvNxt: 793_001 } as const;
  const reached = await reach(environment, wish).catch((error: unknown) => {
    if (error instanceof Unreached) return error;
    throw error;
  });
  // That it gets no further is for the walk through the states to tell.
  if (reached instanceof Unreached) {
    return reached.log.some(isAnswer) ? [] : undefined;
  }
  const { connection, handle } = reached;
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
    // One that never answers old text loses nothing on the path.
    if (roundTrips.length > 0) {
      tester.path.recordProbes(ROUND_TRIPS, { lost: ROUND_TRIPS - roundTrips.length });
    }
    return roundTrips;
  } finally {
    connection.send('<SEQ=RCV.NXT><CTL=RST>');
    await driver.release(mailbox.port, handle);
    mailbox.close();
  }
}

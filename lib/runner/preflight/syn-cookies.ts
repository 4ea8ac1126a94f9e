import { resetAt } from '../../notation/index.ts';
import type { Case } from '../../spec/case.ts';
import type { Ladder } from '../../spec/ladder.ts';
import { type Environment, reach } from '../../states/index.ts';

const TRIES = 2;
const REASON = 'the target answers SYNs by cookies: it has no TCB in SYN-RECEIVED';

/**
 * Whether the target answers SYNs by cookies: then it has no TCB in SYN-RECEIVED, and a reset there ends nothing, so that
 * the handshake can be completed after it. A TCP that remembers the SYN resets that late acknowledgment.
 */
export async function usesSynCookies(environment: Environment, family: 4 | 6): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!(await completesAfterReset(environment, family))) return false;
  }
  return true;
}

async function completesAfterReset(environment: Environment, family: 4 | 6): Promise<boolean> {
  const { tester, timing, driver } = environment;
  const { connection } = await reach(environment, {
    family,
    state: 'SYN-RECEIVED',
    origin: 'passive',
    rcvNxt: 793_001,
  });
  const { mailbox } = connection;
  try {
    connection.send('<SEQ=RCV.NXT><CTL=RST>');
    if (tester.path.disturbed) connection.send('<SEQ=RCV.NXT><CTL=RST>');
    await tester.listen(timing.spread);
    connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
    const mark = mailbox.log.length;
    // Any octet of text is answered: by an acknowledgment where there is a connection, by a reset where there is none.
    connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=1>');
    const answer = await mailbox.next(() => true, timing.guard + timing.observation, mark);
    return answer !== undefined && !answer.segment.ctl.has('RST') && answer.segment.ctl.has('ACK');
  } finally {
    connection.transmit(resetAt(connection.rcvNxt));
    await driver.release(mailbox.port, undefined);
    mailbox.close();
  }
}

/** Why a case cannot be judged while the target uses SYN cookies; undefined when it can. */
export function ruledOutByCookies({ state, origin, expect }: Case): string | undefined {
  if (state === 'SYN-RECEIVED' && origin === 'passive') return REASON;
  const opens = Object.values(expect).some((outcomes) =>
    outcomes.some(({ then }) => then === 'SYN-RECEIVED'),
  );
  return state === 'LISTEN' && opens ? REASON : undefined;
}

/** The same for a ladder. */
export const ladderRuledOutByCookies = ({ start }: Ladder): string | undefined =>
  start === 'LISTEN' ? REASON : undefined;

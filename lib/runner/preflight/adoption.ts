import { segmentOf } from '../../notation/index.ts';
import type { Check, KnownAdoption } from '../../standard/adoption.ts';
import type { State } from '../../standard/state.ts';
import { type Environment, endByReset, LIMITER_REST, type Precondition, reach } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { add } from '../../wire/seq.ts';
import { type Probe, resetInWindow } from './limits.ts';
import { ifCapable } from './path.ts';

/** A stimulus for each check: a TCP that has adopted the check answers with a challenge ACK. */
const PROBES: Readonly<Record<Check, Probe>> = {
  rst: resetInWindow,
  syn: ({ rcvNxt, rcvWnd }) => segmentOf({ seq: add(rcvNxt, rcvWnd >> 1), ctl: ['SYN'] }),
  ack: ({ rcvNxt, sndUna, maxSndWnd }) =>
    segmentOf({ seq: rcvNxt, ack: add(sndUna, -maxSndWnd - 1), ctl: ['ACK'] }),
};

/** RFC 5961 applies to every synchronized state. Some applications do not leave a connection in ESTABLISHED. */
const STATES: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-2'];

/**
 * Finds out which checks of RFC 5961 the target has adopted. The ACK check is left out when the target's user cannot be made to
 * send.
 *
 * @throws Unreached or NotCapable when there is no connection
 */
export async function detectAdoption(environment: Environment, family: 4 | 6): Promise<KnownAdoption> {
  let notCapable: unknown;
  for (const state of STATES) {
    try {
      return await detectIn(environment, { state, family, rcvNxt: 5961 });
    } catch (error) {
      if (!(error instanceof NotCapable)) throw error;
      notCapable ??= error;
    }
  }
  throw notCapable;
}

async function detectIn(environment: Environment, precondition: Precondition): Promise<KnownAdoption> {
  const [rst, syn, ack] = await Promise.all([
    challenged(environment, precondition, PROBES.rst),
    challenged(environment, precondition, PROBES.syn),
    ifCapable(challenged(environment, { ...precondition, aged: true }, PROBES.ack)),
  ]);
  return { rst, syn, ...(ack === undefined ? {} : { ack }) };
}

// All verdicts depend on adoption, so silence must be seen more than once.
const TRIES = { clean: 2, disturbed: 4 };

async function challenged(
  environment: Environment,
  precondition: Precondition,
  probe: Probe,
): Promise<boolean> {
  const { tester } = environment;
  for (let tries = 1; ; tries += 1) {
    const answer = await answerTo(environment, precondition, probe);
    if (answer !== 'silence') return answer === 'challenge ACK';
    if (tries >= (tester.path.disturbed ? TRIES.disturbed : TRIES.clean)) return false;
    await tester.listen(LIMITER_REST);
  }
}

async function answerTo(
  environment: Environment,
  precondition: Precondition,
  probe: Probe,
): Promise<'challenge ACK' | 'other' | 'silence'> {
  const reached = await reach(environment, precondition);
  const { connection } = reached;
  const { mailbox, rcvNxt, sndNxt } = connection;
  try {
    const mark = mailbox.log.length;
    connection.transmit(probe(connection));
    await environment.tester.listen(environment.timing.guard);
    const answers = mailbox.log.slice(mark).filter(({ from }) => from === 'target');
    if (answers.length === 0) return 'silence';
    const isChallenge = answers.some(
      ({ segment: { ctl, seq, ack, data } }) =>
        !ctl.has('RST') && ctl.has('ACK') && data === 0 && seq === sndNxt && ack === rcvNxt,
    );
    return isChallenge ? 'challenge ACK' : 'other';
  } finally {
    await endByReset(environment, reached);
  }
}

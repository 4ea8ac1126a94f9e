import { resetAt, segmentOf } from '../../notation/index.ts';
import type { Check, KnownAdoption } from '../../standard/adoption.ts';
import type { State } from '../../standard/state.ts';
import { type Environment, type Precondition, reach } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { add } from '../../wire/seq.ts';
import { ifCapable } from './if-capable.ts';
import { type Probe, resetInWindow } from './limits.ts';

/** One stimulus for each check; the answer tells a TCP that has adopted the check from one that has not. */
const PROBES: Readonly<Record<Check, Probe>> = {
  rst: resetInWindow,
  syn: ({ rcvNxt, rcvWnd }) => segmentOf({ seq: add(rcvNxt, rcvWnd >> 1), ctl: ['SYN'] }),
  ack: ({ rcvNxt, sndUna, maxSndWnd }) =>
    segmentOf({ seq: rcvNxt, ack: add(sndUna, -maxSndWnd - 1), ctl: ['ACK'] }),
};

/**
 * RFC 5961 is for every synchronized state; not every application leaves a connection in the first of these. Without a user
 * some TCPs remember only the half of a connection, and tell nothing of the rest.
 */
const STATES: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-2'];

/**
 * Finds out which checks of RFC 5961 the target has adopted: each has a probe of its own, which draws a challenge ACK or
 * does not. The probe of the ACK check is left out where nobody can make the target's user send first.
 *
 * @throws Unreached or NotCapable when no connection can be had
 */
export async function detectAdoption(environment: Environment, family: 4 | 6): Promise<KnownAdoption> {
  let beyond: unknown;
  for (const state of STATES) {
    try {
      return await detectIn(environment, { state, family, rcvNxt: 5961 });
    } catch (error) {
      if (!(error instanceof NotCapable)) throw error;
      beyond ??= error;
    }
  }
  throw beyond;
}

async function detectIn(environment: Environment, wish: Precondition): Promise<KnownAdoption> {
  const [rst, syn, ack] = await Promise.all([
    challenged(environment, wish, PROBES.rst),
    challenged(environment, wish, PROBES.syn),
    ifCapable(challenged(environment, { ...wish, aged: true }, PROBES.ack)),
  ]);
  return { rst, syn, ...(ack === undefined ? {} : { ack }) };
}

// All verdicts depend on it: silence is asked about again, more often where the path may have caused it.
const TRIES = { clean: 2, disturbed: 4 };
const LIMITER_PAUSE = 1100;

async function challenged(environment: Environment, wish: Precondition, probe: Probe): Promise<boolean> {
  const { tester } = environment;
  for (let tries = 1; ; tries += 1) {
    const met = await answerTo(environment, wish, probe);
    if (met !== 'silence') return met === 'challenge ACK';
    if (tries >= (tester.path.disturbed ? TRIES.disturbed : TRIES.clean)) return false;
    await tester.listen(LIMITER_PAUSE);
  }
}

async function answerTo(
  environment: Environment,
  wish: Precondition,
  probe: Probe,
): Promise<'challenge ACK' | 'other' | 'silence'> {
  const { connection, handle } = await reach(environment, wish);
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
    // Who calls by itself does not call again before this one has ended.
    connection.transmit(resetAt(rcvNxt));
    await environment.driver.release(mailbox.port, handle);
    mailbox.close();
  }
}

import { evaluateSegment, parseSegment, resetAt } from '../../notation/index.ts';
import type { Adoption } from '../../spec/profile.ts';
import type { State } from '../../spec/state.ts';
import { type Environment, reach, type Wish } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { unlessBeyond } from './unless-beyond.ts';

/** What the three probes of RFC 5961 met. */
export interface AdoptionFound {
  /** A target that answers one of the probes by RFC 5961 has adopted it, and is then held to all of it. */
  readonly adoption: Adoption;
  /** It answers some of the probes by RFC 5961 and others not. */
  readonly inPart: boolean;
  /** For people: quotes what each probe met. */
  readonly text: string;
}

/** One stimulus for each of the three checks that RFC 5961 adds; each tells an adopter from the rest. */
const PROBES = [
  { name: 'RST in the window', send: '<SEQ=RCV.NXT+RCV.WND/2><CTL=RST>', section: '3.2' },
  { name: 'SYN in the window', send: '<SEQ=RCV.NXT+RCV.WND/2><CTL=SYN>', section: '4.2' },
  {
    name: 'ACK older than MAX.SND.WND',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-MAX.SND.WND-1><CTL=ACK>',
    section: '5.2',
  },
] as const;

/**
 * RFC 5961 is for every synchronized state; not every application leaves a connection in the first of these. Without a user
 * some TCPs remember only the half of a connection, and tell nothing of the rest.
 */
const STATES: readonly State[] = ['ESTABLISHED', 'FIN-WAIT-2'];

/**
 * Finds out whether the target has adopted RFC 5961, by a challenge ACK or its absence.
 *
 * The check of old ACKs is a MAY of RFC 9293 (MAY-12), so the first two probes decide; where nobody has the target's user
 * send first, the third one is left out.
 *
 * @throws Unreached or NotCapable when no connection can be had
 */
export async function detectAdoption(environment: Environment, family: 4 | 6): Promise<AdoptionFound> {
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

async function detectIn(environment: Environment, wish: Wish): Promise<AdoptionFound> {
  const [rst, syn, old] = await Promise.all([
    challenged(environment, wish, PROBES[0].send),
    challenged(environment, wish, PROBES[1].send),
    unlessBeyond(challenged(environment, { ...wish, aged: true }, PROBES[2].send)),
  ]);
  const adoption = rst || syn ? 'adopted' : 'not adopted';
  const inPart = rst !== syn;
  const quotes = PROBES.map(({ name, section }, index) => {
    const met = [rst, syn, old][index];
    const words = met === undefined ? 'not tried' : met ? 'challenge ACK' : 'no challenge ACK';
    return `${name} (${section}): ${words}`;
  });
  return { adoption, inPart, text: `${adoption}${inPart ? ' in part' : ''}; ${quotes.join(', ')}` };
}

// All verdicts depend on it: silence is asked about again, more often where the path may have caused it.
const TRIES = { clean: 2, disturbed: 4 };
const LIMITER_PAUSE = 1100;

async function challenged(environment: Environment, wish: Wish, send: string): Promise<boolean> {
  const { tester } = environment;
  for (let tries = 1; ; tries += 1) {
    const met = await answerTo(environment, wish, send);
    if (met !== 'silence') return met === 'challenge ACK';
    if (tries >= (tester.path.disturbed ? TRIES.disturbed : TRIES.clean)) return false;
    await tester.listen(LIMITER_PAUSE);
  }
}

async function answerTo(
  environment: Environment,
  wish: Wish,
  send: string,
): Promise<'challenge ACK' | 'other' | 'silence'> {
  const { connection, handle } = await reach(environment, wish);
  const { mailbox, rcvNxt, sndNxt } = connection;
  try {
    const mark = mailbox.log.length;
    connection.transmit(evaluateSegment(parseSegment(send), connection.variables()));
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

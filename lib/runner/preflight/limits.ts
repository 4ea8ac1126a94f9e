import { type ConcreteSegment, segmentOf } from '../../notation/index.ts';
import type { KnownAdoption } from '../../standard/adoption.ts';
import { type Connection, type Environment, endByReset, LIMITER_REST, reach } from '../../states/index.ts';
import type { AckLimits } from '../../verdict/target-facts.ts';
import { add } from '../../wire/seq.ts';

// A higher limit does not matter, since a case sends one stimulus.
const AT_ONCE = 10;

/**
 * Finds the target's rate limits, on one connection and on many: those of challenge ACKs (RFC 5961 section 7), or, if it sends
 * none, those of ACKs for unacceptable segments (RFC 9293 section 3.10.7.4, first).
 *
 * @param width how many connections to use at once
 */
export async function findLimits(
  environment: Environment,
  family: 4 | 6,
  { rst: challengesResets }: KnownAdoption,
  width: number,
): Promise<AckLimits> {
  const probe = challengesResets ? resetInWindow : unacceptableAck;
  const reached = await Promise.all(
    Array.from({ length: width }, () =>
      reach(environment, { family, state: 'ESTABLISHED', rcvNxt: 5961 }).catch(() => undefined),
    ),
  );
  const all = reached.filter((one) => one !== undefined);
  // Keep one connection whose own limit is unused, if there are several.
  const [first, ...others] = all;
  const there = first && others.length === 0 ? [first] : others;
  try {
    const marks = there.map(({ connection }) => connection.mailbox.log.length);
    for (const { connection } of there) connection.transmit(probe(connection));
    await environment.tester.listen(environment.timing.guard);
    const answered = there.filter(
      ({ connection }, index) => replies(connection, marks[index] ?? 0) > 0,
    ).length;
    // After this wait the limit is free again.
    if (others.length === 0 || answered < there.length) await environment.tester.listen(LIMITER_REST);
    const onOne = first ? await onOneConnection(environment, first.connection, probe) : 0;
    return {
      of: challengesResets ? 'challenge ACKs' : 'ACKs of unacceptable segments',
      hostWide: { asked: there.length, answered },
      perConnection: { asked: AT_ONCE, answered: onOne },
    };
  } finally {
    await Promise.all(all.map((one) => endByReset(environment, one)));
  }
}

async function onOneConnection(
  environment: Environment,
  connection: Connection,
  probe: Probe,
): Promise<number> {
  const mark = connection.mailbox.log.length;
  for (let count = 0; count < AT_ONCE; count += 1) connection.transmit(probe(connection));
  await environment.tester.listen(environment.timing.guard);
  return Math.min(AT_ONCE, replies(connection, mark));
}

/** A segment that goes by the numbers of a connection. */
export type Probe = (connection: Connection) => ConcreteSegment;

export const resetInWindow: Probe = ({ rcvNxt, rcvWnd }) =>
  segmentOf({ seq: add(rcvNxt, rcvWnd >> 1), ctl: ['RST'] });

const unacceptableAck: Probe = ({ rcvNxt, sndNxt }) =>
  segmentOf({ seq: add(rcvNxt, -1), ack: sndNxt, ctl: ['ACK'] });

const replies = ({ mailbox }: Connection, since: number): number =>
  mailbox.log.slice(since).filter(({ from, segment: { ctl } }) => from === 'target' && !ctl.has('RST'))
    .length;

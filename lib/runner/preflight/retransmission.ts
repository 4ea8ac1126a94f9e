import { type ConcreteSegment, resetAt, segmentOf } from '../../notation/index.ts';
import {
  type Environment,
  endByReset,
  type Precondition,
  reach,
  STRAGGLERS,
  type Timing,
  Unreached,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import type { Entry, Mailbox } from '../../tester/index.ts';
import { blockerOf, type PreflightFault, type Place } from '../../verdict/preflight-fault.ts';

const TRIES = 3;

/**
 * The states in which a SYN,ACK or a FIN is unacknowledged, the easiest to reach first. `findHalfOpen` measures the SYN,ACK of a
 * listener.
 */
const WAITING: Readonly<
  Record<'SYN' | 'FIN', readonly Pick<Precondition, 'state' | 'origin' | 'conditions'>[]>
> = {
  SYN: [{ state: 'SYN-RECEIVED', origin: 'active' }],
  FIN: [{ state: 'FIN-WAIT-1' }, { state: 'FIN-WAIT-1', conditions: ['user-closed'] }, { state: 'LAST-ACK' }],
};

/**
 * The first retransmission interval of a SYN,ACK or FIN, in milliseconds.
 *
 * @param latest how long to wait for the retransmission, in milliseconds
 * @param faults may block a state
 * @returns undefined when none was seen, or the target cannot be brought to the state
 */
export async function firstRetransmission(
  environment: Environment,
  family: 4 | 6,
  bit: 'SYN' | 'FIN',
  latest: number,
  faults: readonly PreflightFault[],
): Promise<number | undefined> {
  for (const place of WAITING[bit]) {
    if (blockerOf({ ...place, family } as Place & { family: 4 | 6 }, faults)) continue;
    try {
      return await seenIn(environment, { ...place, family, rcvNxt: 793_001 }, bit, latest);
    } catch (error) {
      if (!(error instanceof Unreached) && !(error instanceof NotCapable)) throw error;
    }
  }
  return undefined;
}

/**
 * The same for a SYN,ACK with wrong numbers, from which no connection follows.
 *
 * @param port the listener's port
 */
export async function wrongSynAckAgain(
  { tester, timing }: Environment,
  family: 4 | 6,
  port: number,
  latest: number,
): Promise<number | undefined> {
  const mailbox = tester.open(family);
  try {
    mailbox.send(segmentOf({ seq: 793_000, ctl: ['SYN'] }), port, 1024);
    return await interval(mailbox, timing, ({ ctl }) => ctl.has('SYN'), latest);
  } finally {
    mailbox.send(resetAt(793_001), port, 0);
    mailbox.close();
  }
}

async function seenIn(
  environment: Environment,
  precondition: Precondition,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> {
  for (let tries = 1; ; tries += 1) {
    const reached = await reach(environment, precondition);
    try {
      // A second SYN of the tester's gets a second SYN,ACK, without any timer.
      if (reached.sentAgain && tries < TRIES) continue;
      // A SYN without ACK is not the SYN,ACK.
      const isOne = ({ ctl }: ConcreteSegment): boolean => ctl.has(bit) && ctl.has('ACK');
      return await interval(reached.connection.mailbox, environment.timing, isOne, latest);
    } finally {
      await endByReset(environment, reached);
    }
  }
}

/** The time between the target's first such segment and the next, in milliseconds. */
async function interval(
  mailbox: Mailbox,
  { spread }: Timing,
  isOne: (segment: ConcreteSegment) => boolean,
  latest: number,
): Promise<number | undefined> {
  const deadline = performance.now() + latest;
  const first = await mailbox.next(({ segment }) => isOne(segment), latest);
  if (!first) return undefined;
  // The path may have doubled what comes sooner.
  const isAgain = ({ segment, at }: Entry): boolean => isOne(segment) && at - first.at > spread + STRAGGLERS;
  const again = await mailbox.next(isAgain, Math.max(0, deadline - performance.now()));
  return again && again.at - first.at;
}

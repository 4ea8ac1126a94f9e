import { type ConcreteSegment, resetAt, segmentOf } from '../../notation/index.ts';
import {
  type Environment,
  endByReset,
  type Precondition,
  type Reached,
  reach,
  type Timing,
  Unreached,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import type { Entry, Mailbox } from '../../tester/index.ts';
import { blockerOf, type Finding, type Place } from '../../verdict/finding.ts';

// What is held back on the path comes later than the spread of the round trips tells.
const STRAGGLERS = 30;
const TRIES = 3;

/**
 * Where a SYN,ACK and a FIN wait for their acknowledgment: first the state that most targets can be brought to. The SYN,ACK
 * of a listener is measured when its backlog is.
 */
const WAITING: Readonly<
  Record<'SYN' | 'FIN', readonly Pick<Precondition, 'state' | 'origin' | 'conditions'>[]>
> = {
  SYN: [{ state: 'SYN-RECEIVED', origin: 'active' }],
  FIN: [{ state: 'FIN-WAIT-1' }, { state: 'FIN-WAIT-1', conditions: ['user-closed'] }, { state: 'LAST-ACK' }],
};

/**
 * How long the target waits before it first sends an unacknowledged SYN,ACK or FIN again, in milliseconds.
 *
 * @param latest after what time it is not waited for any more
 * @param findings what stands in the way to a state
 * @returns undefined when it was not seen, or the target cannot be brought to where it would be
 */
export async function firstRetransmission(
  environment: Environment,
  family: 4 | 6,
  bit: 'SYN' | 'FIN',
  latest: number,
  findings: readonly Finding[],
): Promise<number | undefined> {
  for (const place of WAITING[bit]) {
    if (blockerOf({ ...place, family } as Place & { family: 4 | 6 }, findings)) continue;
    try {
      return await seenIn(environment, { ...place, family, rcvNxt: 793_001 }, bit, latest);
    } catch (error) {
      if (!(error instanceof Unreached) && !(error instanceof NotCapable)) throw error;
    }
  }
  return undefined;
}

/**
 * The same for a SYN,ACK whose numbers are wrong, so that no connection comes of it: it is sent again all the same.
 *
 * @param port of the target's, which listens
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
  wish: Precondition,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> {
  for (let tries = 1; ; tries += 1) {
    const reached = await reach(environment, wish);
    try {
      // A SYN that had to be sent again was answered twice: that is no timer of the target's.
      if (reached.sentAgain && tries < TRIES) continue;
      return await measure(environment, reached, bit, latest);
    } finally {
      await endByReset(environment, reached);
    }
  }
}

const measure = (
  { timing }: Environment,
  { connection: { mailbox } }: Reached,
  bit: 'SYN' | 'FIN',
  latest: number,
): Promise<number | undefined> =>
  // A SYN of its own is no SYN,ACK.
  interval(mailbox, timing, ({ ctl }) => ctl.has(bit) && ctl.has('ACK'), latest);

/** Between the first of such segments of the target's and the next. */
async function interval(
  mailbox: Mailbox,
  { spread }: Timing,
  isOne: (segment: ConcreteSegment) => boolean,
  latest: number,
): Promise<number | undefined> {
  const deadline = performance.now() + latest;
  const first = await mailbox.next(({ segment }) => isOne(segment), latest);
  if (!first) return undefined;
  // What comes sooner was doubled by the path.
  const isAgain = ({ segment, at }: Entry): boolean => isOne(segment) && at - first.at > spread + STRAGGLERS;
  const again = await mailbox.next(isAgain, Math.max(0, deadline - performance.now()));
  return again && again.at - first.at;
}

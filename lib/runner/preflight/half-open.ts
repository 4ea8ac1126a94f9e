import type { Scenario } from '../../catalogue/scenario.ts';
import {
  type Connection,
  type Environment,
  endByReset,
  type Precondition,
  type Reached,
  reach,
  STRAGGLERS,
  Unreached,
} from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';

/** What the target did with many half-open connections. */
export interface HalfOpen {
  /** How many SYNs were sent at once. */
  readonly asked: number;
  /** For how many the target kept a TCB. */
  readonly held: number;
  /** How many got a SYN cookie (RFC 4987 section 3.6): the target keeps no TCB. */
  readonly cookies: number;
  /** First retransmission interval of a SYN,ACK, in milliseconds; undefined when none was seen. */
  readonly synAckRetransmission: number | undefined;
}

// How much timers differ in a TCP that looks at all connections twice a second.
const TICK = 500;

export const halfOpenOver = (family: 4 | 6) =>
  ({ family, state: 'SYN-RECEIVED', origin: 'passive', rcvNxt: 793_001 }) as const satisfies Precondition;

/**
 * Opens many half-open connections at once, and finds out how many the target keeps. Beyond its backlog, a TCP sends SYN cookies,
 * drops the oldest connection or does not answer. A case in SYN-RECEIVED would then test a connection that does not exist.
 *
 * A SYN,ACK that comes again has a TCB. Otherwise it was a cookie when the handshake can be completed after a reset, and else the
 * connection was dropped. When no SYN,ACK at all comes again, only cookies are told apart.
 *
 * @param count 1 or more
 * @param latest how long to wait for a retransmission, in milliseconds
 * @throws NotCapable without a listener; Unreached when no SYN was answered
 */
export async function findHalfOpen(
  environment: Environment,
  family: 4 | 6,
  count: number,
  latest: number,
): Promise<HalfOpen> {
  const found = await findOnce(environment, family, count, latest);
  // The reset of a single connection may have been lost.
  const isDoubtful = count === 1 && usesCookiesOnly(found);
  return isDoubtful ? findOnce(environment, family, count, latest) : found;
}

/**
 * Whether a single SYN gets a cookie. Waits for no timer.
 *
 * @throws NotCapable without a listener; Unreached when no SYN was answered
 */
export async function answersByCookie(environment: Environment, family: 4 | 6): Promise<boolean> {
  const { connection } = await reach(environment, halfOpenOver(family));
  try {
    return await completesAfterReset(environment, connection);
  } finally {
    await endByReset(environment, { connection });
  }
}

/** The target never keeps a TCB in SYN-RECEIVED. */
export const usesCookiesOnly = ({ held, cookies }: HalfOpen): boolean => held === 0 && cookies > 0;

// Leaves room for health checks and repeated cases.
const SHARE_OF_CASES = 0.75;

/** How many cases at once fit into the target's backlog. */
export function widthWithin(width: number, found: HalfOpen): number {
  if (usesCookiesOnly(found) || found.held === found.asked) return width;
  return Math.max(1, Math.min(width, Math.floor(found.held * SHARE_OF_CASES)));
}

async function findOnce(
  environment: Environment,
  family: 4 | 6,
  count: number,
  latest: number,
): Promise<HalfOpen> {
  const { tester } = environment;
  const attempts = await Promise.allSettled(
    Array.from({ length: count }, () => reach(environment, halfOpenOver(family))),
  );
  const refused = attempts.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const reached = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const [error] = refused.filter((one) => !(one instanceof Unreached));
    if (error !== undefined) throw error;
    if (reached.length === 0) throw refused[0];
    const waits = await firstRetransmissions(environment, reached, latest);
    const silent = reached.filter((one) => !waits.has(one));
    const completed = await Promise.all(
      silent.map(({ connection }) => completesAfterReset(environment, connection)),
    );
    const cookies = completed.filter(Boolean).length;
    // On a lossy path a missing retransmission may be the path's fault.
    const retransmissionTells = waits.size > 0 && !tester.path.disturbed;
    return {
      asked: count,
      held: retransmissionTells ? waits.size : reached.length - cookies,
      cookies,
      synAckRetransmission: longest(waits, tester.path.disturbed),
    };
  } finally {
    for (const { connection } of reached) await endByReset(environment, { connection });
  }
}

/** The first retransmission interval of each connection whose SYN,ACK comes again, in milliseconds. */
async function firstRetransmissions(
  { tester, timing }: Environment,
  reached: readonly Reached[],
  latest: number,
): Promise<ReadonlyMap<Reached, number>> {
  const waits = new Map<Reached, number>();
  const began = performance.now();
  let end = began + latest;
  while (waits.size < reached.length && performance.now() < end) {
    await tester.listen(10);
    for (const one of reached) {
      const wait = waits.has(one) ? undefined : waitOf(one, timing.spread + STRAGGLERS);
      if (wait === undefined) continue;
      if (waits.size === 0) end = Math.min(end, performance.now() + Math.max(TICK, wait / 2));
      waits.set(one, wait);
    }
  }
  return waits;
}

/** @param doubled the path may have doubled a segment that comes again within so many milliseconds */
function waitOf({ connection: { mailbox } }: Reached, doubled: number): number | undefined {
  // A second SYN of the tester's gets a second SYN,ACK, without any timer.
  const log = mailbox.log.slice(mailbox.log.findLastIndex(({ from }) => from === 'tester'));
  const first = log.find(isSynAck);
  if (!first) return undefined;
  // With or without ACK: the SYN is unacknowledged.
  const isAgain = ({ from, segment: { ctl, seq }, at }: Entry): boolean =>
    from === 'target' && ctl.has('SYN') && seq === first.segment.seq && at - first.at > doubled;
  const again = log.find(isAgain);
  return again && again.at - first.at;
}

const isSynAck = ({ from, segment: { ctl } }: Entry): boolean =>
  from === 'target' && ctl.has('SYN') && ctl.has('ACK');

/** On a lossy path the longest may be a second retransmission, so the median counts. */
function longest(waits: ReadonlyMap<Reached, number>, disturbed: boolean): number | undefined {
  const sorted = [...waits.values()].sort((a, b) => a - b);
  return disturbed ? sorted[Math.floor(sorted.length / 2)] : sorted.at(-1);
}

/**
 * Whether the handshake can be completed after a reset, as with a SYN cookie. A TCP that kept a TCB has ended the connection and
 * resets the late ACK (RFC 9293 section 3.10.7.2).
 */
async function completesAfterReset(
  { tester, timing }: Environment,
  connection: Connection,
): Promise<boolean> {
  const { mailbox } = connection;
  connection.send({ ctl: ['RST'] });
  if (tester.path.disturbed) connection.send({ ctl: ['RST'] });
  await tester.listen(timing.spread);
  connection.send({ ctl: ['ACK'] });
  const mark = mailbox.log.length;
  // Text is acknowledged by a connection, and reset otherwise.
  connection.send({ ctl: ['ACK', 'PSH'], data: 1 });
  const answer = await mailbox.next(() => true, timing.guard + timing.observation, mark);
  return answer !== undefined && !answer.segment.ctl.has('RST') && answer.segment.ctl.has('ACK');
}

/** Whether a scenario needs a TCB in SYN-RECEIVED, which a target that sends SYN cookies does not keep. */
export function isRuledOutByCookies({ state, origin, steps }: Scenario): boolean {
  if (state === 'SYN-RECEIVED') return origin === 'passive';
  const outcomes = steps.flatMap((step) => ('expect' in step ? Object.values(step.expect).flat() : []));
  return state === 'LISTEN' && outcomes.some(({ then }) => then === 'SYN-RECEIVED');
}

import {
  type Connection,
  type Environment,
  endByReset,
  type Reached,
  reach,
  Unreached,
} from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';

/** What became of many connections that were half open at the same time. */
export interface HalfOpen {
  /** How many were asked for at once. */
  readonly asked: number;
  /** How many of them the target had a TCB for. */
  readonly held: number;
  /** How many SYNs were answered by a SYN cookie (RFC 4987 section 3.6): the target remembers nothing of them. */
  readonly cookies: number;
  /** After what time a SYN,ACK was first sent again, in milliseconds; undefined when none was. */
  readonly synAckRetransmission: number | undefined;
}

// What is held back on the path comes later than the spread of the round trips tells.
const STRAGGLERS = 30;
// Timers of TCPs that look at all connections twice a second differ by as much.
const TICK = 500;

/**
 * Opens as many connections half as the run may hold at a time, and finds out how many of them the target remembers.
 * A TCP has a limit for them, its backlog. Beyond it some answer by SYN cookies, some forget the oldest one, some do not
 * answer: a case in SYN-RECEIVED that meets this is about a connection that does not exist.
 *
 * A SYN,ACK that is sent again has a TCB behind it. One that is not was a cookie, if the handshake can be completed though
 * a reset has ended it; otherwise the connection was forgotten. Where no SYN,ACK at all is sent again, that tells nothing, and
 * only cookies are told apart.
 *
 * @param count how many, 1 or more
 * @param latest for how long a first retransmission is waited for, in milliseconds
 * @throws NotCapable without a listener; Unreached when no SYN was answered
 */
export async function findHalfOpen(
  environment: Environment,
  family: 4 | 6,
  count: number,
  latest: number,
): Promise<HalfOpen> {
  const found = await findOnce(environment, family, count, latest);
  // Of a single connection the reset may have been lost.
  const isDoubtful = count === 1 && usesCookiesOnly(found);
  return isDoubtful ? findOnce(environment, family, count, latest) : found;
}

/**
 * Whether a single connection is answered by a SYN cookie. It takes no longer than the answers.
 *
 * @throws NotCapable without a listener; Unreached when no SYN was answered
 */
export async function answersByCookie(environment: Environment, family: 4 | 6): Promise<boolean> {
  const wish = { family, state: 'SYN-RECEIVED', origin: 'passive', rcvNxt: 793_001 } as const;
  const { connection } = await reach(environment, wish);
  try {
    return await completesAfterReset(environment, connection);
  } finally {
    await endByReset(environment, { connection });
  }
}

/** The target has no TCB in SYN-RECEIVED, however few connections are half open. */
export const usesCookiesOnly = ({ held, cookies }: HalfOpen): boolean => held === 0 && cookies > 0;

// What the run opens beside its cases: to see whether the target is there, or a case once more.
const SHARE_OF_CASES = 0.75;

/** How many cases at a time leave room in the backlog that was found. */
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
  const wish = { family, state: 'SYN-RECEIVED', origin: 'passive', rcvNxt: 793_001 } as const;
  const attempts = await Promise.allSettled(Array.from({ length: count }, () => reach(environment, wish)));
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
    // What the path loses is not the target's to remember.
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

/** Of each connection whose SYN,ACK is sent again: after how many milliseconds. */
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

/** @param doubled what comes within so many milliseconds was doubled by the path */
function waitOf({ connection: { mailbox } }: Reached, doubled: number): number | undefined {
  // A SYN that had to be sent again is answered again: that is no timer of the target's.
  const log = mailbox.log.slice(mailbox.log.findLastIndex(({ from }) => from === 'tester'));
  const first = log.find(isSynAck);
  if (!first) return undefined;
  // With or without ACK: a SYN at the same number waits for its acknowledgment.
  const isAgain = ({ from, segment: { ctl, seq }, at }: Entry): boolean =>
    from === 'target' && ctl.has('SYN') && seq === first.segment.seq && at - first.at > doubled;
  const again = log.find(isAgain);
  return again && again.at - first.at;
}

const isSynAck = ({ from, segment: { ctl } }: Entry): boolean =>
  from === 'target' && ctl.has('SYN') && ctl.has('ACK');

/** On a path that loses segments, the longest may be that of a second retransmission. */
function longest(waits: ReadonlyMap<Reached, number>, disturbed: boolean): number | undefined {
  const sorted = [...waits.values()].sort((a, b) => a - b);
  return disturbed ? sorted[Math.floor(sorted.length / 2)] : sorted.at(-1);
}

/**
 * Whether the handshake can be completed after a reset: without a TCB there is nothing that the reset could end. A TCP that
 * remembers the SYN resets that late acknowledgment (RFC 9293 section 3.10.7.2).
 */
async function completesAfterReset(
  { tester, timing }: Environment,
  connection: Connection,
): Promise<boolean> {
  const { mailbox } = connection;
  connection.send('<SEQ=RCV.NXT><CTL=RST>');
  if (tester.path.disturbed) connection.send('<SEQ=RCV.NXT><CTL=RST>');
  await tester.listen(timing.spread);
  connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>');
  const mark = mailbox.log.length;
  // Any octet of text is answered: by an acknowledgment where there is a connection, by a reset where there is none.
  connection.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=1>');
  const answer = await mailbox.next(() => true, timing.guard + timing.observation, mark);
  return answer !== undefined && !answer.segment.ctl.has('RST') && answer.segment.ctl.has('ACK');
}

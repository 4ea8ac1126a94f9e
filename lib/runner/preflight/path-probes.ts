import { type ConcreteSegment, resetAt, segmentOf } from '../../notation/index.ts';
import { pause } from '../../states/index.ts';
import type { Entry, Mailbox, Tester } from '../../tester/index.ts';

/** What many SYNs showed of the path and of the target's limit on resets. */
export interface PathProbes {
  /** In milliseconds. */
  readonly roundTrips: readonly number[];
  /** How many resets a burst of SYNs got; undefined when the target has no limit. */
  readonly resetsAtOnce: number | undefined;
  /** As many SYNs, one after the other, all got theirs: it is only too many at once that are lost, as in a short receive queue. */
  readonly keepsUp?: boolean;
}

/** The ports that answer. */
interface Answering {
  readonly closed: number | undefined;
  readonly open: number | undefined;
}

interface Outcome {
  readonly answered: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly roundTrips: readonly number[];
}

export const BURST = 100;
const PACED = 200;
/** How many segments, and the milliseconds between two of them. */
const AT_ONCE = { count: BURST, pace: 0 };
const SLOWLY = { count: PACED, pace: 10 };
// So soon after a burst, a limit of resets a second is used up.
const IN_TURN = { count: BURST, pace: 2 };
// A rate limit takes a large part of a burst; a path loses as many of the paced segments too.
const LIMITED = 4;

/**
 * Measures loss, doubling and reordering: sends a burst of SYNs to a closed port, each of which must get one reset. Missing resets
 * are the path's fault or a rate limit; doubled resets are the path's or the target's fault. Slow SYNs to a listener tell which.
 *
 * @param within how long an answer may take, in milliseconds
 */
export async function probePath(
  tester: Tester,
  family: 4 | 6,
  ports: Answering,
  within: number,
): Promise<PathProbes> {
  if (ports.closed === undefined) return probeSlowly(tester, family, ports.open, within);
  const burst = await volley(tester, family, ports.closed, { ...AT_ONCE, within, segment: syn });
  const { doubled, roundTrips } = burst;
  const reordered = await reorderings(tester, family, ports.closed, within, burst);
  const missing = BURST - burst.answered;
  const isDoubtful = doubled > LIMITED && ports.open !== undefined;
  if (missing === 0 && !isDoubtful) {
    tester.path.recordProbes(BURST, { doubled, reordered });
    return { roundTrips, resetsAtOnce: undefined };
  }
  const paced = await volley(tester, family, ports.open ?? ports.closed, { ...SLOWLY, within, segment: syn });
  const lost = PACED - paced.answered;
  tester.path.recordProbes(PACED, { lost, doubled: paced.doubled, reordered: paced.reordered });
  // A target that answers nothing of a burst has no limit of zero: it answered before.
  const limited = missing / BURST > LIMITED * (lost / PACED) && missing > LIMITED && burst.answered > 0;
  const sendsTwice = isDoubtful && doubled / BURST > LIMITED * (paced.doubled / PACED);
  const onPath = sendsTwice ? 0 : doubled;
  if (!limited) tester.path.recordProbes(BURST, { lost: missing, doubled: onPath, reordered });
  const known = { roundTrips: [...roundTrips, ...paced.roundTrips] };
  if (!limited) return { ...known, resetsAtOnce: undefined };
  const inTurn = await volley(tester, family, ports.closed, { ...IN_TURN, within, segment: syn });
  return { ...known, resetsAtOnce: burst.answered, keepsUp: BURST - inTurn.answered <= LIMITED };
}

/** For a target without a closed port that answers. A burst would fill the listener's backlog, so the SYNs are slow. */
async function probeSlowly(
  tester: Tester,
  family: 4 | 6,
  port: number | undefined,
  within: number,
): Promise<PathProbes> {
  if (port === undefined) return { roundTrips: [], resetsAtOnce: undefined };
  const paced = await volley(tester, family, port, { ...SLOWLY, within, segment: syn });
  const { answered, doubled, reordered, roundTrips } = paced;
  tester.path.recordProbes(PACED, { lost: PACED - answered, doubled, reordered });
  return { roundTrips, resetsAtOnce: undefined };
}

/** A proxy may answer SYNs in another order than they arrived. It resets stray ACKs at once, so these tell. */
async function reorderings(
  tester: Tester,
  family: 4 | 6,
  closed: number,
  within: number,
  syns: Outcome,
): Promise<number> {
  if (syns.reordered === 0) return 0;
  const acks = await volley(tester, family, closed, { ...AT_ONCE, within, segment: ack });
  return acks.answered === 0 ? syns.reordered : acks.reordered;
}

type Volley = typeof SLOWLY & {
  readonly within: number;
  readonly segment: (turn: number) => ConcreteSegment;
};

async function volley(
  tester: Tester,
  family: 4 | 6,
  port: number,
  { count, pace, within, segment }: Volley,
): Promise<Outcome> {
  const mailboxes: Mailbox[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      const mailbox = tester.open(family);
      mailboxes.push(mailbox);
      mailbox.send(segment(index), port, 1024);
      // At once: some targets have very few half-open connections.
      void mailbox
        .next(({ segment }) => segment.ctl.has('SYN'), within)
        .then((answer) => answer && mailbox.send(resetAt(index + 1), port, 0));
      if (pace > 0) await pause(pace);
    }
    await allAnswered(tester, mailboxes, within);
    return outcomeOf(mailboxes, within);
  } finally {
    for (const mailbox of mailboxes) mailbox.close();
  }
}

const syn = (turn: number): ConcreteSegment => segmentOf({ seq: turn, ctl: ['SYN'] });
const ack = (turn: number): ConcreteSegment => segmentOf({ seq: turn, ack: turn, ctl: ['ACK'] });

/** Waits until every segment has an answer, and as long again for doubled ones. */
async function allAnswered(tester: Tester, mailboxes: readonly Mailbox[], within: number): Promise<void> {
  const began = performance.now();
  const isOpen = (mailbox: Mailbox): boolean => !mailbox.log.some(({ from }) => from === 'target');
  while (performance.now() - began < within && mailboxes.some(isOpen)) await tester.listen(5);
  await tester.listen(Math.min(within, 10 + (performance.now() - began)));
}

/** An answer after `within` is a retransmission; the first one was lost. */
function outcomeOf(mailboxes: readonly Mailbox[], within: number): Outcome {
  const firsts: { readonly turn: number; readonly entry: Entry }[] = [];
  const roundTrips: number[] = [];
  let doubled = 0;
  for (const [turn, { log }] of mailboxes.entries()) {
    const [sent] = log;
    const answers = log.filter(({ from, at }) => from === 'target' && sent && at - sent.at <= within);
    const [entry] = answers;
    if (!sent || !entry) continue;
    firsts.push({ turn, entry });
    roundTrips.push(entry.at - sent.at);
    if (answers.length > 1) doubled += 1;
  }
  let latest = 0;
  let reordered = 0;
  for (const { turn } of firsts.sort((one, other) => one.entry.at - other.entry.at)) {
    if (turn < latest) reordered += 1;
    latest = Math.max(latest, turn);
  }
  return { answered: firsts.length, doubled, reordered, roundTrips };
}

/**
 * The shortest time, in milliseconds, in which a reply can come; 0 when round trips vary too much. The path may be faster than the
 * fastest round trip by as much as round trips vary, and the target may have used half of the time itself.
 *
 * @param lag the tester's greatest delay during the measurement
 */
export function soonestReply(roundTrips: readonly number[], lag: number): number {
  if (roundTrips.length === 0) return 0;
  const least = Math.min(...roundTrips);
  const spread = Math.max(...roundTrips) - least;
  return Math.max(0, Math.min(least / 2, least - spread - lag));
}

import { type ConcreteSegment, resetAt, segmentOf } from '../../notation/index.ts';
import { pause } from '../../states/index.ts';
import type { Entry, Mailbox, Tester } from '../../tester/index.ts';

/** What many segments to a closed port told of the path and of the target's limits. */
export interface PathProbes {
  /** In milliseconds, unsorted. */
  readonly roundTrips: readonly number[];
  /** How many resets a burst of SYNs got, where the target limits them; undefined where it does not. */
  readonly resetsAtOnce: number | undefined;
}

/** Ports that answer: with a reset, and with a SYN,ACK. */
export interface Answering {
  readonly closed: number | undefined;
  readonly open: number | undefined;
}

interface Outcome {
  readonly sent: number;
  readonly answered: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly roundTrips: readonly number[];
}

export const BURST = 100;
const PACED = 200;
const PACE = 10;
// A limiter of resets swallows whole shares of a burst; a path that loses as much would lose the others too.
const LIMITED = 4;

/**
 * Measures how the path treats segments: a burst of SYNs to a closed port, each of which every TCP resets once. What is
 * missing was lost on the path or swallowed by a limit of the target's, and what comes twice was doubled on the path or sent
 * twice: SYNs to a port that listens tell which.
 *
 * @param within how long an answer may take, in milliseconds
 */
export async function probePath(
  tester: Tester,
  family: 4 | 6,
  ports: Answering,
  within: number,
): Promise<PathProbes> {
  if (ports.closed === undefined) return probeAtLeisure(tester, family, ports.open, within);
  const burst = await volley(tester, family, ports.closed, { count: BURST, pace: 0, within, segment: syn });
  const { doubled, roundTrips } = burst;
  const reordered = await reorderings(tester, family, ports.closed, within, burst);
  const missing = BURST - burst.answered;
  // Resets that come twice may be the target's doing as well.
  const isDoubtful = doubled > LIMITED && ports.open !== undefined;
  if (missing === 0 && !isDoubtful) {
    tester.path.recordProbes(BURST, { doubled, reordered });
    return { roundTrips, resetsAtOnce: undefined };
  }
  // Slow enough for most limits, where no port listens.
  const paced = await volley(tester, family, ports.open ?? ports.closed, {
    count: PACED,
    pace: PACE,
    within,
    segment: syn,
  });
  const lost = PACED - paced.answered;
  tester.path.recordProbes(PACED, { lost, doubled: paced.doubled, reordered: paced.reordered });
  // Who answers nothing of a burst has no limit of zero: it answered before.
  const limited = missing / BURST > LIMITED * (lost / PACED) && missing > LIMITED && burst.answered > 0;
  const sendsTwice = isDoubtful && doubled / BURST > LIMITED * (paced.doubled / PACED);
  const onPath = sendsTwice ? 0 : doubled;
  if (!limited) tester.path.recordProbes(BURST, { lost: missing, doubled: onPath, reordered });
  return {
    roundTrips: [...roundTrips, ...paced.roundTrips],
    resetsAtOnce: limited ? burst.answered : undefined,
  };
}

/** Without a closed port that answers: segment by segment at one that listens, since many SYNs at once fill its backlog. */
async function probeAtLeisure(
  tester: Tester,
  family: 4 | 6,
  port: number | undefined,
  within: number,
): Promise<PathProbes> {
  if (port === undefined) return { roundTrips: [], resetsAtOnce: undefined };
  const paced = await volley(tester, family, port, { count: PACED, pace: PACE, within, segment: syn });
  const { answered, doubled, reordered, roundTrips } = paced;
  tester.path.recordProbes(PACED, { lost: PACED - answered, doubled, reordered });
  return { roundTrips, resetsAtOnce: undefined };
}

/**
 * SYNs may be answered in another order than they came in, by a proxy that asks somebody else first. What acknowledges out
 * of nowhere is reset without asking, where that is done at all.
 */
async function reorderings(
  tester: Tester,
  family: 4 | 6,
  closed: number,
  within: number,
  syns: Outcome,
): Promise<number> {
  if (syns.reordered === 0) return 0;
  const acks = await volley(tester, family, closed, { count: BURST, pace: 0, within, segment: ack });
  return acks.answered === 0 ? syns.reordered : acks.reordered;
}

interface Volley {
  readonly count: number;
  /** Between two segments, in milliseconds. */
  readonly pace: number;
  readonly within: number;
  readonly segment: (turn: number) => ConcreteSegment;
}

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
      // At once, since some targets have room for very few half-open connections.
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

/** Waits until every segment was answered, and as long again for what comes twice. */
async function allAnswered(tester: Tester, mailboxes: readonly Mailbox[], within: number): Promise<void> {
  const began = performance.now();
  const isOpen = (mailbox: Mailbox): boolean => !mailbox.log.some(({ from }) => from === 'target');
  while (performance.now() - began < within && mailboxes.some(isOpen)) await tester.listen(5);
  await tester.listen(Math.min(within, 10 + (performance.now() - began)));
}

/** What comes later than it may was sent again by the target's timer: the first answer was lost. */
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
  return { sent: mailboxes.length, answered: firsts.length, doubled, reordered, roundTrips };
}

import { segmentOf } from '../../../notation/index.ts';
import type { Environment } from '../../../states/index.ts';
import type { Handle } from '../../../target/driver.ts';
import type { Entry } from '../../../tester/index.ts';
import type { StraySegment } from '../../../verdict/middlebox-sign.ts';
import { add } from '../../../wire/seq.ts';
import { runSideBySide } from '../../pool.ts';
import type { Ground } from '../ground.ts';
import { probePort } from '../probe-port.ts';
import type { Opened, PathEvidence, Reset } from './evidence.ts';
import { Quotes } from './quotes.ts';
import { ifAble, OUTSIDE, tryConnection } from './trial-connection.ts';

const TRIES = 3;

/**
 * Finds out what lies between, over one family: by one connection of the tester's and one of the target's, by segments without a
 * connection, and by segments that end on the way, so that routers quote them. It takes some ten round trips; longer only where an
 * answer is missing.
 *
 * @param isNarrow the target bears one connection at a time
 */
export async function gatherPathEvidence(
  environment: Environment,
  ground: Ground,
  isNarrow: boolean,
): Promise<PathEvidence> {
  const { tester, timing } = environment;
  const { family, open, closedAnswers } = ground;
  // A closed port answers SYNs only, or nothing.
  const isSilent =
    !closedAnswers ||
    ground.faults.some(({ step, observed }) => step === 'ACK to a closed port' && observed.length === 0);
  let atListener: Strays = { log: [] };
  let tried: Awaited<ReturnType<typeof tryConnection>>;
  const called = await callOf(environment, family);
  const work = [
    async () => {
      if (open !== undefined) atListener = await strayAcks(environment, family, open, isSilent ? TRIES : 1);
    },
    async () => {
      if (open !== undefined) tried = await tryConnection(environment, family, open, called);
    },
  ];
  await runSideBySide(work, isNarrow ? 1 : work.length, (one) => one());
  const { reset, log } = atListener;
  const routers = tried?.routers ?? 0;
  const isUnanswered = isSilent && !reset && tried !== undefined;
  const segments: StraySegment[] = [
    ...(isUnanswered ? (['ACK without a connection'] as const) : []),
    ...(tried?.opened.isSilentOutside ? (['text outside the window'] as const) : []),
  ];
  const quotes = new Quotes(tester, family, open ?? 0, timing);
  return {
    ...{ family, target: tester.link(family).remote, routers, called, opened: tried?.opened },
    resets: [...ground.resets, ...(reset ? [reset] : [])],
    quoted: tried?.quoted ?? [],
    unanswered: {
      ...{ segments, ports: closedAnswers ? 2 : 1 },
      beyond: isUnanswered ? await quotes.lastBeforeDrop(routers) : undefined,
      log: [...(isUnanswered ? log : []), ...outsideOf(tried?.opened)],
    },
  };
}

/** The text that was sent outside of the window, where nothing answered it. */
const outsideOf = (opened: Opened | undefined): Entry[] =>
  opened?.isSilentOutside
    ? opened.log.filter(({ from, segment }) => from === 'tester' && segment.data === OUTSIDE)
    : [];

interface Strays {
  readonly reset?: Reset;
  readonly log: readonly Entry[];
}

/** ACKs to a listener, which must get a reset (RFC 9293 section 3.10.7.2, second). */
async function strayAcks(
  { tester, timing }: Environment,
  family: 4 | 6,
  port: number,
  tries: number,
): Promise<Strays> {
  const segment = segmentOf({ seq: 793_000, ack: 1_586_000, ctl: ['ACK'] });
  const probes = await Promise.all(
    Array.from({ length: tries }, () => probePort(tester, family, port, timing.guard, segment)),
  );
  const log = probes.flatMap((probe) => probe.log);
  const [reset] = probes.flatMap(({ sent, answers: [answer] }): Reset[] =>
    answer ? [{ of: 'ACK to LISTEN', sent, answer }] : [],
  );
  return reset ? { reset, log } : { log };
}

/** The SYN of an active OPEN; undefined when none comes, or nobody can be commanded. */
async function callOf({ tester, driver, timing }: Environment, family: 4 | 6): Promise<Entry | undefined> {
  if (driver.behaviour) return undefined;
  const mailbox = tester.open(family);
  let handle: Handle | undefined;
  try {
    handle = await ifAble(driver.connect(family, mailbox.port, 'plain'));
    if (!handle) return undefined;
    const syn = await mailbox.next(({ segment }) => segment.ctl.has('SYN'), timing.guard);
    // In SYN-SENT a reset has to acknowledge the SYN (RFC 9293 section 3.10.7.3, second).
    if (syn) mailbox.send(segmentOf({ ack: add(syn.segment.seq, 1), ctl: ['RST', 'ACK'] }), syn.peerPort, 0);
    return syn;
  } finally {
    mailbox.close();
    await driver.release(mailbox.port, handle);
  }
}

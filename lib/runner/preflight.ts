import type { Adoption } from '../spec/profile.ts';
import { DEFAULT_TIMING, type Environment, pause, reach, type Timing } from '../states/index.ts';
import type { Driver } from '../target/driver.ts';
import type { Mailbox, Tester } from '../tester/index.ts';
import { add } from '../wire/seq.ts';
import { detectAdoption } from './adoption.ts';

/** The path to the target does not work as a path to a TCP must; the message is one sentence. */
export class PathUnusable extends Error {
  override name = 'PathUnusable';
}

export interface Preflight {
  readonly timing: Timing;
  readonly adoption: Adoption | undefined;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

interface Path {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly closedPort: number;
  readonly families: readonly (4 | 6)[];
}

const TRIES = 3;
const ANSWER_WITHIN = 1000;
const ROUND_TRIPS = 10;
// RFC 1122 section 4.2.3.1 starts the timer at 3 s; a first retransmission later than that is not waited for.
const LATEST_RETRANSMISSION = 3500;

/**
 * Proves the path before any case: a closed port resets, an open one answers; measures the round trip and the target's
 * first retransmissions, from which all waits derive; and finds out whether RFC 5961 was adopted.
 *
 * @throws PathUnusable when an answer that every TCP gives does not come
 */
export async function preflight(path: Path): Promise<Preflight> {
  const roundTrips: number[] = [];
  for (const family of path.families) {
    await closedPortResets(path, family);
    roundTrips.push(...(await openPortAnswers(path, family)));
  }
  const worst = Math.max(...roundTrips);
  const guard = Math.max(DEFAULT_TIMING.guard, worst * 4);
  const environment: Environment = {
    tester: path.tester,
    driver: path.driver,
    closedPort: path.closedPort,
    timing: { ...DEFAULT_TIMING, guard, observation: DEFAULT_TIMING.observation + 2 * worst },
  };
  const [family] = path.families;
  if (!family) throw new PathUnusable('no address family to test');
  const [synAck, fin, adopted] = await Promise.all([
    retransmission(environment, family, 'SYN-RECEIVED'),
    retransmission(environment, family, 'FIN-WAIT-1'),
    detectAdoption(environment, family),
  ]);
  const timing: Timing = {
    ...environment.timing,
    synAckRetransmission: synAck ?? LATEST_RETRANSMISSION,
    finRetransmission: fin ?? LATEST_RETRANSMISSION,
  };
  return {
    timing,
    adoption: adopted.adoption,
    facts: {
      'round trip, median (ms)': median(roundTrips),
      'round trip, worst (ms)': Math.round(worst * 1000) / 1000,
      'SYN,ACK sent again after (ms)': synAck === undefined ? 'not seen' : Math.round(synAck),
      'FIN sent again after (ms)': fin === undefined ? 'not seen' : Math.round(fin),
      'RFC 5961': adopted.text,
    },
  };
}

async function closedPortResets({ tester, closedPort }: Path, family: 4 | 6): Promise<void> {
  const answer = await knock(tester, family, closedPort);
  const { remote } = tester.link(family);
  if (!answer) {
    throw new PathUnusable(
      `${remote} does not answer: port ${closedPort}, which should be closed, sent no reset; is the target up, and no filter before it?`,
    );
  }
  if (!answer.segment.ctl.has('RST')) {
    throw new PathUnusable(
      `port ${closedPort} of ${remote} is not closed; name one that is with --closed-port`,
    );
  }
}

async function openPortAnswers({ tester, driver }: Path, family: 4 | 6): Promise<number[]> {
  const port = await driver.listener(family, 'plain');
  const roundTrips: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    const answer = await knock(tester, family, port);
    const { remote } = tester.link(family);
    if (!answer)
      throw new PathUnusable(`port ${port} of ${remote}, which listens, does not answer: it is filtered`);
    if (!answer.segment.ctl.has('SYN')) {
      throw new PathUnusable(`port ${port} of ${remote} does not accept connections`);
    }
    roundTrips.push(answer.roundTrip);
  }
  return roundTrips;
}

/** A SYN to a port, and the answer; what it opened is reset. */
async function knock(
  tester: Tester,
  family: 4 | 6,
  port: number,
): Promise<{ segment: Mailbox['log'][number]['segment']; roundTrip: number } | undefined> {
  for (let count = 0; count < TRIES; count += 1) {
    const mailbox = tester.open(family);
    try {
      const seq = 793_000;
      const syn = mailbox.send({ seq, ack: 0, ctl: new Set(['SYN']), data: 0, urg: 0 }, port, 1024);
      const answer = await mailbox.next(() => true, ANSWER_WITHIN);
      if (!answer) continue;
      if (answer.segment.ctl.has('SYN')) {
        mailbox.send({ seq: add(seq, 1), ack: 0, ctl: new Set(['RST']), data: 0, urg: 0 }, port, 0);
      }
      return { segment: answer.segment, roundTrip: answer.at - syn.at };
    } finally {
      mailbox.close();
    }
  }
  return undefined;
}

/** How long the target waits before it first sends an unacknowledged SYN,ACK or FIN again. */
async function retransmission(
  environment: Environment,
  family: 4 | 6,
  state: 'SYN-RECEIVED' | 'FIN-WAIT-1',
): Promise<number | undefined> {
  const { connection, handle } = await reach(environment, {
    family,
    state,
    origin: state === 'SYN-RECEIVED' ? 'passive' : undefined,
    rcvNxt: 793_001,
  });
  const { mailbox } = connection;
  const bit = state === 'SYN-RECEIVED' ? 'SYN' : 'FIN';
  try {
    const deadline = performance.now() + LATEST_RETRANSMISSION;
    while (performance.now() < deadline) {
      const sent = mailbox.log.filter(({ from, segment }) => from === 'target' && segment.ctl.has(bit));
      const [first, second] = sent;
      if (first && second) return second.at - first.at;
      await pause(10);
    }
    return undefined;
  } finally {
    connection.transmit({ seq: connection.rcvNxt, ack: 0, ctl: new Set(['RST']), data: 0, urg: 0 });
    await environment.driver.release(mailbox.port, handle);
    mailbox.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}

import type { Adoption } from '../spec/profile.ts';
import { DEFAULT_TIMING, type Environment, type Timing } from '../states/index.ts';
import type { Driver } from '../target/driver.ts';
import type { Tester } from '../tester/index.ts';
import { detectAdoption } from './adoption.ts';
import { type Knock, knock } from './knock.ts';
import { findLimits, type Limits } from './limits.ts';
import { BURST, probePath } from './path-probes.ts';
import { firstRetransmission } from './retransmission.ts';
import { usesSynCookies } from './syn-cookies.ts';

/** The path to the target does not work as a path to a TCP must; the message is one sentence. */
export class PathUnusable extends Error {
  override name = 'PathUnusable';
}

export interface Preflight {
  readonly timing: Timing;
  readonly adoption: Adoption;
  /** What was found, when RFC 5961 was adopted in part only. */
  readonly adoptedInPart?: string;
  readonly synCookies: boolean;
  /** How many cases may be on the wire at once, for the limits that were found. */
  readonly width: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export interface Path {
  readonly tester: Tester;
  readonly driver: Driver;
  readonly closedPort: number;
  readonly families: readonly (4 | 6)[];
  /** How many cases are meant to be on the wire at once. */
  readonly width: number;
}

const TRIES = 4;
const ANSWER_WITHIN = 1000;
const ROUND_TRIPS = 10;
// RFC 1122 section 4.2.3.1 starts the timer at 3 s, 4.4BSD at 6 s; a first retransmission later than that is not waited for.
const LATEST_RETRANSMISSION = 6500;
// A case draws a few replies of one kind and takes about a second: by as much a limit of so many a second is divided.
const SHARE_OF_LIMIT = 4;
const MOST_LIMITED_CONNECTIONS = 100;

/**
 * Proves the path before any case: a closed port resets, an open one answers; measures the round trip, the path's faults
 * and the target's first retransmissions, from which all waits derive; and finds out what the target limits, whether it
 * uses SYN cookies, and whether it has adopted RFC 5961.
 *
 * @throws PathUnusable when an answer that every TCP gives does not come
 */
export async function preflight(path: Path): Promise<Preflight> {
  const { tester, driver, closedPort, families } = path;
  const [family] = families;
  if (!family) throw new PathUnusable('no address family to test');
  const roundTrips: number[] = [];
  let resetsAtOnce: number | undefined;
  for (const one of families) {
    const open = await driver.listener(one, 'plain');
    roundTrips.push(...(await portsAnswer(path, one, open)));
    const within = Math.max(DEFAULT_TIMING.guard, Math.max(...roundTrips) * 4);
    const probes = await probePath(tester, one, { closed: closedPort, open }, within);
    roundTrips.push(...probes.roundTrips);
    resetsAtOnce = probes.resetsAtOnce ?? resetsAtOnce;
  }
  const worst = Math.max(...roundTrips);
  const spread = worst - Math.min(...roundTrips);
  const environment: Environment = {
    tester,
    driver,
    closedPort,
    timing: {
      ...DEFAULT_TIMING,
      guard: Math.max(DEFAULT_TIMING.guard, worst * 4),
      observation: DEFAULT_TIMING.observation + 2 * worst,
      roundTrip: worst,
      spread,
    },
  };
  const [synAck, fin, synCookies, [adopted, limits]] = await Promise.all([
    firstRetransmission(environment, family, 'SYN-RECEIVED', LATEST_RETRANSMISSION),
    firstRetransmission(environment, family, 'FIN-WAIT-1', LATEST_RETRANSMISSION),
    usesSynCookies(environment, family),
    adoptionAndLimits(environment, family, path.width),
  ]);
  const timing: Timing = {
    ...environment.timing,
    synAckRetransmission: synAck ?? LATEST_RETRANSMISSION,
    finRetransmission: fin ?? LATEST_RETRANSMISSION,
  };
  return {
    timing,
    adoption: adopted.adoption,
    ...(adopted.inPart ? { adoptedInPart: adopted.text } : {}),
    synCookies,
    width: bearable(path.width, resetsAtOnce, limits),
    facts: {
      'round trip, median (ms)': median(roundTrips),
      'round trip, worst (ms)': Math.round(worst * 1000) / 1000,
      'round trip, spread (ms)': Math.round(spread * 1000) / 1000,
      'path, in percent': String(tester.path),
      'resets at once':
        resetsAtOnce === undefined ? `no limit seen at ${BURST}` : `${resetsAtOnce} of ${BURST}`,
      ...limitFacts(limits, adopted.adoption),
      'SYN,ACK sent again after (ms)': synAck === undefined ? 'not seen' : Math.round(synAck),
      'FIN sent again after (ms)': fin === undefined ? 'not seen' : Math.round(fin),
      'SYN cookies': synCookies,
      'RFC 5961': adopted.text,
    },
  };
}

async function adoptionAndLimits(environment: Environment, family: 4 | 6, width: number) {
  const adopted = await detectAdoption(environment, family);
  const connections = Math.min(width, MOST_LIMITED_CONNECTIONS);
  // One that challenges SYNs and not RSTs has no limit on a reply that it never gives.
  const probed = adopted.inPart ? undefined : adopted.adoption;
  return [adopted, await findLimits(environment, family, probed, connections)] as const;
}

/** As many cases at a time as the limits that were found leave room for. */
function bearable(width: number, resetsAtOnce: number | undefined, { hostWide }: Limits): number {
  const bounds = [width];
  if (resetsAtOnce !== undefined) bounds.push(resetsAtOnce / SHARE_OF_LIMIT);
  // A path that loses takes its part too; only what goes far beyond that is a limit.
  if (hostWide.answered < hostWide.asked * 0.75) bounds.push(hostWide.answered / SHARE_OF_LIMIT);
  return Math.max(1, Math.floor(Math.min(...bounds)));
}

function limitFacts({ perConnection, hostWide }: Limits, adoption: Adoption | undefined): Preflight['facts'] {
  const what = adoption === 'adopted' ? 'challenge ACKs' : 'ACKs of unacceptable segments';
  return {
    [`${what} on one connection`]: `${perConnection.answered} of ${perConnection.asked}`,
    [`${what} on many connections at once`]: `${hostWide.answered} of ${hostWide.asked}`,
  };
}

/** @returns round trips in milliseconds */
async function portsAnswer({ tester, closedPort }: Path, family: 4 | 6, open: number): Promise<number[]> {
  const { remote } = tester.link(family);
  const [atClosed, atOpen] = [await insist(tester, family, closedPort), await insist(tester, family, open)];
  const [closedAnswer] = atClosed.answers;
  const [openAnswer] = atOpen.answers;
  const said = [...atClosed.refusals, ...atOpen.refusals][0];
  const refusal = said ? ` (${said})` : '';
  if (!closedAnswer && !openAnswer) {
    throw new PathUnusable(
      `${remote} does not answer, neither at port ${closedPort}, which should be closed, nor at port ${open}, which listens${refusal}; is the target up, and no filter before it?`,
    );
  }
  if (!closedAnswer) {
    throw new PathUnusable(
      `${remote} is filtered: port ${open} answers, but port ${closedPort}, which should be closed, sends no reset${refusal}; take the filter away, or the option that keeps the target from resetting`,
    );
  }
  if (!openAnswer) {
    throw new PathUnusable(`${remote} is filtered: port ${open}, which listens, does not answer${refusal}`);
  }
  if (!closedAnswer.segment.ctl.has('RST')) {
    throw new PathUnusable(
      `port ${closedPort} of ${remote} is not closed; name one that is with --closed-port`,
    );
  }
  if (!openAnswer.segment.ctl.has('SYN')) {
    throw new PathUnusable(`port ${open} of ${remote} does not accept connections`);
  }
  const roundTrips: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    const { answers, syn } = await knock(tester, family, open, ANSWER_WITHIN);
    if (answers[0]) roundTrips.push(answers[0].at - syn.at);
  }
  return roundTrips.length > 0 ? roundTrips : [openAnswer.at - atOpen.syn.at];
}

async function insist(tester: Tester, family: 4 | 6, port: number): Promise<Knock> {
  let knocked = await knock(tester, family, port, ANSWER_WITHIN);
  for (let tries = 1; tries < TRIES && knocked.answers.length === 0; tries += 1) {
    knocked = await knock(tester, family, port, ANSWER_WITHIN);
  }
  return knocked;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}

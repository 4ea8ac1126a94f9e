import { CHECKS, type KnownAdoption, SECTION_OF } from '../../spec/adoption.ts';
import { DEFAULT_TIMING, type Environment, type Timing } from '../../states/index.ts';
import { detectAdoption } from './adoption.ts';
import { callsAnswer } from './calls-answer.ts';
import { findLimits, type Limits } from './limits.ts';
import type { Path } from './path.ts';
import { BURST, probePath } from './path-probes.ts';
import { PathUnusable, portsAnswer } from './ports-answer.ts';
import { firstRetransmission } from './retransmission.ts';
import { usesSynCookies } from './syn-cookies.ts';
import { unlessBeyond } from './unless-beyond.ts';

export interface Preflight {
  readonly timing: Timing;
  /** The checks of RFC 5961 that the target has adopted, or not; a check is missing where no connection can be had that would tell. */
  readonly adoption: KnownAdoption;
  readonly synCookies: boolean;
  /** How many cases may be on the wire at once, for the limits that were found. */
  readonly width: number;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

// RFC 1122 section 4.2.3.1 starts the timer at 3 s, 4.4BSD at 6 s; a first retransmission later than that is not waited for.
const LATEST_RETRANSMISSION = 8000;
// A case draws a few replies of one kind and takes about a second: by as much a limit of so many a second is divided.
const SHARE_OF_LIMIT = 4;
const MOST_LIMITED_CONNECTIONS = 100;
const UNKNOWN = 'not found out: its user cannot be moved there';

/**
 * Proves the path before any case: a closed port resets, an open one answers, or a connection does; measures the round trip, the path's faults
 * and the target's first retransmissions, from which all waits derive; and finds out what the target limits, whether it
 * uses SYN cookies, and which checks of RFC 5961 it has adopted.
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
    if (path.silentClosed) {
      roundTrips.push(...(await callsAnswer(path, one)));
      continue;
    }
    const open = await unlessBeyond(driver.listener(one, 'plain'));
    roundTrips.push(...(await portsAnswer(tester, one, { closed: closedPort, open })));
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
    silentClosed: path.silentClosed === true,
    timing: {
      ...DEFAULT_TIMING,
      guard: Math.max(DEFAULT_TIMING.guard, worst * 4),
      observation: DEFAULT_TIMING.observation + 2 * worst,
      roundTrip: worst,
      spread,
    },
  };
  const [synAck, fin, synCookies, [adoption, limits]] = await Promise.all([
    firstRetransmission(environment, family, 'SYN', LATEST_RETRANSMISSION),
    firstRetransmission(environment, family, 'FIN', LATEST_RETRANSMISSION),
    unlessBeyond(usesSynCookies(environment, family)),
    adoptionAndLimits(environment, family, path.width),
  ]);
  const timing: Timing = {
    ...environment.timing,
    synAckRetransmission: synAck ?? LATEST_RETRANSMISSION,
    finRetransmission: fin ?? LATEST_RETRANSMISSION,
  };
  return {
    timing,
    adoption,
    // Without a passive open it makes no difference.
    synCookies: synCookies ?? false,
    width: bearable(path.width, resetsAtOnce, limits),
    facts: {
      'round trip, median (ms)': median(roundTrips),
      'round trip, worst (ms)': Math.round(worst * 1000) / 1000,
      'round trip, spread (ms)': Math.round(spread * 1000) / 1000,
      'path, in percent': String(tester.path),
      'resets at once': path.silentClosed ? 'none: its closed ports are silent' : limitOf(resetsAtOnce),
      ...limitFacts(limits, adoption),
      'SYN,ACK sent again after (ms)': synAck === undefined ? 'not seen' : Math.round(synAck),
      'FIN sent again after (ms)': fin === undefined ? 'not seen' : Math.round(fin),
      'SYN cookies': synCookies ?? UNKNOWN,
      ...adoptionFacts(adoption),
    },
  };
}

async function adoptionAndLimits(environment: Environment, family: 4 | 6, width: number) {
  const adoption = (await unlessBeyond(detectAdoption(environment, family))) ?? {};
  // One that calls has one connection at a time.
  const connections = environment.driver.testerPorts ? 1 : Math.min(width, MOST_LIMITED_CONNECTIONS);
  return [adoption, await findLimits(environment, family, adoption, connections)] as const;
}

const limitOf = (resetsAtOnce: number | undefined): string =>
  resetsAtOnce === undefined ? `no limit seen at ${BURST}` : `${resetsAtOnce} of ${BURST}`;

/** As many cases at a time as the limits that were found leave room for. */
function bearable(width: number, resetsAtOnce: number | undefined, { hostWide }: Limits): number {
  const bounds = [width];
  if (resetsAtOnce !== undefined) bounds.push(resetsAtOnce / SHARE_OF_LIMIT);
  // A path that loses takes its part too; only what goes far beyond that is a limit.
  if (hostWide.answered < hostWide.asked * 0.75) bounds.push(hostWide.answered / SHARE_OF_LIMIT);
  return Math.max(1, Math.floor(Math.min(...bounds)));
}

function limitFacts({ perConnection, hostWide }: Limits, adoption: KnownAdoption): Preflight['facts'] {
  const what = adoption.rst ? 'challenge ACKs' : 'ACKs of unacceptable segments';
  return {
    [`${what} on one connection`]: `${perConnection.answered} of ${perConnection.asked}`,
    [`${what} on many connections at once`]: `${hostWide.answered} of ${hostWide.asked}`,
  };
}

const adoptionFacts = (adoption: KnownAdoption): Preflight['facts'] =>
  Object.fromEntries(
    CHECKS.map((check) => {
      const found = adoption[check];
      const words = found === undefined ? UNKNOWN : found ? 'adopted' : 'not adopted';
      return [`RFC 5961 ${SECTION_OF[check]} (${check.toUpperCase()})`, words];
    }),
  );

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 1000) / 1000;
}

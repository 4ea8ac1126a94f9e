import type { KnownAdoption } from '../../standard/adoption.ts';
import { DEFAULT_TIMING, type Environment, type Timing } from '../../states/index.ts';
import type { MiddleboxSign } from '../../verdict/middlebox-sign.ts';
import type { PreflightFault } from '../../verdict/preflight-fault.ts';
import {
  type AcceptTime,
  type AckLimits,
  MEASURES,
  type Measure,
  type TargetFacts,
} from '../../verdict/target-facts.ts';
import { runSideBySide } from '../pool.ts';
import { TargetWatch } from '../trial/target-watch.ts';
import { deadFamily, type Ground, groundsOf, usualRoundTrip } from './ground.ts';
import { usesCookiesOnly } from './half-open.ts';
import { LATEST_RETRANSMISSION, measureBeside, measureInTurn, type Scene } from './measures.ts';
import { ROOMY } from './needs.ts';
import type { Path } from './path.ts';
import { gatherPathEvidence } from './path-evidence/gather.ts';
import { middleboxSigns } from './path-evidence/signs.ts';
import { BURST, soonestReply } from './path-probes.ts';
import { PATIENCE } from './ports-answer.ts';
import { type Walk, walk } from './walk.ts';

export interface Preflight {
  readonly timing: Timing;
  /** Which checks of RFC 5961 the target has adopted; a check is missing when unknown. */
  readonly adoption: KnownAdoption;
  readonly synCookies: boolean;
  readonly acceptTime: AcceptTime;
  /** No limit on replies per connection was seen. */
  readonly answersManyAtOnce: boolean;
  readonly faults: readonly PreflightFault[];
  /** What something on the path seems to have done. */
  readonly middleboxes: readonly MiddleboxSign[];
  /** The families over which the target sends no reset in CLOSED. */
  readonly silentClosed: readonly (4 | 6)[];
  /** The families that answer. */
  readonly grounds: readonly Ground[];
  /** How many cases may run at once within the target's limits. */
  readonly width: number;
  readonly facts: Omit<TargetFacts, 'driver' | 'avoided' | 'described'>;
}

// Milliseconds by which a busy target is late, on any path.
const LEAST_PROMPT = 8;
// A case takes about a second and gets a few limited replies.
const SHARE_OF_LIMIT = 4;
// Connections at once that the search for middleboxes takes.
const NARROW = 4;
// A case sends one or two segments at once.
const SHARE_OF_QUEUE = 2;

/** The target does not answer at all. The message is one sentence. */
export class PathUnusable extends Error {
  override name = 'PathUnusable';
}

/**
 * Measures path and target before any case: the answers of a closed and an open port, reachable states, round trips and path
 * faults, first retransmissions, rate limits, SYN cookies, adoption of RFC 5961. Faults become faults.
 *
 * @throws PathUnusable when the target does not answer at all
 */
export async function preflight(path: Path): Promise<Preflight> {
  const { tester, driver, closedPort, needs } = path;
  const asks = (measure: Measure): boolean => needs.measures.has(measure);
  const began = performance.now();
  const grounds = await groundsOf(path);
  const roundTrips = grounds.flatMap((ground) => ground.roundTrips);
  const worst = Math.max(0, ...roundTrips);
  const spread = roundTrips.length === 0 ? 0 : worst - Math.min(...roundTrips);
  const usual = usualRoundTrip(grounds, path.width);
  const environment: Environment = {
    tester,
    driver,
    closedPort,
    silentClosed: grounds.filter((ground) => ground.silentClosed).map(({ family }) => family),
    timing: {
      ...DEFAULT_TIMING,
      guard: Math.max(DEFAULT_TIMING.guard, worst * 4),
      prompt: Math.max(LEAST_PROMPT, usual * 2),
      observation: DEFAULT_TIMING.observation + 2 * usual,
      roundTrip: worst,
      soonestReply: soonestReply(roundTrips, tester.lag.worstSince(began)),
      spread,
    },
  };
  const faults: PreflightFault[] = [];
  const heard: Ground[] = [];
  const watch = watchOver(path, grounds, environment.timing.guard);
  const sceneOf = (ground: Ground, known: readonly PreflightFault[]): Scene => ({
    ...{ environment, ground, faults: known, needs, width: path.width },
  });
  const [likely] = isRoomy(path, grounds)
    ? byObstacles(
        grounds,
        grounds.flatMap((ground) => ground.faults),
      )
    : [];
  // Before all that may open many connections: it is about times, too.
  const middleboxes = await middleboxesOver(environment, path, grounds);
  let [walks, beside] = await Promise.all([
    walkOver(environment, path, grounds, watch),
    likely && measureBeside(sceneOf(likely, likely.faults)),
  ]);
  // What was measured beside it may be why the walk came to an end.
  if (likely && !beside && [...walks.values()].some((walked) => walked.faults.length > 0))
    walks = await walkOver(environment, path, grounds, watch);
  for (const ground of grounds) {
    const walked = walks.get(ground);
    if (ground.heard || walked?.heard) {
      heard.push(ground);
      faults.push(...ground.faults, ...(walked?.faults ?? []));
    } else faults.push(deadFamily(ground, closedPort));
  }
  // Measurements use the family with the fewest obstacles.
  const alive = byObstacles(heard, faults);
  const [best] = alive;
  if (!best) throw new PathUnusable(nothingComesBack(path, grounds));
  const limited = alive.find((ground) => ground.resetsAtOnce !== undefined);
  const resetsAtOnce = limited?.resetsAtOnce;
  if (best !== likely) beside = undefined;
  const measured = beside ?? (await measureInTurn(sceneOf(best, faults)));
  const { asksHalfOpen, halfOpen, acceptTime, fin, adoption, limits, synAck, width } = measured;
  const timing: Timing = {
    ...environment.timing,
    ...(asksHalfOpen ? { synAckRetransmission: synAck ?? LATEST_RETRANSMISSION } : {}),
    ...(asks('FIN again') ? { finRetransmission: fin ?? LATEST_RETRANSMISSION } : {}),
    ...(asksHalfOpen && synAck === undefined ? { synAckNeverAgain: true } : {}),
    ...(asks('FIN again') && fin === undefined ? { finNeverAgain: true } : {}),
  };
  return {
    timing,
    faults,
    middleboxes,
    silentClosed: environment.silentClosed ?? [],
    grounds: alive,
    adoption,
    synCookies: halfOpen !== undefined && usesCookiesOnly(halfOpen),
    acceptTime,
    width: bearable(width, limited, limits),
    answersManyAtOnce: limits !== undefined && limits.perConnection.answered === limits.perConnection.asked,
    facts: {
      ...unaskedOf(asksHalfOpen ? new Set([...needs.measures, 'half-open connections']) : needs.measures),
      roundTrip: {
        median: microseconds(median(roundTrips)),
        worst: microseconds(worst),
        spread: microseconds(spread),
      },
      path: tester.path.percent(),
      resetsAtOnce: best.silentClosed ? 'silent' : { asked: BURST, answered: resetsAtOnce ?? BURST },
      ackLimits: limits,
      synAckAgain: synAck && Math.round(synAck),
      finAgain: fin && Math.round(fin),
      halfOpen: halfOpen && { asked: halfOpen.asked, held: halfOpen.held, cookies: halfOpen.cookies },
      ...(driver.seesAccepts && asksHalfOpen ? { acceptTime } : {}),
    },
  };
}

/** Walks over all families at once, as far as the width allows: failures take time. */
async function walkOver(
  environment: Environment,
  { driver, width, needs }: Path,
  grounds: readonly Ground[],
  watch: TargetWatch | undefined,
): Promise<ReadonlyMap<Ground, Walk>> {
  const walks = new Map<Ground, Walk>();
  const left = grounds.filter(({ called }) => !called);
  const lanes = driver.testerPorts ? 1 : Math.max(1, Math.min(width, left.length));
  await runSideBySide(left, lanes, async (ground) => {
    const side = Math.max(1, Math.floor(width / lanes));
    walks.set(ground, await walk(environment, { family: ground.family, width: side, needs }, watch));
  });
  return walks;
}

/** A target that only opens connections, one at a time, is not asked. */
async function middleboxesOver(
  environment: Environment,
  { driver, width, hasDied }: Path,
  grounds: readonly Ground[],
): Promise<MiddleboxSign[]> {
  if (driver.testerPorts || hasDied) return [];
  const isNarrow = width < NARROW * grounds.length;
  const signs: MiddleboxSign[] = [];
  await runSideBySide(
    grounds.filter(({ heard }) => heard),
    isNarrow ? 1 : grounds.length,
    async (ground) => {
      signs.push(...middleboxSigns(await gatherPathEvidence(environment, ground, isNarrow)));
    },
  );
  return signs;
}

/** Notices the target's death during the walk; undefined when no port answers. */
function watchOver(path: Path, grounds: readonly Ground[], within: number): TargetWatch | undefined {
  const heard = grounds.filter((ground) => ground.heard);
  if (heard.length === 0) return undefined;
  return new TargetWatch({
    ...path,
    silentClosed: path.silentClosed === true,
    families: heard.map(({ family }) => family),
    listenersOnly: heard.filter((ground) => !ground.closedAnswers).map(({ family }) => family),
    // The walk has yet to find out whether a listener resets.
    listenersReset: true,
    within,
  });
}

/** The target bears two connections for each case, and answers on all of its families. */
const isRoomy = ({ tester, width }: Path, grounds: readonly Ground[]): boolean =>
  width >= ROOMY && !tester.path.disturbed && grounds.every(({ heard, called }) => heard && !called);

/** The family with the fewest obstacles first. */
const byObstacles = (grounds: readonly Ground[], faults: readonly PreflightFault[]): Ground[] =>
  grounds.toSorted((one, other) => blocked(faults, one) - blocked(faults, other));

const blocked = (faults: readonly PreflightFault[], { family }: Ground): number =>
  faults.filter((fault) => fault.family === family).reduce((sum, fault) => sum + 1 + fault.blocks.length, 0);

function unaskedOf(measures: ReadonlySet<Measure>): Pick<TargetFacts, 'unasked'> {
  const unasked = MEASURES.filter((measure) => !measures.has(measure));
  return unasked.length > 0 ? { unasked } : {};
}

/** What was sent, what did not come, and what may help. */
function nothingComesBack({ tester, closedPort, silentClosed }: Path, grounds: readonly Ground[]): string {
  const [first] = grounds;
  if (!first) return 'no address family to test';
  const who = grounds.map(({ family }) => tester.link(family).remote).join(' and ');
  const refusal = grounds.map((ground) => ground.refusal).find((said) => said !== undefined);
  const said = refusal === undefined ? '' : ` (${refusal})`;
  if (silentClosed) {
    return `${who} does not get to a connection: a SYN of its own was to come, and an ACK after the SYN,ACK; either did not. Is the target up, does it call the port that was named, and is there no filter before it?`;
  }
  const listens = first.open === undefined ? '' : ` and no SYN,ACK from port ${first.open}, which listens`;
  return `${who} does not answer: within ${PATIENCE / 1000} s a SYN got no reset from port ${closedPort}, which should be closed,${listens}${said}; is the target up, is the address right, and is there no filter before it?`;
}

/** How many cases may run at once within the target's limits. */
export function bearable(
  width: number,
  resets: Pick<Ground, 'resetsAtOnce' | 'keepsUp'> | undefined,
  limits: Pick<AckLimits, 'hostWide'> | undefined,
): number {
  const bounds = [width];
  const { resetsAtOnce, keepsUp = false } = resets ?? {};
  if (resetsAtOnce !== undefined) bounds.push(resetsAtOnce / (keepsUp ? SHARE_OF_QUEUE : SHARE_OF_LIMIT));
  const { asked = 0, answered = 0 } = limits?.hostWide ?? {};
  // The path loses some; only much more is a limit. A target that answers none has no limit of zero: it does not answer that
  // kind of segment.
  if (answered > 0 && answered < asked * 0.75) bounds.push(answered / SHARE_OF_LIMIT);
  return Math.max(1, Math.floor(Math.min(...bounds)));
}

/** Milliseconds, rounded to microseconds. */
const microseconds = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

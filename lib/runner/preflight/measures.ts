import type { KnownAdoption } from '../../standard/adoption.ts';
import type { Environment } from '../../states/index.ts';
import { blockerOf, type PreflightFault, type Place } from '../../verdict/preflight-fault.ts';
import type { AcceptTime, AckLimits } from '../../verdict/target-facts.ts';
import { findAcceptTime } from './accept-time.ts';
import { detectAdoption } from './adoption.ts';
import type { Ground } from './ground.ts';
import { answersByCookie, findHalfOpen, type HalfOpen, widthWithin } from './half-open.ts';
import { findLimits } from './limits.ts';
import { FEW, type Needs } from './needs.ts';
import { ifReached } from './path.ts';
import { firstRetransmission, wrongSynAckAgain } from './retransmission.ts';

/** Milliseconds. RFC 1122 section 4.2.3.1 starts the timer at 3 s, 4.4BSD at 6 s. */
export const LATEST_RETRANSMISSION = 8000;
const MOST_LIMITED_CONNECTIONS = 100;

/** Where measurements are made, and what the walk has found there. */
export interface Scene {
  readonly environment: Environment;
  readonly ground: Ground;
  readonly faults: readonly PreflightFault[];
  readonly needs: Needs;
  /** How many cases may run at once. */
  readonly width: number;
}

/** Measured on connections in ESTABLISHED and beyond. */
interface OnConnections {
  readonly acceptTime: AcceptTime;
  /** First retransmission interval of a FIN, in milliseconds; undefined when none was seen. */
  readonly fin: number | undefined;
  readonly adoption: KnownAdoption;
  readonly limits: AckLimits | undefined;
  /** No connection that was asked for was refused. */
  readonly isComplete: boolean;
}

export interface Measured extends Omit<OnConnections, 'isComplete'> {
  readonly asksHalfOpen: boolean;
  readonly halfOpen: HalfOpen | undefined;
  /** First retransmission interval of a SYN,ACK, in milliseconds; undefined when none was seen. */
  readonly synAck: number | undefined;
  /** How many cases may run at once, by the half-open connections that the target keeps. */
  readonly width: number;
}

/**
 * Measures timers and limits, beside the walk through the states: half-open connections send their SYN,ACK again after a second.
 * That is for a target that bears two connections for each case.
 *
 * @returns undefined where the target had no room for one of the connections. A connection that opens beside the half-open ones
 *   takes the place of one that is counted, or of one of the walk.
 */
export async function measureBeside(scene: Scene): Promise<Measured | undefined> {
  const { asksHalfOpen, counts, most } = await plan(scene);
  // Nobody listens, or no SYN is answered.
  if (asksHalfOpen && !counts) return undefined;
  const [halfOpen, others] = await Promise.all([
    counts ? halfOpenNow(scene, most) : undefined,
    onConnections(scene, most, counts),
  ]);
  const { isComplete, ...rest } = others;
  if (!isComplete || (counts && !halfOpen) || halfOpen?.held !== halfOpen?.asked) return undefined;
  return { ...rest, asksHalfOpen, halfOpen, width: most, synAck: halfOpen?.synAckRetransmission };
}

/** The same, one after the other. */
export async function measureInTurn(scene: Scene): Promise<Measured> {
  const { asksHalfOpen, counts, most } = await plan(scene);
  const halfOpen = counts ? await halfOpenNow(scene, most) : undefined;
  const width = halfOpen ? widthWithin(most, halfOpen) : most;
  // They open as many connections as the backlog that was found has room for.
  const { isComplete: _, ...others } = await onConnections(scene, width, counts);
  const isSeen = halfOpen !== undefined || !asksHalfOpen;
  const synAck = isSeen ? halfOpen?.synAckRetransmission : await synAckAgain(scene);
  return { ...others, asksHalfOpen, halfOpen, width, synAck };
}

const halfOpenNow = ({ environment, ground }: Scene, most: number): Promise<HalfOpen | undefined> =>
  ifReached(findHalfOpen(environment, ground.family, most, LATEST_RETRANSMISSION));

interface Plan {
  readonly asksHalfOpen: boolean;
  /** Half-open connections are counted, and when their user gets them is found out. */
  readonly counts: boolean;
  /** How many connections to open at once. */
  readonly most: number;
}

async function plan(scene: Scene): Promise<Plan> {
  const { environment, ground, needs, width } = scene;
  const opens = !isBlocked(scene, { state: 'SYN-RECEIVED', origin: 'passive' });
  // Whether a target only sends SYN cookies matters in every state.
  const asksHalfOpen =
    needs.measures.has('half-open connections') ||
    (opens && (await ifReached(answersByCookie(environment, ground.family))) === true);
  const most = needs.measures.has('limits') ? width : Math.min(width, FEW);
  return { asksHalfOpen, counts: opens && asksHalfOpen, most };
}

async function onConnections(scene: Scene, width: number, hasAccepts: boolean): Promise<OnConnections> {
  const { environment, ground, faults, needs } = scene;
  const { family } = ground;
  const began = performance.now();
  const [acceptTime, { fin, isFinKnown }, adoption] = await Promise.all([
    hasAccepts ? ifReached(findAcceptTime(environment, family)) : ('unknown' as const),
    needs.measures.has('FIN again')
      ? firstRetransmission(environment, family, 'FIN', LATEST_RETRANSMISSION, faults).then((seen) => ({
          fin: seen,
          // It was waited for, and not only asked of a connection that could not be had.
          isFinKnown: seen !== undefined || performance.now() - began >= LATEST_RETRANSMISSION,
        }))
      : { fin: undefined, isFinKnown: true },
    adoptionOf(scene),
  ]);
  const limits = await limitsOf(scene, width, adoption ?? {});
  // One of them is kept for the limit of a single connection.
  const hadAll = !limits || limits.hostWide.asked >= Math.min(width, MOST_LIMITED_CONNECTIONS) - 1;
  return {
    ...{ acceptTime: acceptTime ?? 'unknown', fin, adoption: adoption ?? {}, limits },
    isComplete: acceptTime !== undefined && isFinKnown && adoption !== undefined && hadAll,
  };
}

/** Undefined when ESTABLISHED was not reached. */
async function adoptionOf({ environment, ground, faults, needs }: Scene): Promise<KnownAdoption | undefined> {
  if (!needs.measures.has('adoption') && !needs.measures.has('limits')) return {};
  if (isBlocked({ ground, faults }, { state: 'ESTABLISHED' })) return {};
  return ifReached(detectAdoption(environment, ground.family));
}

function limitsOf(
  { environment, ground, faults, needs }: Scene,
  width: number,
  adoption: KnownAdoption,
): Promise<AckLimits> | undefined {
  if (!needs.measures.has('limits') || isBlocked({ ground, faults }, { state: 'ESTABLISHED' }))
    return undefined;
  // A target that opens connections by itself has one at a time.
  const connections = environment.driver.testerPorts ? 1 : Math.min(width, MOST_LIMITED_CONNECTIONS);
  return findLimits(environment, ground.family, adoption, connections);
}

async function synAckAgain({ environment, ground, faults }: Scene): Promise<number | undefined> {
  const { family, open, openAnswers } = ground;
  const seen = await firstRetransmission(environment, family, 'SYN', LATEST_RETRANSMISSION, faults);
  const isWrong = faults.some(({ step, family: over }) => step === 'SYN to LISTEN' && over === family);
  if (seen !== undefined || open === undefined || !openAnswers || !isWrong) return seen;
  return wrongSynAckAgain(environment, family, open, LATEST_RETRANSMISSION);
}

const isBlocked = ({ ground, faults }: Pick<Scene, 'ground' | 'faults'>, place: Place): boolean =>
  blockerOf({ ...place, family: ground.family }, faults) !== undefined;

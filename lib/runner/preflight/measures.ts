import type { KnownAdoption } from '../../standard/adoption.ts';
import type { Environment } from '../../states/index.ts';
import { blockerOf, type PreflightFault, type Place } from '../../verdict/preflight-fault.ts';
import type { AcceptTime, AckLimits } from '../../verdict/target-facts.ts';
import { findAcceptTime } from './accept-time.ts';
import { detectAdoption } from './adoption.ts';
import type { Ground } from './ground.ts';
import { answersByCookie, findHalfOpen, type HalfOpen, widthWithin } from './half-open.ts';
import { findLimits } from './limits.ts';
import { FEW, type Needs, ROOMY } from './needs.ts';
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
 * Measures timers and limits.
 *
 * Half-open connections send their SYN,ACK again after a second. A target that bears two connections for each case is measured on
 * other connections meanwhile. Where it had no room for one of them, all is measured again, one after the other: a connection
 * that opens beside the half-open ones takes the place of one that is counted.
 */
export async function measure(scene: Scene): Promise<Measured> {
  const { environment, ground, needs } = scene;
  const opens = !isBlocked(scene, { state: 'SYN-RECEIVED', origin: 'passive' });
  // Whether a target only sends SYN cookies matters in every state.
  const asksHalfOpen =
    needs.measures.has('half-open connections') ||
    (opens && (await ifReached(answersByCookie(environment, ground.family))) === true);
  const most = needs.measures.has('limits') ? scene.width : Math.min(scene.width, FEW);
  const countsHalfOpen = opens && asksHalfOpen;
  const halfOpenNow = (): Promise<HalfOpen | undefined> =>
    ifReached(findHalfOpen(environment, ground.family, most, LATEST_RETRANSMISSION));
  let halfOpen: HalfOpen | undefined;
  let others: OnConnections | undefined;
  const isRoomy = scene.width >= ROOMY && !environment.tester.path.disturbed;
  if (countsHalfOpen && isRoomy) {
    [halfOpen, others] = await Promise.all([halfOpenNow(), onConnections(scene, most, countsHalfOpen)]);
    const hadRoom = halfOpen !== undefined && halfOpen.held === halfOpen.asked && others.isComplete;
    if (!hadRoom) [halfOpen, others] = [undefined, undefined];
  }
  if (countsHalfOpen) halfOpen ??= await halfOpenNow();
  const width = halfOpen ? widthWithin(most, halfOpen) : most;
  others ??= await onConnections(scene, width, countsHalfOpen);
  const { isComplete: _, ...rest } = others;
  return {
    ...rest,
    ...{ asksHalfOpen, halfOpen, width },
    synAck: halfOpen || !asksHalfOpen ? halfOpen?.synAckRetransmission : await synAckAgain(scene),
  };
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
  // They open as many connections as the backlog that was found has room for.
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

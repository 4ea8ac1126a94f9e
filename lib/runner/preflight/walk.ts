import type { Step } from '../../catalogue/steps.ts';
import { resetAt } from '../../notation/index.ts';
import { say } from '../../report/say.ts';
import type { State } from '../../standard/state.ts';
import { type Environment, reach, Unreached } from '../../states/index.ts';
import { type Driver, NotCapable } from '../../target/driver.ts';
import type { Entry } from '../../tester/index.ts';
import type { PreflightFault, Place } from '../../verdict/preflight-fault.ts';
import type { Measure } from '../../verdict/target-facts.ts';
import { runSideBySide } from '../pool.ts';
import type { TargetWatch } from '../trial/target-watch.ts';
import { findingOf } from './evidence.ts';
import type { Needs } from './needs.ts';

export interface Walk {
  readonly faults: readonly PreflightFault[];
  /** Whether the target answered a segment. */
  readonly heard: boolean;
}

interface Stop {
  readonly place: Place;
  /** The place before this one, when the target's user takes commands. */
  readonly after?: Place;
}

const SYN_SENT: Place = { state: 'SYN-SENT' };
const SYN_RECEIVED: Place = { state: 'SYN-RECEIVED', origin: 'passive' };
const CROSSING: Place = { state: 'SYN-RECEIVED', origin: 'active' };
const ESTABLISHED: Place = { state: 'ESTABLISHED' };
const ABORTED: Place = { state: 'CLOSED', closedBy: 'abort' };
const FIN_WAIT_1: Place = { state: 'FIN-WAIT-1' };
const FIN_WAIT_2: Place = { state: 'FIN-WAIT-2' };
const CLOSE_WAIT: Place = { state: 'CLOSE-WAIT' };

/** All states with recipes. Each layer follows the one before. */
const LAYERS: readonly (readonly Stop[])[] = [
  [{ place: SYN_RECEIVED }, { place: SYN_SENT }],
  [
    { place: ESTABLISHED, after: SYN_RECEIVED },
    { place: CROSSING, after: SYN_SENT },
    { place: ABORTED, after: SYN_SENT },
  ],
  [
    { place: FIN_WAIT_1, after: ESTABLISHED },
    { place: CLOSE_WAIT, after: ESTABLISHED },
  ],
  [
    { place: FIN_WAIT_2, after: FIN_WAIT_1 },
    { place: { state: 'CLOSING' }, after: FIN_WAIT_1 },
    { place: { state: 'LAST-ACK' }, after: CLOSE_WAIT },
    { place: { state: 'CLOSED', closedBy: 'FINs' }, after: ABORTED },
  ],
  [{ place: { state: 'TIME-WAIT' }, after: FIN_WAIT_2 }],
];

/** The places in which a measurement is made. */
const PLACES_OF: Readonly<Record<Measure, readonly Place[]>> = {
  'closed port': [],
  'half-open connections': [SYN_RECEIVED],
  'FIN again': [FIN_WAIT_1],
  adoption: [ESTABLISHED],
  limits: [ESTABLISHED],
};

/** The stops that are needed, and those before them. */
function stopsFor({ places, measures }: Needs): ReadonlySet<Stop> {
  const wanted = [...places, ...[...measures].flatMap((measure) => PLACES_OF[measure])];
  const stops = new Set<Stop>();
  const add = (place: Place): void => {
    // The handshake from LISTEN tests LISTEN.
    const { state, origin, closedBy } = place.state === 'LISTEN' ? SYN_RECEIVED : place;
    const stop = LAYERS.flat().find(
      (one) => one.place.state === state && one.place.origin === origin && one.place.closedBy === closedBy,
    );
    if (!stop) return;
    stops.add(stop);
    if (stop.after) add(stop.after);
  };
  for (const place of wanted) add(place);
  return stops;
}

/** A target that opens connections by itself is slow and has one at a time: ESTABLISHED stands for all states. */
const CALLERS_LAYERS: typeof LAYERS = [[{ place: ESTABLISHED }]];
const BEHIND_A_CALL = LAYERS.flat()
  .map(({ place }) => place)
  .filter((place) => place !== SYN_SENT && place !== SYN_RECEIVED && place !== CROSSING);

/** A step that fails in so many tries, each on a fresh connection, is a fault. */
const TRIES = { clean: 2, disturbed: 4 };

/** The steps in which the target's application may be the cause. */
const OF_THE_USER: readonly Step[] = ['OPEN', 'CLOSE', 'ACK to SYN-RECEIVED'];

export interface WalkOptions {
  readonly family: 4 | 6;
  /** How many connections at once. */
  readonly width: number;
  readonly needs: Needs;
}

/**
 * Brings the target once to every state that the cases need. A step that always fails becomes a fault, which blocks the cases in
 * these states.
 *
 * @param watch checks whether the target is alive
 * @throws Error when the target is lost
 */
export async function walk(
  environment: Environment,
  { family, width, needs }: WalkOptions,
  watch?: TargetWatch,
): Promise<Walk> {
  const { tester, driver } = environment;
  const tries = tester.path.disturbed ? TRIES.disturbed : TRIES.clean;
  const failures = new Map<Place, Unreached>();
  let heard = false;
  const isCaller = driver.testerPorts !== undefined;
  const stops = stopsFor(needs);
  const layers = LAYERS.map((layer) => layer.filter((stop) => stops.has(stop)));
  for (const layer of isCaller ? CALLERS_LAYERS : layers) {
    await runSideBySide(layer, width, async ({ place, after }) => {
      // An application without commands may take another way.
      const before = driver.seesAccepts ? after && failures.get(after) : undefined;
      const failure = before ?? (await failureOf(environment, { ...place, family }, tries, watch));
      if (failure) failures.set(place, failure);
      if (failure ? failure.log.some(isAnswer) : place !== SYN_SENT) heard = true;
    });
  }
  const steps = new Map<Step, { readonly log: readonly Entry[]; readonly places: Place[] }>();
  for (const [place, { step, log }] of failures) {
    if (step === undefined) continue;
    const known = steps.get(step) ?? { log, places: [] };
    steps.set(step, known);
    known.places.push(place);
  }
  const faults = [...steps].map(([step, { log, places }]) => {
    const port = log.find(({ from }) => from === 'tester')?.peerPort;
    const isObstacle = OF_THE_USER.includes(step) || (step === 'SYN to LISTEN' && !mustListen(driver, log));
    const blocks = isCaller ? BEHIND_A_CALL : places;
    return findingOf(step, family, log, {
      gravity: isObstacle ? 'obstacle' : 'deviation',
      ...(port === undefined ? {} : { port }),
      mayBeFilter: !log.some(({ from }) => from === 'target'),
      // Nobody listens, or a filter drops the SYN: cases in LISTEN make no sense.
      blocks: isObstacle && step === 'SYN to LISTEN' ? [{ state: 'LISTEN' }, ...blocks] : blocks,
    });
  });
  return { faults, heard };
}

export const isAnswer = ({ from, segment: { ctl } }: Entry): boolean =>
  from === 'target' && !(ctl.has('SYN') && !ctl.has('ACK'));

/** Whether a listener exists for sure: the upper tester opened it, or some SYN came back. */
const mustListen = ({ seesAccepts }: Driver, log: readonly Entry[]): boolean =>
  seesAccepts || log.some(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));

/** The states that end by themselves. */
const LEFT_ALONE: readonly State[] = ['CLOSING', 'LAST-ACK', 'TIME-WAIT'];

/** Undefined when the state was reached, the driver cannot do it, or the target was away. */
async function failureOf(
  environment: Environment,
  place: Place & { readonly family: 4 | 6 },
  tries: number,
  watch: TargetWatch | undefined,
): Promise<Unreached | undefined> {
  let failure: Unreached | undefined;
  for (let left = tries; left > 0; left -= 1) {
    const epoch = watch?.epoch;
    try {
      const { connection, handle } = await reach(environment, { ...place, rcvNxt: 793_001 });
      if (!LEFT_ALONE.includes(place.state)) connection.transmit(resetAt(connection.rcvNxt));
      await environment.driver.release(connection.mailbox.port, handle);
      connection.mailbox.close();
      return undefined;
    } catch (error) {
      if (error instanceof NotCapable) return undefined;
      await watch?.check();
      if (watch?.lost)
        throw new Error(
          `on the way to ${place.state}, over IPv${place.family}, ${say.lossCause(watch.lost)}`,
        );
      if (watch?.epoch !== epoch) return undefined;
      if (!(error instanceof Unreached)) throw error;
      failure = error;
    }
  }
  return failure;
}

import { parseSegment } from '../../notation/index.ts';
import { STATES } from '../../standard/state.ts';
import { DEFAULT_TIMING, endByReset, reach, Unreached } from '../../states/index.ts';
import { type PreflightFault, preflightFaultId, type Place } from '../../verdict/preflight-fault.ts';
import { add } from '../../wire/seq.ts';
import { findingOf } from './evidence.ts';
import { ifCapable, type Path } from './path.ts';
import { probePath } from './path-probes.ts';
import { type Answers, portsAnswer } from './ports-answer.ts';
import { probePort } from './probe-port.ts';
import { isAnswer } from './walk.ts';

/** What the ports of a target answer over one family. */
export interface Ground extends Answers {
  readonly family: 4 | 6;
  /** A listener's port; undefined when the target only opens connections. */
  readonly open: number | undefined;
  /** Whether a port answered, or the target opened a connection. */
  readonly heard: boolean;
  /** The target sends no reset in CLOSED, and no filter is the cause. */
  readonly silentClosed: boolean;
  /** The target opened a connection that reached ESTABLISHED. */
  readonly called: boolean;
  /** In milliseconds, of segments that were sent one after the other. Those that are sent at once wait for each other. */
  readonly roundTripsInTurn: readonly number[];
  /** As in `PathProbes`. */
  readonly resetsAtOnce: number | undefined;
  readonly keepsUp?: boolean;
}

/**
 * Probes the ports of each family, or waits for the target to open a connection, and measures the path. Ports are probed for all
 * families at once, since silence takes time; limits are measured one family at a time.
 *
 * @throws NotCapable
 */
export async function groundsOf(path: Path): Promise<Ground[]> {
  const grounds: Ground[] = [];
  if (path.silentClosed) {
    for (const family of path.families) grounds.push(await ofCaller(path, family));
    return grounds;
  }
  for (const ground of await Promise.all(path.families.map((family) => ofPorts(path, family)))) {
    grounds.push(await probed(path, ground));
  }
  return grounds;
}

async function ofPorts({ tester, driver, closedPort, needs }: Path, family: 4 | 6): Promise<Ground> {
  const open = await ifCapable(driver.listener(family, 'plain'));
  const answers = await portsAnswer(
    tester,
    family,
    { closed: closedPort, open },
    { isKnown: driver.seesAccepts, asksClosed: needs.measures.has('closed port') },
  );
  const heard = answers.closedAnswers || answers.openAnswers;
  const silentClosed = heard && answers.silentClosed && driver.seesAccepts;
  const { roundTrips: roundTripsInTurn } = answers;
  return {
    ...{ ...answers, family, open, heard, silentClosed, called: false },
    ...{ roundTripsInTurn, resetsAtOnce: undefined },
  };
}

async function probed({ tester, closedPort }: Path, ground: Ground): Promise<Ground> {
  const { family, heard, roundTrips, closedAnswers, openAnswers, open } = ground;
  if (!heard) return ground;
  const within = Math.max(DEFAULT_TIMING.guard, Math.max(...roundTrips) * 4);
  const answering = {
    closed: closedAnswers ? closedPort : undefined,
    open: openAnswers ? open : undefined,
  };
  const probes = await probePath(tester, family, answering, within);
  return { ...ground, ...probes, roundTrips: [...roundTrips, ...probes.roundTrips] };
}

const ANSWER_WITHIN = 1000;
const ROUND_TRIPS = 10;

async function ofCaller(path: Path, family: 4 | 6): Promise<Ground> {
  const { tester, closedPort } = path;
  const called = await callsAnswer(path, family);
  const { log, answers } = await probePort(tester, family, closedPort, ANSWER_WITHIN);
  const silent = findingOf('SYN to a closed port', family, log, { gravity: 'described', port: closedPort });
  return {
    ...{ family, open: undefined, closedAnswers: answers.length > 0, openAnswers: false, silentClosed: true },
    ...{ resetsAtOnce: undefined, refusal: undefined, resets: [] },
    heard: called !== undefined || answers.length > 0,
    called: called !== undefined && called.length > 0,
    ...{ roundTrips: called ?? [], roundTripsInTurn: called ?? [] },
    faults: answers.length > 0 ? [] : [silent],
  };
}

/**
 * Measures round trips on a connection that the target opens, when its closed ports are silent: old text must be acknowledged.
 *
 * @returns milliseconds; undefined without a connection or any answer on it; empty when old text is not answered
 * @throws NotCapable when the application does not get to ESTABLISHED
 */
async function callsAnswer(
  { tester, driver, closedPort }: Path,
  family: 4 | 6,
): Promise<readonly number[] | undefined> {
  const environment = { tester, driver, closedPort, timing: DEFAULT_TIMING };
  const reached = await reach(environment, { family, state: 'ESTABLISHED', rcvNxt: 793_001 }).catch(
    (error: unknown) => {
      if (error instanceof Unreached) return error;
      throw error;
    },
  );
  // The walk through the states reports how far the target gets.
  if (reached instanceof Unreached) return reached.log.some(isAnswer) ? [] : undefined;
  const { connection } = reached;
  const { mailbox } = connection;
  try {
    const roundTrips: number[] = [];
    for (let count = 0; count < ROUND_TRIPS; count += 1) {
      const since = mailbox.log.length;
      const sent = connection.send({ seq: add(connection.rcvNxt, -1), ctl: ['ACK'], data: 1 });
      const isAck = ({ ctl }: typeof sent.segment): boolean => ctl.has('ACK') && !ctl.has('RST');
      const answer = await mailbox.next(({ segment }) => isAck(segment), ANSWER_WITHIN, since);
      if (answer) roundTrips.push(answer.at - sent.at);
    }
    // When no old text is answered, the target is the cause, not the path.
    if (roundTrips.length > 0)
      tester.path.recordProbes(ROUND_TRIPS, { lost: ROUND_TRIPS - roundTrips.length });
    return roundTrips;
  } finally {
    await endByReset(environment, reached);
  }
}

const EVERYWHERE: readonly Place[] = STATES.map((state) => ({ state }));

/** The fault for a family that does not answer, while another one does. */
export const deadFamily = ({ family, open, refusal }: Ground, closedPort: number): PreflightFault => ({
  ...{
    id: preflightFaultId('SYN to any port', family),
    step: 'SYN to any port',
    family,
    gravity: 'obstacle',
  },
  port: open ?? closedPort,
  sent: parseSegment('<SEQ=SEG.SEQ><CTL=SYN>'),
  ...(refusal === undefined ? {} : { refusal }),
  ...{ observed: [], wrong: [], mayBeFilter: true, blocks: EVERYWHERE, records: [] },
});

/**
 * The longest time, in milliseconds, in which an answer usually comes. Cases that run at once wait for each other, as the segments of a
 * burst do. A case that has the path for itself does not.
 *
 * @param width how many cases may run at once
 */
export function usualRoundTrip(
  grounds: readonly Pick<Ground, 'roundTrips' | 'roundTripsInTurn'>[],
  width: number,
): number {
  return Math.max(
    0,
    ...grounds.flatMap(({ roundTrips, roundTripsInTurn }) => (width > 1 ? roundTrips : roundTripsInTurn)),
  );
}

import { STATES } from '../../standard/state.ts';
import { DEFAULT_TIMING } from '../../states/index.ts';
import { type Finding, findingId, type Place } from '../../verdict/finding.ts';
import { callsAnswer } from './calls-answer.ts';
import { findingOf } from './evidence.ts';
import { ifCapable } from './if-capable.ts';
import type { Path } from './path.ts';
import { probePath } from './path-probes.ts';
import { portsAnswer } from './ports-answer.ts';
import { probePort } from './probe-port.ts';

/** What a family stands on: which ports answer over it, how quickly, and whether its closed ports reset. */
export interface Ground {
  readonly family: 4 | 6;
  /** A port of the target's that listens; undefined where it only opens connections. */
  readonly open: number | undefined;
  /** Whether anything came back from a port, or by a call. */
  readonly heard: boolean;
  readonly closedAnswers: boolean;
  readonly openAnswers: boolean;
  /** CLOSED says nothing, and no filter is why. */
  readonly silentClosed: boolean;
  /** A call of its own has been taken to ESTABLISHED. */
  readonly called: boolean;
  /** In milliseconds. */
  readonly roundTrips: readonly number[];
  readonly resetsAtOnce: number | undefined;
  readonly findings: readonly Finding[];
  /** What was said by ICMP. */
  readonly refusal: string | undefined;
}

/**
 * Asks the ports of each family, or waits for a call over it, and measures how the path treats segments. The ports of all
 * families are asked side by side, since a silent one is waited for; what measures limits has the path to itself.
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
  const { closed, roundTrips, findings, refusal } = answers;
  const heard = closed || answers.open;
  return {
    ...{ family, open, heard, findings, refusal, roundTrips },
    closedAnswers: closed,
    openAnswers: answers.open,
    silentClosed: heard && answers.silentClosed && driver.seesAccepts,
    called: false,
    resetsAtOnce: undefined,
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
  return {
    ...ground,
    roundTrips: [...roundTrips, ...probes.roundTrips],
    resetsAtOnce: probes.resetsAtOnce,
  };
}

const ANSWER_WITHIN = 1000;

async function ofCaller(path: Path, family: 4 | 6): Promise<Ground> {
  const { tester, closedPort } = path;
  const called = await callsAnswer(path, family);
  const { log, answers } = await probePort(tester, family, closedPort, ANSWER_WITHIN);
  const silent = findingOf('SYN to a closed port', family, log, { gravity: 'described', port: closedPort });
  return {
    ...{ family, open: undefined, closedAnswers: answers.length > 0, openAnswers: false, silentClosed: true },
    ...{ resetsAtOnce: undefined, refusal: undefined },
    heard: called !== undefined || answers.length > 0,
    called: called !== undefined && called.length > 0,
    roundTrips: called ?? [],
    findings: answers.length > 0 ? [] : [silent],
  };
}

const EVERYWHERE: readonly Place[] = STATES.map((state) => ({ state }));

/** A family over which nothing comes back, while another one works. */
export const deadFamily = ({ family, open, refusal }: Ground, closedPort: number): Finding => ({
  ...{ id: findingId('SYN to any port', family), step: 'SYN to any port', family, gravity: 'obstacle' },
  port: open ?? closedPort,
  sent: '<SEQ=SEG.SEQ><CTL=SYN>',
  ...(refusal === undefined ? {} : { refusal }),
  ...{ observed: [], wrong: [], mayBeFilter: true, blocks: EVERYWHERE, records: [] },
});

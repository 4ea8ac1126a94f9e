import type { Step } from '../../catalogue/steps.ts';
import { segmentOf } from '../../notation/index.ts';
import type { Tester } from '../../tester/index.ts';
import type { PreflightFault } from '../../verdict/preflight-fault.ts';
import { findingOf, wrongWith } from './evidence.ts';
import type { Reset } from './path-evidence/evidence.ts';
import { type PortProbe, probePort } from './probe-port.ts';

/** The target's ports. A target that only opens connections has no open one. */
interface Ports {
  readonly closed: number;
  readonly open: number | undefined;
}

/** What the ports of a target answer. */
export interface Answers {
  /** In milliseconds; empty when no port answers. */
  readonly roundTrips: readonly number[];
  /** Whether a SYN to the port gets any answer. */
  readonly closedAnswers: boolean;
  readonly openAnswers: boolean;
  /** Whether the closed port answers neither SYN nor ACK. */
  readonly silentClosed: boolean;
  readonly faults: readonly PreflightFault[];
  /** Of the closed port. */
  readonly resets: readonly Reset[];
  /** An ICMP message about a probe. */
  readonly refusal: string | undefined;
}

const TRIES = 4;
const ANSWER_WITHIN = 1000;
const ROUND_TRIPS = 10;
/** The shortest wait for an answer, in milliseconds. */
const SILENCE = 250;

const NUMBER = 793_000;
const PROBES = {
  'SYN to a closed port': segmentOf({ seq: NUMBER, ctl: ['SYN'] }),
  'ACK to a closed port': segmentOf({ seq: NUMBER, ack: 2 * NUMBER, ctl: ['ACK'] }),
  'RST to a closed port': segmentOf({ seq: NUMBER, ctl: ['RST'] }),
} as const satisfies Partial<Record<Step, unknown>>;
type Probe = keyof typeof PROBES;

/** How long a family may stay silent before it is given up, in milliseconds. */
export const PATIENCE = TRIES * ANSWER_WITHIN;

interface PortsAnswerOptions {
  /** The upper tester answers, so silence comes from the target's TCP. */
  readonly isKnown: boolean;
  /** Also send a reset to the closed port, which must get no answer. */
  readonly asksClosed: boolean;
}

/** Probes a closed and an open port: round trips, and the resets of CLOSED (RFC 9293 section 3.10.7.1). */
export async function portsAnswer(
  tester: Tester,
  family: 4 | 6,
  { closed, open }: Ports,
  { isKnown, asksClosed }: PortsAnswerOptions,
): Promise<Answers> {
  const [firstAtClosed, firstAtOpen] = await Promise.all([
    probePort(tester, family, closed, ANSWER_WITHIN),
    open === undefined ? undefined : probePort(tester, family, open, ANSWER_WITHIN),
  ]);
  const answering = isAnswered(firstAtOpen) ? open : isAnswered(firstAtClosed) ? closed : undefined;
  const roundTrips = answering === undefined ? [] : await measure(tester, family, answering);
  // One port's round trip bounds the wait for the other.
  const soon = answering === undefined ? ANSWER_WITHIN : withinRoundTrips(roundTrips);
  const [atClosed, atOpen] = await Promise.all([
    probeUntilAnswered(tester, family, closed, soon, firstAtClosed),
    open === undefined || !firstAtOpen
      ? undefined
      : probeUntilAnswered(tester, family, open, soon, firstAtOpen),
  ]);
  const answers = {
    closedAnswers: isAnswered(atClosed),
    openAnswers: isAnswered(atOpen),
    refusal: [...atClosed.refusals, ...(atOpen?.refusals ?? [])][0],
  };
  if (!answers.closedAnswers && !answers.openAnswers) {
    return { ...answers, roundTrips: [], silentClosed: true, faults: [], resets: [] };
  }
  if (answering === undefined) {
    roundTrips.push(
      ...(await measure(tester, family, answers.openAnswers && open !== undefined ? open : closed)),
    );
  }
  // Kept for last: the first probe may have waited for address resolution.
  if (roundTrips.length === 0)
    roundTrips.push(...roundTripOf(answers.openAnswers && atOpen ? atOpen : atClosed));
  const within = withinRoundTrips(roundTrips);
  return {
    ...answers,
    roundTrips,
    ...(await atTheClosedPort(tester, family, closed, { atClosed, isKnown, asksClosed, within })),
  };
}

interface Asked extends PortsAnswerOptions {
  readonly atClosed: PortProbe;
  readonly within: number;
}

/** Group 1 of reset generation (RFC 9293 section 3.5.2); a reset is never answered. */
async function atTheClosedPort(
  tester: Tester,
  family: 4 | 6,
  port: number,
  { atClosed, isKnown, asksClosed, within }: Asked,
): Promise<Pick<Answers, 'faults' | 'silentClosed' | 'resets'>> {
  const [first] = atClosed.answers;
  if (first?.segment.ctl.has('SYN') && !first.segment.ctl.has('RST')) {
    const blocks = [{ state: 'CLOSED', closedBy: 'never opened' }] as const;
    const taken = findingOf('SYN to a closed port', family, atClosed.log, {
      gravity: 'obstacle',
      port,
      blocks,
    });
    return { faults: [taken], silentClosed: false, resets: [] };
  }
  const ask = async (probe: Probe): Promise<PortProbe> =>
    probeUntilAnswered(
      tester,
      family,
      port,
      within,
      await probePort(tester, family, port, within, PROBES[probe]),
    );
  // A wrong answer must be seen twice, from different ports.
  const sure = async (probe: Probe, one: PortProbe): Promise<PortProbe> =>
    isWrong(probe, one) ? ask(probe) : one;
  const syn = await sure('SYN to a closed port', atClosed);
  const ack = await sure('ACK to a closed port', await ask('ACK to a closed port'));
  const rst = asksClosed
    ? await probePort(tester, family, port, within, PROBES['RST to a closed port'])
    : undefined;
  const faults: PreflightFault[] = [];
  const accuse = (step: Probe, { log, refusals: [refusal], answers }: PortProbe): void => {
    const isSilent = answers.length === 0;
    // An ICMP refusal comes from a filter; silence may, unless the upper tester answers.
    const isObstacle = isSilent && (refusal !== undefined || !isKnown);
    faults.push(
      findingOf(step, family, log, {
        gravity: isObstacle ? 'obstacle' : 'deviation',
        port,
        ...(refusal === undefined ? {} : { refusal }),
        mayBeFilter: isSilent,
        blocks: isObstacle ? [{ state: 'CLOSED', closedBy: 'never opened' }] : [],
      }),
    );
  };
  if (!first || isWrong('SYN to a closed port', syn)) accuse('SYN to a closed port', syn);
  const isSilentForAck = ack.answers.length === 0;
  // Silence is reported once.
  if (isSilentForAck ? first !== undefined : isWrong('ACK to a closed port', ack)) {
    accuse('ACK to a closed port', ack);
  }
  if (rst && rst.answers.length > 0) {
    const again = await probePort(tester, family, port, within, PROBES['RST to a closed port']);
    if (again.answers.length > 0) accuse('RST to a closed port', again);
  }
  return {
    ...{ faults, silentClosed: first === undefined && isSilentForAck },
    resets: [...resetsIn('SYN to CLOSED', syn), ...resetsIn('ACK to CLOSED', ack)],
  };
}

const resetsIn = (of: Reset['of'], { sent, answers: [answer] }: PortProbe): Reset[] =>
  answer?.segment.ctl.has('RST') ? [{ of, sent, answer }] : [];

const isWrong = (step: Probe, { sent, answers: [answer] }: PortProbe): boolean =>
  answer !== undefined && wrongWith(step, sent.segment, answer.segment).length > 0;

/** Repeats a probe until it is answered. @param first the first try */
async function probeUntilAnswered(
  tester: Tester,
  family: 4 | 6,
  port: number,
  within: number,
  first: PortProbe,
): Promise<PortProbe> {
  let last = first;
  for (let tries = 1; tries < TRIES && !isAnswered(last); tries += 1) {
    last = await probePort(tester, family, port, within, first.sent.segment);
  }
  return last;
}

async function measure(tester: Tester, family: 4 | 6, port: number): Promise<number[]> {
  const roundTrips: number[] = [];
  for (let count = 0; count < ROUND_TRIPS; count += 1) {
    roundTrips.push(...roundTripOf(await probePort(tester, family, port, ANSWER_WITHIN)));
  }
  return roundTrips;
}

/** The longest wait for an answer, in milliseconds. */
const withinRoundTrips = (roundTrips: readonly number[]): number =>
  Math.max(SILENCE, Math.max(0, ...roundTrips) * 4);

const isAnswered = (probe: PortProbe | undefined): boolean => (probe?.answers.length ?? 0) > 0;

const roundTripOf = ({ answers, sent }: PortProbe): number[] => (answers[0] ? [answers[0].at - sent.at] : []);

import { type SegmentFields, segmentOf } from '../notation/index.ts';
import type { State } from '../standard/state.ts';
import type { Entry } from '../tester/index.ts';
import { add, sub } from '../wire/seq.ts';
import { type Connection, TESTER_MSS, TESTER_WINDOW } from './connection.ts';
import { type Environment, KnownOfTarget } from './environment.ts';
import { type Reached, Unreached } from './precondition.ts';
import { type Numbers, Prober, type Proof } from './prober.ts';
import { endByReset, reach } from './recipes.ts';

// What a target does in a state without any stimulus. Each fact is found out on a connection of its own, when first needed.

/** A proof by numbers. */
export type Found = Proof & Numbers;

type Conduct = (prober: Prober, found: Found) => Promise<Proof>;

const habits = new KnownOfTarget<Promise<State | 'unknown' | undefined>>();

/** RCV.NXT of a connection on which nothing but plain text may arrive, and how many octets of that. */
interface Place {
  readonly rcvNxt: number;
  readonly octets: number;
}

const USUAL = 793_001;
// Within so many octets of 0 or 2^31.
const NEAR = 2 ** 15;

/**
 * Where a connection is to be that is compared with this one. A TCP that compares sequence numbers wrongly does so only where they
 * wrap around, or where their sign does.
 */
function placeLike(before: number, now: number): Place {
  const octets = sub(now, before);
  const isUsual = (before + NEAR) % 2 ** 31 >= 2 * NEAR || octets > NEAR;
  return isUsual ? { rcvNxt: USUAL, octets: 0 } : { rcvNxt: before, octets };
}

/**
 * Whether the target behaves in one state as in another, without any stimulus. A TCP that takes text after the peer's FIN, for
 * example, does so in CLOSE-WAIT before and after a stimulus. Such a habit proves nothing about the stimulus.
 *
 * @param numbers those that tell the state before the stimulus
 * @param instead the state that the conduct points to
 * @param conduct what is compared
 */
export async function isHabit(
  { environment, connection, rcvNxtBefore, subject: { state } }: Prober,
  { rcvNxt }: Numbers,
  instead: State | 'unknown',
  conduct: Conduct,
): Promise<boolean> {
  // This target has one connection at a time, and it is in use.
  if (environment.driver.testerPorts) return true;
  const { family } = connection.mailbox.link;
  const place = placeLike(rcvNxtBefore, rcvNxt);
  const usual = await habits.get(environment, [state, family, place.rcvNxt, place.octets].join(' '), () =>
    conductIn(environment, family, state, place, conduct).catch(() => undefined),
  );
  // Without a comparison, the stimulus is not blamed.
  return usual === undefined || usual === instead;
}

/** The state that the conduct points to on a connection that got nothing but plain text, some of it new. */
const conductIn = (
  environment: Environment,
  family: 4 | 6,
  state: State,
  { rcvNxt, octets }: Place,
  conduct: Conduct,
): Promise<State | 'unknown'> =>
  onFreshConnection(environment, family, { state, rcvNxt }, async (reached) => {
    const { connection } = reached;
    const mark = connection.mailbox.log.length;
    const seq = add(connection.rcvNxt, octets > 0 ? 0 : -1);
    const { segment: stimulus } = connection.send({
      ...{ seq, ack: connection.sndUna, ctl: ['ACK'], data: Math.max(1, octets) },
    });
    const prober = new Prober(environment, { ...reached, state, stimulus, mark });
    const numbers = await prober.numbers();
    if (numbers === undefined || numbers === 'reset') throw new Unreached({ what: 'old text unanswered' });
    return (await conduct(prober, { state, how: [], ...numbers })).state;
  });

/** How a connection answers a SYN in its window whose number is above all earlier ones. */
type SynAnswer = 'rst' | 'syn-ack' | 'ack' | 'silence';

export interface SynAnswers {
  readonly timeWait: SynAnswer;
  readonly closing: SynAnswer;
}

const synAnswersKnown = new KnownOfTarget<Promise<SynAnswers | undefined>>();

/**
 * How the target answers a SYN in TIME-WAIT and in CLOSING. No document requires different answers (RFC 1122 section 4.2.2.13
 * lets a SYN reopen TIME-WAIT), but most TCPs differ, and the answer then tells the two states apart.
 *
 * @returns undefined when the answers do not differ or could not be found out
 */
export function synAnswers(environment: Environment, family: 4 | 6): Promise<SynAnswers | undefined> {
  return synAnswersKnown.get(environment, `${family}`, () =>
    // Both states need an application that takes commands, and several connections at a time.
    environment.driver.seesAccepts
      ? findSynAnswers(environment, family).catch(() => undefined)
      : Promise.resolve(undefined),
  );
}

/** Tries both ways to TIME-WAIT: a target may go wrong on one of them. */
async function findSynAnswers(environment: Environment, family: 4 | 6): Promise<SynAnswers | undefined> {
  const answerIn = (state: State, before?: SegmentFields): Promise<SynAnswer> =>
    onFreshConnection(environment, family, { state, rcvNxt: USUAL }, async ({ connection }) => {
      if (before) connection.send(before);
      return answerToSyn(environment, connection, connection.rcvNxt);
    });
  const [closing, ...timeWaits] = await Promise.all([
    answerIn('CLOSING'),
    answerIn('TIME-WAIT'),
    answerIn('CLOSING', { ctl: ['ACK'] }),
  ]);
  if (closing === 'silence') return undefined;
  const timeWait = timeWaits.find((answer) => answer !== closing && answer !== 'silence');
  return timeWait && { timeWait, closing };
}

/**
 * Sends a SYN just above RCV.NXT. It carries a timestamp: after a connection without timestamps, RFC 6191 section 2 has
 * TIME-WAIT accept such a SYN. Retransmissions are no answer.
 */
export async function answerToSyn(
  { timing }: Environment,
  connection: Connection,
  rcvNxt: number,
): Promise<SynAnswer> {
  const { mailbox } = connection;
  const from = mailbox.log.length;
  const fields = { wnd: TESTER_WINDOW, mss: TESTER_MSS[mailbox.link.family], tsval: 1, tsecr: 0 };
  connection.transmit(segmentOf({ seq: add(rcvNxt, 1), ctl: ['SYN'], ...fields }));
  const first = await mailbox.next(
    ({ segment: { ctl, data } }) => ctl.has('RST') || (ctl.has('ACK') && !ctl.has('FIN') && data === 0),
    timing.guard,
    from,
  );
  if (!first) return 'silence';
  const opensOrResets = ({ segment: { ctl } }: Entry): boolean => ctl.has('RST') || ctl.has('SYN');
  // An ACK may be the late answer to an earlier probe. The target answers in order, so the answer to the SYN follows.
  const answer = opensOrResets(first) ? first : await mailbox.next(opensOrResets, timing.guard, from);
  if (!answer) return 'ack';
  return answer.segment.ctl.has('RST') ? 'rst' : 'syn-ack';
}

async function onFreshConnection<T>(
  environment: Environment,
  family: 4 | 6,
  wanted: { readonly state: State; readonly rcvNxt: number },
  use: (reached: Reached) => Promise<T>,
): Promise<T> {
  const reached = await reach(environment, { family, ...wanted });
  try {
    return await use(reached);
  } finally {
    await endByReset(environment, reached);
  }
}

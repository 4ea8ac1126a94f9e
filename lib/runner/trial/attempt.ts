import { type Case, stimulusOf } from '../../catalogue/scenario.ts';
import { type ConcreteSegment, lengthOf, resetAt, type Variables } from '../../notation/index.ts';
import type { State } from '../../standard/state.ts';
import {
  type Connection,
  concrete,
  type Environment,
  type Proof,
  prove,
  type Reached,
  reach,
  sort,
  Unreached,
} from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { type Entry, hasRightChecksum, type Refusal } from '../../tester/index.ts';
import type { Observation } from '../../verdict/judge.ts';
import type { Reason } from '../../verdict/reason.ts';
import { type OptionFault, optionFaults } from '../../verdict/reply-options.ts';
import { add, leq } from '../../wire/seq.ts';
import type { CaseContext } from './case-context.ts';
import { beginning, disturbanceSince } from './disturbance.ts';
import { anchor, Random } from './random.ts';
import {
  carriesTimestamps,
  overridesOf,
  isAltered,
  isToBeSilent,
  needsAge,
  needsSmallWindow,
  stamped,
  statesAfter,
} from './setup.ts';

// The other half is left for the user to be told in, on a busy machine as well.
const PART_OF_TIMER = 0.5;
const SPOKEN_TO = "the target's application closes when it is spoken to before it has spoken";

interface Begun {
  readonly entries: readonly Entry[];
  readonly startedAt: number;
}

/** The stimulus as it was sent. */
export interface Stimulus {
  readonly stimulus: ConcreteSegment;
  readonly variables: Variables;
  /** Position in the entries of the stimulus. */
  readonly mark: number;
  /** The first entry of the proof. */
  readonly proofFrom: number;
}

/** The effect of the stimulus was watched. */
export interface Watched extends Begun, Stimulus {
  readonly kind: 'watched';
  readonly observation: Observation;
  /** What came sooner after the stimulus than any answer can. */
  readonly tooSoon: readonly Entry[];
  readonly windowUpdates: readonly Entry[];
  /** Replies that the path has doubled. */
  readonly doubles: readonly Entry[];
  readonly proof: Proof;
  /** The target's own answer by ICMP, where it should have said nothing at all. */
  readonly refusal?: Refusal;
  /** Why what was seen proves nothing: the wire or the tester was disturbed. */
  readonly spoilt?: Reason;
}

/** The attempt broke off, before the stimulus was sent or after. */
interface BrokenOff extends Begun {
  readonly kind: 'broken off';
  readonly sent: Stimulus | undefined;
  readonly why: Reason;
}

/** One attempt at a case: what was seen, and whether it can be trusted. */
export type Attempt = Watched | BrokenOff;

/**
 * Tries a case once, on a fresh connection; never rejects.
 *
 * @param shift what else the sequence numbers are chosen by: one that was tried in vain is not tried again
 */
export async function attempt(subject: Case, context: CaseContext, shift: number): Promise<Attempt> {
  const { environment, family } = context;
  const { tester, driver } = environment;
  const began = beginning(tester);
  const { startedAt } = began;
  const random = new Random(context.seed, `${subject.id} ${family} ${shift}`);
  let reached: Reached | undefined;
  let sent: Stimulus | undefined;
  let after: State | 'unknown' = subject.state;
  try {
    reached = await reach(environment, {
      family,
      state: subject.state,
      origin: subject.origin,
      closedBy: subject.closedBy,
      conditions: subject.conditions,
      rcvNxt: anchor(context.index + shift, family, random, context.avoided),
      aged: needsAge(subject),
      smallWindow: needsSmallWindow(subject),
      outcomes: statesAfter(subject),
    });
    await context.checkpoint?.('setup');
    sent = await stimulate(subject, context, reached, random);
    await context.checkpoint?.('stimulus');
    const seen = await observe(subject, context, reached, sent, startedAt);
    after = seen.proof?.state ?? after;
    await context.checkpoint?.('proof');
    const { unsent, refusals } = reached.connection.mailbox;
    const others = refusals.filter((refusal) => refusal !== seen.refusal);
    const spoilt =
      disturbanceSince(began, environment, { unsent, refusals: others }) ??
      seen.spoilt ??
      lostAcknowledgment(context, seen);
    return spoilt ? { ...seen, spoilt } : seen;
  } catch (error) {
    const entries = [...(reached?.connection.mailbox.log ?? [])];
    return { kind: 'broken off', sent, entries, why: reasonOfError(error as Error), startedAt };
  } finally {
    if (reached) {
      const { connection, handle } = reached;
      const { port } = connection.mailbox;
      // Whatever is left of it, half-open connections first of all, would crowd out the next cases.
      const { hazards } = context;
      const isDeadly = [subject.state, after].some(
        (state) => state !== 'unknown' && hazards?.resets.has(state),
      );
      for (let copies = isDeadly ? 0 : tester.path.disturbed ? 2 : 1; copies > 0; copies -= 1) {
        connection.transmit(resetAt(connection.rcvNxt), {}, false);
      }
      // A request to the target's user would overtake it.
      await tester.flushed();
      await driver.release(port, handle);
      connection.mailbox.close();
      context.witness?.(connection.mailbox.log);
    }
  }
}

/** Why an attempt that threw an error says nothing. */
export function reasonOfError(error: Error): Reason {
  const told = error.message;
  if (error instanceof NotCapable) return { kind: 'not capable', told };
  if (!(error instanceof Unreached)) return { kind: 'failed', told };
  return { kind: 'not reached', ...(error.step ? { step: error.step } : {}), told };
}

/** Sends the stimulus and lets the time pass in which its replies are collected. */
async function stimulate(
  subject: Case,
  { environment, family }: CaseContext,
  { connection }: Reached,
  random: Random,
): Promise<Stimulus> {
  const { tester } = environment;
  // What has come by now is not of the stimulus' doing.
  await tester.drained();
  connection.absorb();
  const known = connection.variables();
  const stimulus = stamped(
    subject,
    concrete(stimulusOf(subject), connection, () => random.sequenceNumber()),
    connection,
  );
  const variables: Variables = {
    ...known,
    'SEG.SEQ': stimulus.seq,
    'SEG.ACK': stimulus.ack,
    'SEG.LEN': lengthOf(stimulus),
  };
  const { mailbox } = connection;
  const mark = mailbox.log.length;
  connection.transmit(
    stimulus,
    overridesOf(subject, family),
    connection.timestamps && carriesTimestamps(subject),
  );
  await tester.listen(observationOf(environment, connection, stimulus));
  return { stimulus, variables, mark, proofFrom: mailbox.log.length };
}

/** Proves the state after, and sorts what was seen. */
async function observe(
  subject: Case,
  { environment, family, hazards }: CaseContext,
  { connection, handle, listening, greets }: Reached,
  { stimulus, variables, mark, proofFrom }: Stimulus,
  startedAt: number,
): Promise<Watched> {
  const { tester, timing } = environment;
  const { mailbox } = connection;
  const sent = mailbox.log[mark];
  const refusal = isToBeSilent(subject)
    ? mailbox.refusals.find(({ source }) => source === mailbox.link.remote)
    : undefined;
  const proof: Proof = hazards?.proofs.has(subject.state)
    ? { state: 'unknown', how: ['left out: it ends the target'] }
    : await prove(environment, {
        connection,
        handle,
        listening,
        state: subject.state,
        origin: subject.origin,
        stimulus,
        mark,
        greets: greets === true,
        altered: isAltered(subject, family, stimulus),
      });
  const speaksFirst = greets === true && (subject.state === 'SYN-SENT' || subject.state === 'SYN-RECEIVED');
  const { tooSoon, replies, retransmissions, drawn, untold, doubles, windowUpdates } = sort(
    mailbox.log.slice(0, mark),
    mailbox.log.slice(mark + 1, proofFrom),
    {
      doubled: tester.path.disturbed ? timing.spread : undefined,
      greets: speaksFirst,
      synAckAgain: timing.synAckRetransmission,
      otherAgain: timing.finRetransmission,
      stimulusAt: mailbox.log[mark]?.at,
      soonestReply: timing.soonestReply,
      lag: tester.lag.worstSince(mailbox.log[mark]?.at ?? startedAt),
    },
  );
  // No TCP closes by itself: text or a FIN has come to a user who had something to say first.
  if (speaksFirst && replies.some(({ segment: { ctl } }) => ctl.has('FIN'))) throw new NotCapable(SPOKEN_TO);
  const observation: Observation = {
    ...{ state: subject.state, variables, acknowledges: stimulus.ctl.has('ACK') },
    replies: replies.map(({ segment }) => segment),
    retransmissions: retransmissions.map(({ segment }) => segment),
    provoked: drawn.map(({ segment }) => segment),
    ...(refusal ? { refusal: refusal.text } : {}),
    stateAfter: proof.state,
    // The LISTEN itself is what the case is about in that state: there, CLOSED is something else.
    listening: listening && subject.state !== 'LISTEN',
    opening: subject.state === 'LISTEN' || subject.state === 'SYN-SENT',
    ...(proof.rcvNxt === undefined ? {} : { rcvNxtAfter: proof.rcvNxt }),
    optionFaults: faultsIn(mailbox.log, [...replies, ...retransmissions.filter(isOfTheStimulus)]),
  };
  const spoilt: Reason | undefined =
    stimulus.checksum !== undefined && sent && hasRightChecksum(sent.packet)
      ? { kind: 'checksum right by accident' }
      : untold.length > 0
        ? { kind: 'stimulus late' }
        : undefined;
  return {
    kind: 'watched',
    stimulus,
    variables,
    mark,
    observation,
    tooSoon,
    windowUpdates,
    doubles,
    proof,
    ...(refusal ? { refusal } : {}),
    proofFrom,
    entries: [...mailbox.log],
    startedAt,
    ...(spoilt ? { spoilt } : {}),
  };
}

/** A SYN that is sent again is the recipe's: it has cases of its own. */
const isOfTheStimulus = ({ segment: { ctl } }: Entry): boolean => !ctl.has('SYN');

/** What is wrong with the options of these entries of the log, each kind once. */
function faultsIn(log: readonly Entry[], entries: readonly Entry[]): OptionFault[] {
  const faults = entries.flatMap((entry) => optionFaults(entry.segment, log.slice(0, log.indexOf(entry))));
  return [...new Set(faults)];
}

/**
 * How long replies are collected. Where the stimulus may establish without acknowledging the target's SYN, its user is
 * asked for proof before the timer of that SYN stands in the way.
 */
function observationOf({ timing }: Environment, connection: Connection, stimulus: ConcreteSegment): number {
  const { iss, sndUna, mailbox } = connection;
  if (iss === undefined || sndUna !== iss || stimulus.ack !== iss) return timing.observation;
  // Where two SYNs have crossed, the timer may have run since the target's first one.
  const syn = mailbox.log.find(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));
  const passed = syn ? performance.now() - syn.at : 0;
  const left = timing.synAckRetransmission * PART_OF_TIMER - passed - timing.roundTrip;
  return Math.min(timing.observation, Math.max(timing.guard, left));
}

/** On a path that loses, what the recipe sent last may not have arrived: then the state was another one. */
function lostAcknowledgment(
  { environment: { tester } }: CaseContext,
  { entries, mark, variables }: Watched,
): Reason | undefined {
  return tester.path.disturbed && sendsAcknowledged(entries, mark, variables)
    ? { kind: 'acknowledgment lost' }
    : undefined;
}

/** Whether the target sends again what the recipe has acknowledged: then it was in another state than was thought. */
function sendsAcknowledged(entries: readonly Entry[], mark: number, variables: Variables): boolean {
  const { 'SND.UNA': una, ISS: iss } = variables;
  if (una === undefined || iss === undefined || una === iss) return false;
  return entries.slice(mark + 1).some(({ from, segment }) => {
    const length = lengthOf(segment);
    if (from !== 'target' || length === 0 || segment.ctl.has('RST') || segment.ctl.has('SYN')) return false;
    return leq(add(segment.seq, length), una);
  });
}

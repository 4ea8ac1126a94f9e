import { type ConcreteSegment, printConcrete, type Variables } from '../notation/index.ts';
import type { Case } from '../spec/case.ts';
import { type Adoption, PROFILES, type Profile } from '../spec/profile.ts';
import {
  concrete,
  type Environment,
  lengthOf,
  type Proof,
  pause,
  prove,
  type Reached,
  reach,
  sort,
  Unreached,
} from '../states/index.ts';
import { NotCapable } from '../target/driver.ts';
import type { Entry } from '../tester/index.ts';
import { judge, kindOf, type Observation, repliesRuleOut } from '../verdict/judge.ts';
import type { CaseResult, Inconclusive, Role, Verdict, WireRecord } from '../verdict/result.ts';
import { anchor, Random } from './random.ts';
import { carriesTimestamps, dressingOf, needsAge, needsSmallWindow, stamped } from './setup.ts';
import { wireRecords } from './wire-records.ts';

/** What a case is run with. */
export interface CaseContext {
  readonly environment: Environment;
  readonly family: 4 | 6;
  /** Position in the catalogue: it chooses the sequence numbers. */
  readonly index: number;
  readonly seed: number;
  /** Whether the target was found to have adopted RFC 5961; undefined when it is mixed. */
  readonly adoption: Adoption | undefined;
}

/** One attempt: what was seen, and whether it can be trusted. */
interface Attempt {
  readonly reached?: Reached;
  readonly stimulus?: ConcreteSegment;
  readonly variables: Variables;
  readonly mark: number;
  readonly observation?: Observation;
  readonly windowUpdates?: readonly Entry[];
  readonly proof?: Proof;
  readonly entries: readonly Entry[];
  /** The first entry of the proof. */
  readonly proofFrom: number;
  readonly disturbance?: string;
  readonly failure?: Inconclusive;
  readonly startedAt: number;
}

// A state that could not be reached says nothing about the rule: trying again bends no verdict.
const MOST_ATTEMPTS = 3;
// Longer than any limiter of one reply per second.
const LIMITER_PAUSE = 1100;

/** Runs a case on a fresh connection, and again where the first time could not be trusted; never rejects. */
export async function runCase(subject: Case, context: CaseContext): Promise<CaseResult> {
  const began = Date.now();
  const notes: string[] = [];
  let attempt = await tryCase(subject, context, 0);
  let silenceRepeated = false;
  for (let count = 1; count < MOST_ATTEMPTS; count += 1) {
    if (attempt.failure?.byCapability) break;
    if (attempt.failure || attempt.disturbance) {
      notes.push(`attempt ${count} was repeated: ${attempt.failure?.reason ?? attempt.disturbance}`);
    } else if (!silenceRepeated && isUnexpectedSilence(subject, context, attempt)) {
      silenceRepeated = true;
      notes.push(
        'the silence was not expected: tried once more on a new connection, in case of a rate limit',
      );
      await pause(LIMITER_PAUSE);
    } else break;
    attempt = await tryCase(subject, context, count);
  }
  return resultOf(subject, context, attempt, notes, began);
}

function isUnexpectedSilence(subject: Case, { adoption }: CaseContext, { observation }: Attempt): boolean {
  return (
    observation !== undefined &&
    observation.replies.length === 0 &&
    PROFILES.some((profile) => repliesRuleOut(subject.expect[profile], observation, adoption))
  );
}

async function tryCase(subject: Case, context: CaseContext, count: number): Promise<Attempt> {
  const { environment, family } = context;
  const { tester, driver } = environment;
  const startedAt = performance.now();
  const losses = tester.losses();
  const random = new Random(context.seed, `${subject.id} ${family} ${count}`);
  let reached: Reached | undefined;
  try {
    reached = await reach(environment, {
      family,
      state: subject.state,
      origin: subject.origin,
      closedBy: subject.closedBy,
      condition: subject.condition,
      rcvNxt: anchor(context.index + count, family, random),
      aged: needsAge(subject),
      smallWindow: needsSmallWindow(subject),
    });
    const attempt = await stimulate(subject, context, reached, random, startedAt);
    const lag = tester.lag.worstSince(startedAt);
    if (tester.losses() > losses) return { ...attempt, disturbance: 'the receive queue dropped packets' };
    if (lag > environment.timing.guard / 2) {
      return { ...attempt, disturbance: `the tester was ${Math.round(lag)} ms late` };
    }
    return attempt;
  } catch (error) {
    return {
      ...(reached ? { reached } : {}),
      variables: {},
      mark: 0,
      proofFrom: 0,
      entries: reached?.connection.mailbox.log ?? [],
      failure: failureOf(error),
      startedAt,
    };
  } finally {
    if (reached) {
      const { connection, handle } = reached;
      // Whatever is left of it, half-open connections first of all, would crowd out the next cases.
      connection.transmit(resetAt(connection.rcvNxt), {}, false);
      await driver.release(connection.mailbox.port, handle);
      connection.mailbox.close();
    }
  }
}

async function stimulate(
  subject: Case,
  { environment, family }: CaseContext,
  reached: Reached,
  random: Random,
  startedAt: number,
): Promise<Attempt> {
  const { connection, handle, listening } = reached;
  connection.absorb();
  const known = connection.variables();
  const stimulus = stamped(
    subject,
    concrete(subject.send, connection, () => random.sequenceNumber()),
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
    dressingOf(subject, family),
    connection.timestamps && carriesTimestamps(subject),
  );
  await pause(environment.timing.observation);
  const proofFrom = mailbox.log.length;
  const proof = await prove(environment, {
    connection,
    handle,
    listening,
    state: subject.state,
    origin: subject.origin,
    stimulus,
    mark,
  });
  const { replies, retransmissions, windowUpdates } = sort(
    mailbox.log.slice(0, mark),
    mailbox.log.slice(mark + 1, proofFrom),
  );
  const observation: Observation = {
    variables,
    replies: replies.map(({ segment }) => segment),
    retransmissions: retransmissions.map(({ segment }) => segment),
    stateAfter: proof.state,
    listening,
    opening: subject.state === 'LISTEN' || subject.state === 'SYN-SENT',
    ...(proof.rcvNxt === undefined ? {} : { rcvNxtAfter: proof.rcvNxt }),
  };
  return {
    reached,
    stimulus,
    variables,
    mark,
    observation,
    windowUpdates,
    proof,
    proofFrom,
    entries: [...mailbox.log],
    startedAt,
  };
}

function failureOf(error: unknown): Inconclusive {
  if (error instanceof NotCapable) return { reason: error.message, byCapability: true };
  if (error instanceof Unreached) return { reason: error.message, byCapability: false };
  return { reason: (error as Error).message, byCapability: false };
}

const resetAt = (seq: number): ConcreteSegment => ({ seq, ack: 0, ctl: new Set(['RST']), data: 0, urg: 0 });

function resultOf(
  subject: Case,
  context: CaseContext,
  attempt: Attempt,
  notes: string[],
  began: number,
): CaseResult {
  const { observation, proof, variables, stimulus } = attempt;
  const inconclusive = inconclusiveOf(subject, context, attempt);
  const verdicts = {} as Record<Profile, Verdict>;
  const reasons: Partial<Record<Profile, string>> = {};
  for (const profile of PROFILES) {
    if (inconclusive || !observation) {
      verdicts[profile] = 'inconclusive';
      continue;
    }
    const { verdict, reason } = judge(subject.expect[profile], observation, context.adoption);
    verdicts[profile] = verdict;
    if (reason) reasons[profile] = reason;
  }
  const { origin, condition } = subject;
  return {
    id: subject.id,
    title: subject.title,
    state: subject.state,
    ...(origin ? { origin } : {}),
    ...(condition ? { condition } : {}),
    family: context.family,
    send: subject.send,
    stimulus: stimulus ? printConcrete(stimulus) : '',
    variables,
    observed: (observation?.replies ?? []).map(printBare),
    kind: kindOf(observation?.replies ?? []),
    stateAfter: proof?.state ?? 'unknown',
    proof: proof?.how ?? '',
    verdicts,
    reasons,
    ...(inconclusive ? { inconclusive } : {}),
    notes,
    records: recordsOf(attempt),
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
}

/** A state that could not be proven spoils the verdict unless the replies alone settle it. */
function inconclusiveOf(
  subject: Case,
  { adoption }: CaseContext,
  attempt: Attempt,
): Inconclusive | undefined {
  const { failure, disturbance, observation, proof } = attempt;
  if (failure) return failure;
  if (disturbance) return { reason: disturbance, byCapability: false };
  if (!observation || !proof) return { reason: 'nothing was observed', byCapability: false };
  if (proof.state !== 'unknown') return undefined;
  const settled =
    observation.replies.length > 0 &&
    PROFILES.every((profile) => repliesRuleOut(subject.expect[profile], observation, adoption));
  return settled
    ? undefined
    : { reason: `the state after could not be proven: ${proof.how}`, byCapability: false };
}

/** Windows are not compared: leaving them out keeps a segment short. */
function printBare({ wnd: _, ...segment }: ConcreteSegment): string {
  return printConcrete(segment);
}

function recordsOf(attempt: Attempt): WireRecord[] {
  const { entries, mark, variables, startedAt, stimulus } = attempt;
  const from = { ...attempt, mark: stimulus ? mark : entries.length };
  return wireRecords({
    entries,
    startedAt,
    variables,
    roleOf: (entry, position) => roleOf(entry, position, from),
  });
}

function roleOf(
  entry: Entry,
  position: number,
  { mark, proofFrom, observation, windowUpdates }: Attempt,
): Role {
  if (position < mark) return 'setup';
  if (position === mark) return 'stimulus';
  if (position >= proofFrom) return 'proof';
  if (windowUpdates?.includes(entry)) return 'window update';
  return observation?.retransmissions.includes(entry.segment) ? 'retransmission' : 'reply';
}

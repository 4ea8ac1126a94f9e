import { printReply } from '../../catalogue/resolve.ts';
import type { ResolvedOutcome, Scenario } from '../../catalogue/scenario.ts';
import { type ConcreteSegment, printConcrete, type Variables } from '../../notation/index.ts';
import { PROFILES, type Profile } from '../../standard/profile.ts';
import type { State } from '../../standard/state.ts';
import { prove, reach } from '../../states/index.ts';
import type { Evidence } from '../../verdict/evidence.ts';
import type { Fault, Taken } from '../../verdict/fault.ts';
import { kindOf } from '../../verdict/judge.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { CaseResult, ProfileVerdict } from '../../verdict/result.ts';
import { reasonOfError } from './attempt.ts';
import type { CaseContext } from './case-context.ts';
import { Climber, type PlayedStep } from './climber.ts';
import { beginning, disturbanceSince } from './disturbance.ts';
import { notRun } from './lost.ts';
import { Random } from './random.ts';
import type { Sample } from './settle.ts';
import { wireRecords } from './wire-records.ts';

/** What a scenario of several steps came to. */
interface Climb {
  readonly faults: readonly Fault[];
  readonly played: readonly PlayedStep[];
  readonly stateAfter: State | 'unknown';
  readonly proof: readonly Evidence[];
  readonly observed: readonly ConcreteSegment[];
  readonly variables: Variables;
  readonly records: CaseResult['records'];
  /** Why what was seen proves nothing. */
  readonly disturbance: Reason | undefined;
}

/**
 * Plays the tester's part of a ladder once, on a fresh connection; never rejects.
 *
 * @param shift what else the sequence numbers are chosen by
 */
export async function runLadder(ladder: Scenario, context: CaseContext, shift: number): Promise<Sample> {
  const began = Date.now();
  let records: CaseResult['records'] = [];
  const keep = (seen: CaseResult['records']): void => {
    records = seen;
  };
  try {
    const climbed = await climb(ladder, context, shift, keep);
    return { result: resultOf(ladder, context, climbed, began) };
  } catch (error) {
    const why = reasonOfError(error as Error);
    return { result: { ...notRun(ladder, context.family, why), records } };
  }
}

/** @param keep is given the segments as they stand when the ladder ends, also when it breaks off */
async function climb(
  ladder: Scenario,
  context: CaseContext,
  shift: number,
  keep: (records: CaseResult['records']) => void,
): Promise<Climb> {
  const { environment, family } = context;
  const began = beginning(environment.tester);
  const random = new Random(context.seed, `${ladder.id} ${family} ${shift}`);
  const reached = await reach(environment, {
    family,
    ...(ladder.origin ? { origin: ladder.origin } : {}),
    ...(ladder.closedBy ? { closedBy: ladder.closedBy } : {}),
    state: ladder.state,
    conditions: ladder.conditions,
    rcvNxt: random.sequenceNumber(context.avoided),
    outcomes: ladder.steps.flatMap((step) =>
      'expect' in step
        ? Object.values(step.expect).flatMap((all) => all.flatMap(({ then }) => then ?? []))
        : [],
    ),
  });
  const climber = new Climber(ladder, context, reached, random);
  const { mailbox } = reached.connection;
  let proofFrom = Number.POSITIVE_INFINITY;
  const records = (): CaseResult['records'] =>
    wireRecords({
      entries: [...mailbox.log],
      startedAt: began.startedAt,
      roleOf: (entry, position) => {
        if (position < climber.first) return 'setup';
        if (position >= proofFrom) return 'proof';
        return entry.from === 'tester' ? 'stimulus' : climber.roleOf(entry.segment);
      },
    });
  try {
    await context.checkpoint?.('setup');
    await climber.climb();
    proofFrom = mailbox.log.length;
    await context.checkpoint?.('stimulus');
    const proof = await prove(environment, climber.subject());
    await context.checkpoint?.('proof');
    return {
      faults: climber.faults,
      played: climber.played,
      stateAfter: proof.state,
      proof: proof.how,
      observed: climber.observed,
      variables: climber.variables(),
      records: records(),
      disturbance: disturbanceSince(began, environment, mailbox),
    };
  } finally {
    keep(records());
    await climber.release();
    context.witness?.(mailbox.log);
  }
}

function resultOf(ladder: Scenario, { family }: CaseContext, climbed: Climb, began: number): CaseResult {
  const { stateAfter, proof, observed, variables, records, disturbance } = climbed;
  const unproven: Reason = { kind: 'not proven', proof };
  const { why: _, ...about } = notRun(ladder, family, unproven);
  const seen = {
    ...about,
    stimulus: records
      .filter(({ role }) => role === 'stimulus')
      .map(({ segment }) => segment)
      .join(' '),
    variables,
    observed: observed.map(({ wnd: _, ...segment }) => printConcrete(segment)),
    kind: kindOf(observed),
    stateAfter,
    proof,
    records,
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
  if (disturbance !== undefined) {
    return { ...seen, outcome: 'inconclusive', why: disturbance };
  }
  if (stateAfter === 'unknown' && isOpen(climbed)) {
    return { ...seen, outcome: 'inconclusive', why: unproven };
  }
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, judgementBy(profile, ladder, climbed)]),
  ) as Record<Profile, ProfileVerdict>;
  return { ...seen, outcome: 'judged', judgements };
}

/** Whether no fault was seen before the end, under some profile. */
const isOpen = ({ faults, played }: Climb): boolean =>
  faults.length === 0 &&
  PROFILES.some((profile) => played.every(({ expect, isOutcome }) => expect[profile].some(isOutcome)));

/** A verdict over all steps, and the state that the last one has led to. */
function judgementBy(profile: Profile, ladder: Scenario, climbed: Climb): ProfileVerdict {
  const wrong = [...climbed.faults];
  const taken: Taken[] = [];
  let last: ResolvedOutcome | undefined;
  for (const { number: step, expect, isOutcome, seen } of climbed.played) {
    const outcomes = expect[profile];
    last = outcomes.find((outcome) => isOutcome(outcome) && outcome.level !== 'permitted');
    if (last) continue;
    last = outcomes.find(isOutcome);
    const expected = outcomes
      .filter(({ level, ends }) => level !== 'permitted' && !ends)
      .map(({ reply }) => printReply(reply));
    if (!last) {
      wrong.push({ step, kind: 'replies', expected, observed: seen });
      break;
    }
    const { reply, then } = last;
    const outcome = { reply: printReply(reply), ...(then ? { then } : {}) };
    taken.push({ step, outcome, better: expected.map((one) => ({ reply: one })) });
  }
  if (wrong.length === 0 && last?.then && !endsIn(last.then, ladder, climbed)) {
    wrong.push({ kind: 'state', expected: last.then, observed: climbed.stateAfter });
  }
  if (wrong.length > 0) return { verdict: 'deviates', others: 0, faults: wrong };
  return taken.length > 0 ? { verdict: 'permitted', taken } : { verdict: 'conformant' };
}

/** Where a LISTEN stands behind the port, CLOSED and LISTEN look alike. */
function endsIn(due: State, ladder: Scenario, { stateAfter }: Climb): boolean {
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || state === 'LISTEN';
  if (stateAfter === due) return true;
  return ladder.state !== 'CLOSED' && gone(stateAfter) && gone(due);
}

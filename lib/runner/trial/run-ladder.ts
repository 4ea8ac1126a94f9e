import type { Ladder } from '../../catalogue/ladder.ts';
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
import { type Choice, Climber } from './climber.ts';
import { asCase } from './described.ts';
import { beginning, disturbanceSince } from './disturbance.ts';
import { notRun } from './lost.ts';
import { Random } from './random.ts';
import type { Sample } from './settle.ts';
import { wireRecords } from './wire-records.ts';

/** What a ladder came to: the steps that were not as drawn, and those that some document leaves to the target. */
interface Climb {
  readonly faults: readonly Fault[];
  readonly choices: readonly Choice[];
  /** The target went another way, which is as right. */
  readonly ended: boolean;
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
export async function runLadder(ladder: Ladder, context: CaseContext, shift: number): Promise<Sample> {
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
    return { result: { ...notRun(asCase(ladder), context.family, why), records } };
  }
}

/** @param keep is given the segments as they stand when the ladder ends, also when it breaks off */
async function climb(
  ladder: Ladder,
  context: CaseContext,
  shift: number,
  keep: (records: CaseResult['records']) => void,
): Promise<Climb> {
  const { environment, family } = context;
  const began = beginning(environment.tester);
  const random = new Random(context.seed, `${ladder.id} ${family} ${shift}`);
  const reached = await reach(environment, {
    family,
    state: ladder.start,
    conditions: ladder.conditions,
    rcvNxt: random.sequenceNumber(context.avoided),
    outcomes: ladder.steps.flatMap((step) => ('expect' in step && step.then ? [step.then] : [])),
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
      choices: climber.choices,
      ended: climber.ended,
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

function resultOf(ladder: Ladder, { family }: CaseContext, climbed: Climb, began: number): CaseResult {
  const { stateAfter, proof, observed, variables, records, disturbance } = climbed;
  const unproven: Reason = { kind: 'not proven', proof };
  const { why: _, ...about } = notRun(asCase(ladder), family, unproven);
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
  if (stateAfter === 'unknown' && climbed.faults.length === 0) {
    return { ...seen, outcome: 'inconclusive', why: unproven };
  }
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, judgementBy(profile, ladder, climbed)]),
  ) as Record<Profile, ProfileVerdict>;
  return { ...seen, outcome: 'judged', judgements };
}

const isAskedFor = ({ since = 'rfc793' }: Ladder, profile: Profile): boolean =>
  PROFILES.indexOf(profile) >= PROFILES.indexOf(since);

/** Before the ladder's document is in force, only what that document permits is right. */
function judgementBy(profile: Profile, ladder: Ladder, climbed: Climb): ProfileVerdict {
  const wrong = [...climbed.faults];
  if (wrong.length === 0 && !endsAsDrawn(ladder, climbed)) {
    wrong.push({ kind: 'state', expected: lastState(ladder, climbed), observed: climbed.stateAfter });
  }
  const asked = isAskedFor(ladder, profile);
  const taken: Taken[] = [];
  for (const { step, expected, permitted, then } of climbed.choices) {
    const better = expected.map((reply) => ({ reply }));
    if (asked && then) taken.push({ step, outcome: { reply: permitted, then }, better });
    if (!asked && !then)
      wrong.push({
        step,
        kind: 'replies',
        expected: [permitted],
        observed: expected.filter((reply) => reply !== 'silence'),
      });
  }
  if (wrong.length > 0) return { verdict: 'deviates', others: 0, faults: wrong };
  return taken.length > 0 ? { verdict: 'permitted', taken } : { verdict: 'conformant' };
}

/** The state of the last line, or the one that a choice has led to instead. */
const lastState = ({ then }: Ladder, { choices }: Climb): State => choices.at(-1)?.then ?? then;

/** Where a LISTEN stands behind the port, CLOSED and LISTEN look alike. */
function endsAsDrawn(ladder: Ladder, climbed: Climb): boolean {
  const { stateAfter, ended } = climbed;
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || state === 'LISTEN';
  const due = lastState(ladder, climbed);
  if (ended || stateAfter === due) return true;
  return ladder.start !== 'CLOSED' && gone(stateAfter) && gone(due);
}

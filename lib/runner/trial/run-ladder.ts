import { type ConcreteSegment, printConcrete, type Variables } from '../../notation/index.ts';
import type { Ladder } from '../../spec/ladder.ts';
import { PROFILES, type Profile } from '../../spec/profile.ts';
import type { State } from '../../spec/state.ts';
import { prove, reach } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { kindOf } from '../../verdict/judge.ts';
import type { CaseResult, Inconclusive, Verdict } from '../../verdict/result.ts';
import type { CaseContext } from './case-context.ts';
import { Climber } from './climber.ts';
import { asCase } from './described.ts';
import { beginning, disturbanceSince } from './disturbance.ts';
import { lostResult } from './lost.ts';
import { Random } from './random.ts';
import type { Sample } from './settle.ts';
import { wireRecords } from './wire-records.ts';

/** What a ladder came to: the steps that were not as drawn, and those that were only permitted. */
interface Climb {
  readonly faults: readonly string[];
  readonly concessions: readonly string[];
  /** The target went another way, which is as right. */
  readonly ended: boolean;
  readonly stateAfter: State | 'unknown';
  readonly proof: string;
  readonly observed: readonly ConcreteSegment[];
  readonly variables: Variables;
  readonly records: CaseResult['records'];
  /** Why what was seen proves nothing. */
  readonly disturbance: string | undefined;
}

/**
 * Plays the tester's part of a ladder once, on a fresh connection; never rejects.
 *
 * @param shift what else the sequence numbers are chosen by
 */
export async function runLadder(ladder: Ladder, context: CaseContext, shift: number): Promise<Sample> {
  const began = Date.now();
  try {
    const climbed = await climb(ladder, context, shift);
    const result = resultOf(ladder, context, climbed, began);
    return { result, spoilt: climbed.disturbance ?? result.inconclusive?.reason };
  } catch (error) {
    const inconclusive: Inconclusive = {
      reason: (error as Error).message,
      byCapability: error instanceof NotCapable,
    };
    const lost = lostResult(asCase(ladder), context.family, inconclusive.reason);
    return { result: { ...lost, inconclusive }, spoilt: inconclusive.reason };
  }
}

async function climb(ladder: Ladder, context: CaseContext, shift: number): Promise<Climb> {
  const { environment, family } = context;
  const began = beginning(environment.tester);
  const random = new Random(context.seed, `${ladder.id} ${family} ${shift}`);
  const reached = await reach(environment, {
    family,
    state: ladder.start,
    condition: ladder.condition,
    rcvNxt: random.sequenceNumber(context.avoided),
    unread: ladder.unread ?? false,
    outcomes: ladder.steps.flatMap((step) => ('expect' in step && step.then ? [step.then] : [])),
  });
  const climber = new Climber(ladder, context, reached, random);
  try {
    await climber.climb();
    const { mailbox } = reached.connection;
    const proofFrom = mailbox.log.length;
    const proof = await prove(environment, climber.subject());
    return {
      faults: climber.faults,
      concessions: climber.concessions,
      ended: climber.ended,
      stateAfter: proof.state,
      proof: proof.how,
      observed: climber.observed,
      variables: climber.variables(),
      records: wireRecords({
        entries: [...mailbox.log],
        startedAt: began.startedAt,
        roleOf: (entry, position) => {
          if (position < climber.first) return 'setup';
          if (position >= proofFrom) return 'proof';
          return entry.from === 'tester' ? 'stimulus' : climber.roleOf(entry.segment);
        },
      }),
      disturbance: disturbanceSince(began, environment, mailbox),
    };
  } finally {
    await climber.release();
  }
}

function resultOf(ladder: Ladder, { family }: CaseContext, climbed: Climb, began: number): CaseResult {
  const { stateAfter, proof, observed, variables, records, concessions } = climbed;
  const unproven = stateAfter === 'unknown' && climbed.faults.length === 0;
  const { inconclusive, ...lost } = lostResult(
    asCase(ladder),
    family,
    `the state after could not be proven: ${proof}`,
  );
  const faults = [...climbed.faults];
  if (faults.length === 0 && !endsAsDrawn(ladder, climbed))
    faults.push(`afterwards in ${stateAfter}, not ${ladder.then}`);
  const verdicts = {} as Record<Profile, Verdict>;
  const reasons: Partial<Record<Profile, string>> = {};
  for (const profile of PROFILES) {
    const binding = PROFILES.indexOf(profile) >= PROFILES.indexOf(ladder.since ?? 'rfc793');
    if (unproven) verdicts[profile] = 'inconclusive';
    else if (faults.length > 0) verdicts[profile] = 'deviates';
    else verdicts[profile] = concessions.length > 0 && binding ? 'permitted' : 'conformant';
    if (verdicts[profile] === 'deviates') reasons[profile] = faults.join('; ');
    if (verdicts[profile] === 'permitted') reasons[profile] = concessions.join('; ');
  }
  return {
    ...lost,
    ...(unproven && inconclusive ? { inconclusive } : {}),
    stimulus: records
      .filter(({ role }) => role === 'stimulus')
      .map(({ segment }) => segment)
      .join(' '),
    variables,
    observed: observed.map(({ wnd: _, ...segment }) => printConcrete(segment)),
    kind: kindOf(observed),
    stateAfter,
    proof,
    verdicts,
    reasons,
    records,
    startedAt: new Date(began).toISOString(),
    durationMs: Date.now() - began,
  };
}

/** A concession leads elsewhere than the last line; where a LISTEN stands behind the port, CLOSED and LISTEN look alike. */
function endsAsDrawn({ start, then }: Ladder, { stateAfter, concessions, ended }: Climb): boolean {
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || state === 'LISTEN';
  if (ended || concessions.length > 0 || stateAfter === then) return true;
  return start !== 'CLOSED' && gone(stateAfter) && gone(then);
}

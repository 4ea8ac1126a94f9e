import { printReply } from '../../catalogue/resolve.ts';
import type { ResolvedOutcome, Scenario, Step } from '../../catalogue/scenario.ts';
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
import { beginning, disturbanceSince } from './disturbance.ts';
import { notRun } from './lost.ts';
import { PlayedConnection } from './played-connection.ts';
import { Random } from './random.ts';
import type { Sample } from './repeat-until-trusted.ts';
import { needsAge, needsSmallWindow, statesAfter } from './setup.ts';
import { wireRecords } from './wire-records.ts';

/** What a scenario of several steps came to. */
interface Play {
  /** The first connection, and after it those beside it. */
  readonly ends: readonly End[];
  readonly variables: Variables;
  readonly records: CaseResult['records'];
  /** Why what was seen proves nothing. */
  readonly disturbance: Reason | undefined;
}

/** What one connection of a scenario came to. */
interface End {
  readonly connection: PlayedConnection;
  /** States that steps have asked for proof of, at the end. */
  readonly due: readonly State[];
  readonly stateAfter: State | 'unknown';
  readonly proof: readonly Evidence[];
}

/**
 * Plays a scenario of several steps once, on fresh connections; never rejects. A state on the way is proven on a connection of its
 * own, which has gone the same way so far: what proves a state may change it.
 *
 * @param shift what else the sequence numbers are chosen by
 */
export async function playScenario(scenario: Scenario, context: CaseContext, shift: number): Promise<Sample> {
  const { steps } = scenario;
  const parts = steps.flatMap((step, index) =>
    'state' in step && index < steps.length - 1 ? [steps.slice(0, index + 1)] : [],
  );
  for (const part of parts) {
    const sample = await playOnce({ ...scenario, steps: part }, context, shift);
    const { result } = sample;
    const isAsAsked =
      result.outcome === 'judged' &&
      PROFILES.every((profile) => result.judgements[profile].verdict !== 'deviates');
    if (!isAsAsked) return sample;
  }
  return playOnce(scenario, context, shift);
}

async function playOnce(scenario: Scenario, context: CaseContext, shift: number): Promise<Sample> {
  const began = Date.now();
  let records: CaseResult['records'] = [];
  const keep = (seen: CaseResult['records']): void => {
    records = seen;
  };
  try {
    const seen = await play(scenario, context, shift, keep);
    return { result: resultOf(scenario, context, seen, began) };
  } catch (error) {
    const why = reasonOfError(error as Error);
    return { result: { ...notRun(scenario, context.family, why), records } };
  }
}

/** The name of the first connection. */
const FIRST = '';
const nameOf = ({ on = FIRST }: Step): string => on;

/** @param keep is given the segments as they stand when the scenario ends, also when it breaks off */
async function play(
  scenario: Scenario,
  context: CaseContext,
  shift: number,
  keep: (records: CaseResult['records']) => void,
): Promise<Play> {
  const { environment } = context;
  const began = beginning(environment.tester);
  const connections = new Map<string, PlayedConnection>();
  const proofsFrom = new Map<PlayedConnection, number>();
  const records = (): CaseResult['records'] =>
    [...connections.values()].flatMap((connection) =>
      wireRecords({
        entries: [...connection.mailbox.log],
        startedAt: began.startedAt,
        roleOf: (entry, position) => {
          if (position < connection.first) return 'setup';
          if (position >= (proofsFrom.get(connection) ?? Number.POSITIVE_INFINITY)) return 'proof';
          return entry.from === 'tester' ? 'stimulus' : connection.roleOf(entry.segment);
        },
      }),
    );
  try {
    await reachAll(scenario, context, shift, connections);
    await context.checkpoint?.('setup');
    await playSteps(scenario.steps, connections);
    const first = connections.get(FIRST) as PlayedConnection;
    const variables = first.variables();
    for (const connection of connections.values()) proofsFrom.set(connection, connection.mailbox.log.length);
    await context.checkpoint?.('stimulus');
    const ends: End[] = [];
    for (const [name, connection] of connections) {
      proofsFrom.set(connection, connection.mailbox.log.length);
      const proof = await prove(environment, connection.subject());
      const last = scenario.steps.findLast((step) => nameOf(step) === name);
      const due = last && 'state' in last ? [last.state] : [];
      ends.push({ connection, due, stateAfter: proof.state, proof: proof.how });
    }
    await context.checkpoint?.('proof');
    const unsent = [...connections.values()].flatMap(({ mailbox }) => mailbox.unsent);
    const refusals = [...connections.values()].flatMap(({ mailbox }) => mailbox.refusals);
    const disturbance = disturbanceSince(began, environment, { unsent, refusals });
    return { ends, variables, records: records(), disturbance };
  } finally {
    keep(records());
    for (const connection of connections.values()) {
      await connection.release();
      context.witness?.(connection.mailbox.log);
    }
  }
}

/** Brings each connection to where it begins, the first one last: nothing passes before its first step. */
async function reachAll(
  scenario: Scenario,
  context: CaseContext,
  shift: number,
  connections: Map<string, PlayedConnection>,
): Promise<void> {
  const { environment, family } = context;
  const { steps } = scenario;
  const places = [...Object.entries(scenario.beside), [FIRST, scenario] as const];
  const reached = new Map<string, PlayedConnection>();
  for (const [name, place] of places) {
    const random = new Random(context.seed, `${scenario.id} ${family} ${shift}${name}`);
    const own = { ...scenario, steps: steps.filter((step) => nameOf(step) === name) };
    const { state, origin, closedBy, conditions } = place;
    const there = await reach(environment, {
      ...{ family, state, conditions },
      ...(origin ? { origin } : {}),
      ...(closedBy ? { closedBy } : {}),
      rcvNxt: random.sequenceNumber(context.avoided),
      aged: needsAge(own),
      smallWindow: needsSmallWindow(own),
      ownListener:
        state !== 'CLOSED' && own.steps.some((step) => 'user' in step && step.user.call === 'CLOSE LISTENER'),
      outcomes: statesAfter(own),
    });
    reached.set(name, new PlayedConnection(place, context, there, random));
    // Those that are there are to be left also when the next is not reached.
    connections.set(name, reached.get(name) as PlayedConnection);
    const tells = own.steps.some((step) => 'expect' in step && step.delivered !== undefined);
    if (tells && there.handle) await reached.get(name)?.delivered();
  }
  const first = connections.get(FIRST) as PlayedConnection;
  connections.clear();
  connections.set(FIRST, first);
  for (const [name, connection] of reached) connections.set(name, connection);
}

async function playSteps(
  steps: readonly Step[],
  connections: ReadonlyMap<string, PlayedConnection>,
): Promise<void> {
  let since = performance.now();
  for (const [index, step] of steps.entries()) {
    const connection = connections.get(nameOf(step)) as PlayedConnection;
    if ('state' in step) continue;
    if ('expect' in step) {
      if (!(await connection.expect(step, index + 1, since))) return;
      continue;
    }
    since = performance.now();
    if ('send' in step) connection.send(step.send);
    else await connection.act(step.user);
  }
}

function resultOf(scenario: Scenario, { family }: CaseContext, play: Play, began: number): CaseResult {
  const { ends, variables, records, disturbance } = play;
  const [{ stateAfter, proof }] = ends as readonly [End, ...End[]];
  const observed: readonly ConcreteSegment[] = ends.flatMap(({ connection }) => connection.observed);
  const unproven: Reason = { kind: 'not proven', proof };
  const { why: _, ...about } = notRun(scenario, family, unproven);
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
  const open = ends.find((end) => end.stateAfter === 'unknown');
  if (open && isOpen(play)) {
    return { ...seen, outcome: 'inconclusive', why: { kind: 'not proven', proof: open.proof } };
  }
  const judgements = Object.fromEntries(
    PROFILES.map((profile) => [profile, judgementBy(profile, play)]),
  ) as Record<Profile, ProfileVerdict>;
  return { ...seen, outcome: 'judged', judgements };
}

/** Whether no fault was seen before the end, under some profile. */
const isOpen = ({ ends }: Play): boolean =>
  PROFILES.some((profile) =>
    ends.every(
      ({ connection: { faults, played } }) =>
        faults.length === 0 && played.every(({ expect, isOutcome }) => expect[profile].some(isOutcome)),
    ),
  );

/** A verdict over all steps, and the states that the last ones have led to. */
function judgementBy(profile: Profile, { ends }: Play): ProfileVerdict {
  const wrong: Fault[] = ends.flatMap(({ connection }) => connection.faults);
  const taken: Taken[] = [];
  for (const end of ends) {
    const { connection, due, stateAfter } = end;
    let last: ResolvedOutcome | undefined;
    let isOff = false;
    for (const { number: step, expect, isOutcome, seen } of connection.played) {
      const outcomes = expect[profile];
      last = outcomes.find((outcome) => isOutcome(outcome) && outcome.level !== 'permitted');
      if (last) continue;
      last = outcomes.find(isOutcome);
      const expected = outcomes
        .filter(({ level, ends }) => level !== 'permitted' && !ends)
        .map(({ reply }) => printReply(reply));
      if (!last) {
        wrong.push({ step, kind: 'replies', expected, observed: seen });
        isOff = true;
        break;
      }
      const { reply, then } = last;
      const outcome = { reply: printReply(reply), ...(then ? { then } : {}) };
      taken.push({ step, outcome, better: expected.map((one) => ({ reply: one })) });
    }
    // Where a step was off, or another way was taken, the state of the last step is nobody's.
    if (isOff || wrong.length > 0 || last?.ends) continue;
    for (const expected of [...(last?.then ? [last.then] : []), ...due]) {
      if (endsIn(expected, end)) continue;
      wrong.push({ kind: 'state', expected, observed: stateAfter });
    }
  }
  if (wrong.length > 0) return { verdict: 'deviates', others: 0, faults: wrong };
  return taken.length > 0 ? { verdict: 'permitted', taken } : { verdict: 'conformant' };
}

/** Where a LISTEN stands behind the port, CLOSED and LISTEN look alike. */
function endsIn(due: State, { stateAfter, connection }: End): boolean {
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || state === 'LISTEN';
  if (stateAfter === due) return true;
  return connection.listening && gone(stateAfter) && gone(due);
}

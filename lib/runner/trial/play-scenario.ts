import { isCase, type Scenario, type Step, stimulusOf } from '../../catalogue/scenario.ts';
import type { Variables } from '../../notation/index.ts';
import { PROFILES } from '../../standard/profile.ts';
import { reach, Unreached } from '../../states/index.ts';
import { NotCapable } from '../../target/driver.ts';
import { type Ending, isUnexpectedSilence } from '../../verdict/judge-scenario.ts';
import type { WireRecord } from '../../verdict/observed.ts';
import type { Reason } from '../../verdict/reason.ts';
import type { CaseContext } from './case-context.ts';
import type { CallRecord } from '../../verdict/result.ts';
import { resultOf } from './case-result.ts';
import { beginning, disturbanceSince } from './disturbance.ts';
import { notRun } from './not-run.ts';
import { PlayedConnection } from './played-connection.ts';
import { anchor, Random } from './random.ts';
import type { Sample } from './repeat-until-trusted.ts';
import { needsAge, needsSmallWindow, statesAfter } from './setup.ts';
import { millisecondsAfter, wireRecords, withIcmpSent } from './wire-records.ts';

/** One attempt at a scenario. */
export interface Attempt extends Sample {
  /** The TCB of the first connection when the last segment was sent; empty where none was. */
  readonly variables: Variables;
  /** Whether the attempt went on before the observation time of some step was over. */
  readonly isHasty: boolean;
  /** The kinds of steps that it did not wait for in full. */
  readonly hastened: ReadonlySet<string>;
  /** The kinds of steps that it waited for in full, and whether a reply came after a hasty attempt would have gone on. */
  readonly watched: ReadonlyMap<string, boolean>;
  /** Whether a reply came after a connection had ended whose last step was not waited for in full. */
  readonly hasLateReply: boolean;
}

/**
 * Plays a scenario once, on fresh connections; never rejects. It proves a state on the way on another connection that has taken
 * the same steps, because a proof may change the state.
 *
 * @param shift changes the choice of sequence numbers, so that a repeated attempt does not use the same ones
 */
export async function playScenario(
  scenario: Scenario,
  context: CaseContext,
  shift: number,
): Promise<Attempt> {
  const { steps } = scenario;
  const parts: Attempt[] = [];
  for (const [index, step] of steps.slice(0, -1).entries()) {
    if (!('state' in step)) continue;
    const part = await playOnce({ ...scenario, steps: steps.slice(0, index + 1) }, context, shift);
    parts.push(part);
    const { result } = part;
    const isAsAsked =
      result.outcome === 'judged' &&
      PROFILES.every((profile) => result.judgements[profile].verdict !== 'deviates');
    if (!isAsAsked) return joined(parts);
  }
  parts.push(await playOnce(scenario, context, shift));
  return joined(parts);
}

/** The last part's result, with all that led to it. */
function joined(parts: readonly Attempt[]): Attempt {
  const last = parts.at(-1);
  if (!last) throw new RangeError('a scenario has parts');
  return {
    ...last,
    isHasty: parts.some(({ isHasty }) => isHasty),
    hastened: new Set(parts.flatMap(({ hastened }) => [...hastened])),
    watched: mergedWatches(parts),
    hasLateReply: parts.some(({ hasLateReply }) => hasLateReply),
  };
}

function mergedWatches(parts: readonly Pick<Attempt, 'watched'>[]): Map<string, boolean> {
  const merged = new Map<string, boolean>();
  for (const { watched } of parts)
    for (const [kind, hasMissed] of watched) merged.set(kind, hasMissed || merged.get(kind) === true);
  return merged;
}

/** The name of the first connection. */
const FIRST = '';
const nameOf = ({ on = FIRST }: Step): string => on;

async function playOnce(scenario: Scenario, context: CaseContext, shift: number): Promise<Attempt> {
  // The first connection, and after it those beside it.
  const connections: PlayedConnection[] = [];
  const seen = await tryOnce(scenario, context, shift, connections);
  for (const connection of connections) await connection.release();
  const hastened = new Set(connections.flatMap(({ watch }) => [...watch.hastened]));
  const watched = mergedWatches(connections.map(({ watch }) => watch));
  let hasLateReply = false;
  for (const connection of connections) hasLateReply = (await connection.hearsLateReply()) || hasLateReply;
  return { ...seen, isHasty: hastened.size > 0, hastened, watched, hasLateReply };
}

async function tryOnce(
  scenario: Scenario,
  context: CaseContext,
  shift: number,
  connections: PlayedConnection[],
): Promise<Omit<Attempt, 'isHasty' | 'hastened' | 'watched' | 'hasLateReply'>> {
  const { environment } = context;
  let began = beginning(environment.tester);
  const calls: CallRecord[] = [];
  const run = { startedAt: new Date().toISOString(), began: performance.now() };
  const tried = () => ({
    variables: connections[0]?.variables ?? {},
    about: {
      records: connections
        .flatMap((connection) => recordsOf(scenario, connection, run.began, connections.length > 1))
        .sort((one, other) => one.at - other.at),
      ...(calls.length > 0
        ? { calls: calls.map(({ step, at }) => ({ step, at: millisecondsAfter(run.began, at) })) }
        : {}),
      startedAt: run.startedAt,
      durationMs: Math.round(performance.now() - run.began),
    },
  });
  try {
    await reachAll(scenario, context, shift, connections);
    await context.checkpoint?.('setup');
    await playSteps(scenario, connections, calls, () => {
      // What the tester missed meanwhile, nobody looks at.
      began = beginning(environment.tester);
    });
    for (const connection of connections) connection.endsHere();
    await context.checkpoint?.('stimulus');
    const endings: Ending[] = [];
    for (const connection of connections) {
      const last = scenario.steps.findLast((step) => nameOf(step) === connection.name);
      endings.push(await connection.prove(last && 'state' in last ? last : undefined));
    }
    await context.checkpoint?.('proof');
    const { about, variables } = tried();
    const spoilt =
      disturbanceSince(began, environment, {
        unsent: connections.flatMap(({ mailbox }) => mailbox.unsent),
        refusals: connections.flatMap(({ mailbox, watch }) =>
          mailbox.refusals.filter((one) => one !== watch.refusal),
        ),
      }) ?? connections.find(({ watch }) => watch.spoilt)?.watch.spoilt;
    const result = { ...resultOf(scenario, context, { endings, variables, ...about }, spoilt) };
    const steps = endings.flatMap((ending) => ending.steps);
    return { result, variables, silent: steps.some((step) => isUnexpectedSilence(step, context.adoption)) };
  } catch (error) {
    const { about, variables } = tried();
    return {
      result: { ...notRun(scenario, context.family, reasonOfError(error as Error)), ...about },
      variables,
    };
  }
}

/** Why an attempt that threw an error says nothing. */
export function reasonOfError(error: Error): Reason {
  if (error instanceof NotCapable) return { kind: 'not capable', lack: error.lack };
  if (!(error instanceof Unreached)) return { kind: 'failed', told: error.message };
  const { obstacle, step } = error;
  return { kind: 'not reached', ...(step ? { step } : {}), obstacle };
}

/** In a scenario of one stimulus, segments are written in terms of the TCB at the time of the stimulus. */
function recordsOf(
  scenario: Scenario,
  connection: PlayedConnection,
  startedAt: number,
  isOneOfSeveral: boolean,
): WireRecord[] {
  const entries = [...connection.mailbox.log];
  const roleOf = connection.roleOf.bind(connection);
  const { mailbox, variables } = connection;
  const testerPort = isOneOfSeveral ? mailbox.port : undefined;
  if (!isCase(scenario) || !variables) {
    const log = { entries, startedAt, testerPort, roleOf };
    return withIcmpSent(wireRecords(log), mailbox.icmpSent, log);
  }
  return wireRecords({ entries, startedAt, testerPort, roleOf, variables, send: stimulusOf(scenario) });
}

/** Brings each connection to its first state, the main one last, so that no time passes before its first step. */
async function reachAll(
  scenario: Scenario,
  context: CaseContext,
  shift: number,
  connections: PlayedConnection[],
): Promise<void> {
  const { environment, family, index, avoided, seed } = context;
  const places = [...Object.entries(scenario.beside), [FIRST, scenario] as const];
  for (const [name, place] of places) {
    const random = new Random(seed, `${scenario.id} ${family} ${shift}${name}`);
    const own = { ...scenario, steps: scenario.steps.filter((step) => nameOf(step) === name) };
    const { state, origin, closedBy, conditions } = place;
    const reached = await reach(environment, {
      ...{ family, state, origin, closedBy, conditions },
      rcvNxt:
        name === FIRST ? anchor(index + shift, family, random, avoided) : random.sequenceNumber(avoided),
      aged: needsAge(own),
      smallWindow: needsSmallWindow(own),
      ownListener:
        state !== 'CLOSED' && own.steps.some((step) => 'user' in step && step.user.call === 'CLOSE LISTENER'),
      outcomes: statesAfter(own),
    });
    const connection = new PlayedConnection(name, place, context, reached, random);
    // Release these also when the next one is not reached.
    connections.unshift(connection);
    const tells = own.steps.some((step) => 'expect' in step && step.delivered !== undefined);
    if (tells && reached.handle) await connection.beginsToRead();
  }
}

async function playSteps(
  scenario: Scenario,
  connections: readonly PlayedConnection[],
  calls: CallRecord[],
  waited: () => void,
): Promise<void> {
  const { steps } = scenario;
  let since = performance.now();
  for (const [index, step] of steps.entries()) {
    if ('state' in step) continue;
    const connection = connections.find(({ name }) => name === nameOf(step)) as PlayedConnection;
    if ('expect' in step) {
      const number = isCase(scenario) ? undefined : index + 1;
      if (!(await connection.expect(step, since, number))) return;
    } else {
      if ('wait' in step) await connection.waits(step.wait);
      since = performance.now();
      if ('send' in step) await connection.send(step);
      if ('icmp' in step) await connection.sendIcmpError(step);
      if ('crowd' in step) await connection.crowd(step);
      if ('user' in step) {
        calls.push({ step: index + 1, at: since });
        await connection.act(step.user);
      }
      if ('wait' in step) waited();
    }
  }
}

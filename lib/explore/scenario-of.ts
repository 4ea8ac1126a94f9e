import { resolveScenario, declarationOf, printReply } from '../catalogue/resolve.ts';
import type { Reply, ResolvedOutcome, Scenario, SendStep, Step } from '../catalogue/scenario.ts';
import {
  type Expression,
  lengthOf,
  mentions,
  relativeNotation,
  type SegmentNotation,
  type Variable,
  VARIABLES,
  type Variables,
} from '../notation/index.ts';
import { familiesOf } from '../catalogue/conditions.ts';
import { PROFILES, type Profile } from '../standard/profile.ts';
import { citationsOf, isRule, type RuleId, requirementsOf } from '../standard/rules.ts';
import type { State } from '../standard/state.ts';
import { type Segment, segLen } from '../standard/tcb.ts';
import { timeOut } from '../standard/time-out.ts';
import { serveQueue } from '../standard/user-calls.ts';
import { lt } from '../wire/seq.ts';
import { leftOf } from './oracle/crossing.ts';
import { happen } from './oracle/events.ts';
import { silenceSeen } from './oracle/sightings.ts';
import { isEmptyAck, type Terms, type World } from './oracle/world.ts';
import { FIRST } from './play.ts';
import type { Played, TracedStep } from './played.ts';
import type { Sequence, SequenceStep } from './sequence.ts';
import { inTime, type TimelyStep } from './in-time.ts';
import { stepOf } from './steps-of-arrives.ts';
import { emptyAck } from '../standard/segments.ts';

interface Naming {
  readonly id: string;
  readonly title: string;
  /** The variables are those of the sequence, for people who read it; else those of `run`, which knows some numbers earlier. */
  readonly isAsPlayed?: boolean;
}

/**
 * A sequence as a scenario of the catalogue's form, with what the specification expects of each step, under every profile. It can
 * be pasted into a suite, and `run` plays it.
 *
 * @param played a connection on which it was played to its last step
 */
export function scenarioOf(
  sequence: Sequence,
  played: Pick<Played, 'trace' | 'traces' | 'on'>,
  { id, title, isAsPlayed = false }: Naming,
): Scenario {
  const { place, beside = {}, steps } = sequence;
  const { traces, on: failed = FIRST } = played;
  const known = KNOWN_BEFORE_SYN[place.state];
  const tracedOn = (name: string): readonly TimelyStep[] => {
    const trace = traces[name];
    const all = !trace || isAsPlayed ? (trace?.steps ?? []) : inTime(trace.steps, trace.worlds, trace.terms);
    if (!known || name !== FIRST) return all;
    return all.map((step, index) =>
      index === 0 ? { ...step, variables: only(step.variables, known) } : step,
    );
  };
  const expected = Object.fromEntries(
    Object.entries(traces).map(([name, { worlds, terms }]) => [
      name,
      expectationsOf(tracedOn(name), worlds, terms),
    ]),
  );
  const last = steps.length - 1;
  const all = steps.flatMap((original, index): Step[] => {
    const { on = FIRST } = original;
    const elsewhere = expected[failed]?.[index];
    // What must not have come on another connection.
    const others: Step[] =
      index === last && on !== failed && elsewhere
        ? [{ ...(failed === FIRST ? {} : { on: failed }), expect: elsewhere }]
        : [];
    const traced = tracedOn(on)[index];
    const expect = expected[on]?.[index];
    if (index === last && 'wait' in original)
      return others.length > 0 ? [original, ...others] : timersIn(traced, expect, original.wait);
    const step =
      known && index === 0 && 'send' in original ? withVariables(original, known) : inTerms(original, traced);
    if (traced?.behind) return [step, { wait: WHILE_IT_DEVIATES }, ...others];
    // What comes while time passes is no step's business, but of the last. Where that is a timer's, to see that nothing comes takes time.
    const isTimed = 'wait' in (steps[last] as SequenceStep) && 'wait' in (steps[index + 1] ?? {});
    if (!expect || 'wait' in step || (isTimed && traced?.seen.length === 0)) return [step, ...others];
    return [step, { ...(original.on ? { on: original.on } : {}), expect, ...traced?.asks }, ...others];
  });
  const rules = rulesOf(played);
  const scenario: Scenario = {
    ...{ id, title, ...place, beside, steps: all, rules },
    ...{
      cite: citationsOf(rules),
      requirements: requirementsOf(rules),
      families: familiesOf(place.conditions),
    },
  };
  return resolveScenario(declarationOf(scenario));
}

// Milliseconds in which a target may do what it is known to do: as long as `run` waits for a reply.
const WHILE_IT_DEVIATES = 600;

/** What timers have sent while time has passed, each as the next that comes; the last of them is what is wrong. */
function timersIn(step: TracedStep | undefined, expect: Expected | undefined, wait: number): Step[] {
  if (!step || !expect) return [];
  const before = step.seen.slice(0, -1).map((one): Step => {
    const outcome: ResolvedOutcome = { reply: [written(one, step, false)], level: 'required' };
    return {
      expect: { rfc793: [outcome], rfc1122: [outcome], rfc5961: [outcome], rfc9293: [outcome] },
      next: true,
    };
  });
  // Of other timers nobody knows when they must have expired.
  return [...before, { expect, next: true, ...(step.isKeepAliveDue ? { within: wait } : {}) }];
}

/** What has a value before the peer's first segment. What that segment says otherwise is free; replies are told by its own numbers. */
const KNOWN_BEFORE_SYN: Partial<Readonly<Record<State, readonly Variable[]>>> = {
  CLOSED: [],
  LISTEN: [],
  'SYN-SENT': ['ISS', 'SND.UNA', 'SND.NXT', 'RCV.WND'],
};

const only = (variables: Variables, known: readonly Variable[]): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => known.includes(name as Variable)));

/** The same numbers in other variables. */
function inTerms(step: SequenceStep, traced: TimelyStep | undefined): SequenceStep {
  const { notation } = traced ?? {};
  if (!notation || !('send' in step) || step.send.length > 1) return step;
  const { seq, ack, data } = notation;
  return {
    ...step,
    send: [{ ...step.send[0], ...(seq ? { seq } : {}), ...(ack ? { ack } : {}), ...(data ? { data } : {}) }],
  };
}

function withVariables(step: SendStep, known: readonly Variable[]): SendStep {
  const [first] = step.send;
  const free = (expression: Expression | undefined): Expression | undefined =>
    expression && VARIABLES.some((name) => !known.includes(name) && mentions(expression, name))
      ? { kind: 'any' }
      : expression;
  const { seq, ack, ...rest } = first;
  const [any, acked] = [free(seq), free(ack)];
  return { ...step, send: [{ ...rest, ...(any ? { seq: any } : {}), ...(acked ? { ack: acked } : {}) }] };
}

/** The prefix of the ids of scenarios that begin there. */
export const idIn = ({ place: { state, origin } }: Sequence, name: string): string =>
  [state.toLowerCase(), ...(origin ? [origin] : []), 'explored', name].join('.');

/** What came of the last step, in terms of the TCB before it. */
export function lastSeen({ trace }: Pick<Played, 'trace'>): Reply {
  const last = trace.steps.at(-1);
  return last ? last.seen.map((one) => written(one, last, false)) : [];
}

/** What the last step expects under a profile. */
export function lastExpected({ steps }: Scenario, profile: Profile): readonly Reply[] {
  const last = steps.findLast((step) => 'expect' in step);
  return last ? last.expect[profile].map(({ reply }) => reply) : [];
}

type Expected = Readonly<Record<Profile, readonly ResolvedOutcome[]>>;

function expectationsOf(
  steps: readonly TracedStep[],
  first: readonly World[],
  terms: Terms,
): readonly Expected[] {
  const byProfile = new Map(
    PROFILES.map((profile) => [profile, outcomesUnder({ ...terms, profile }, steps, first)] as const),
  );
  const own = byProfile.get(terms.profile) ?? [];
  return steps.map(
    (_, index) =>
      Object.fromEntries(
        PROFILES.map((profile) => [profile, byProfile.get(profile)?.[index] ?? own[index] ?? []]),
      ) as Expected,
  );
}

/** By step; undefined from where on the profile does not explain what was seen. */
function outcomesUnder(
  terms: Terms,
  steps: readonly TracedStep[],
  first: readonly World[],
): readonly (readonly ResolvedOutcome[] | undefined)[] {
  let worlds = first;
  let isRenumbered = false;
  return steps.map((traced, index) => {
    const before = worlds;
    const step = { ...traced, isRenumbered, wasOpening: before.some(({ tcb }) => tcb.state === 'SYN-SENT') };
    isRenumbered ||= step.variables.ISS !== undefined && step.seen.some((one) => hasNewIss(one, step));
    const after = step.events.reduce((all, event) => happen(all, event, terms), worlds);
    if (step.behind) worlds = step.behind;
    if (step.behind || after.length === 0) return undefined;
    const isLast = index === steps.length - 1;
    const seen = leftOf(before, after, step, terms);
    worlds = silenceSeen(seen, { now: 0, isThrottled: step.isThrottled }, terms);
    const outcomes = step.isKeepAliveDue ? keepAlivesOf(after, step, terms) : outcomesOf(after, step, terms);
    if (!isLast) return withSeen(outcomes, step, worlds, terms);
    // What is wrong with the segment, or with the text, is not that it comes.
    const isRight = step.wanted !== undefined || step.asks !== undefined;
    const right = isRight ? withSeen(outcomes, step, worlds, terms) : outcomes;
    return right.map(({ then: _, ends: __, ...one }) => ({ ...one, ...step.wanted }));
  });
}

/** A step, and what came before it. */
interface Told extends TracedStep {
  /** A SYN has begun the connection anew: `run` and the trace may name the numbers of the old one in other terms. */
  readonly isRenumbered: boolean;
  readonly wasOpening: boolean;
}

/** Whether it begins a connection with an ISS of its own, in place of another or where none was known. */
const hasNewIss = ({ ctl, seq }: Segment, { variables }: TracedStep): boolean =>
  ctl.has('SYN') && seq !== variables.ISS;

/** What must come, or may come, each once; with the state, where all worlds agree. */
function outcomesOf(worlds: readonly World[], step: Told, terms: Terms): readonly ResolvedOutcome[] {
  const found = new Map<string, ResolvedOutcome>();
  for (const world of worlds)
    for (const segments of outputsOf(world, terms)) {
      const reply = segments.map((one, index) => writtenIn(one, step, world.isFree && index === 0));
      const text = printReply(reply);
      const known = found.get(text);
      const { state } = world.tcb;
      if (!known) found.set(text, { reply, then: state, level: 'required' });
      else if (known.then !== state) found.set(text, { reply, level: 'required' });
    }
  return [...found.values()];
}

/** What an idle connection sends whose user has asked for keep-alives. */
function keepAlivesOf(worlds: readonly World[], step: Told, terms: Terms): readonly ResolvedOutcome[] {
  const all = worlds
    .flatMap(({ tcb }) => timeOut(tcb, { name: 'keep-alive' }, terms.profile))
    .map(({ sent, level }) => ({ reply: sent.map((one) => writtenIn(one, step, false)), level }));
  return [...new Map(all.map((one) => [printReply(one.reply), one])).values()];
}

/** What a world sends at once, or in the time of a delayed acknowledgment. */
function outputsOf({ tcb, due, owesAckSince }: World, terms: Terms): readonly (readonly Segment[])[] {
  const isOwed = owesAckSince !== undefined && !due.some(isEmptyAck);
  const owed = isOwed ? [...due, emptyAck(tcb)] : due;
  if (tcb.sends.length === 0 && !tcb.closing) return [owed];
  return serveQueue(tcb, terms.profile).flatMap(({ sent }) =>
    sent.length > 0 && owed.length > 0 && owed.every(isEmptyAck)
      ? [[...owed, ...sent], sent]
      : [[...owed, ...sent]],
  );
}

/**
 * What was seen is right, if the specification explains it: retransmissions are no reply. What the next steps expect follows from it.
 * So they are not for a target that does another thing this time, however right that is.
 */
function withSeen(
  outcomes: readonly ResolvedOutcome[],
  step: Told,
  worlds: readonly World[],
  terms: Terms,
): readonly ResolvedOutcome[] {
  const own = ownOutcomes(step, worlds, terms);
  const texts = own.map((one) => printReply(one.reply));
  const others = outcomes.filter((one) => !texts.includes(printReply(one.reply)));
  return [...own, ...others.map((one) => ({ ...one, ends: true as const }))];
}

function ownOutcomes(step: Told, worlds: readonly World[], terms: Terms): readonly ResolvedOutcome[] {
  const { variables, seen } = step;
  const sent = variables['SND.NXT'];
  const isAnswer = ({ ctl }: Segment): boolean => step.wasOpening && ctl.has('SYN') && ctl.has('ACK');
  const isAgain = (one: Segment): boolean =>
    sent !== undefined && segLen(one) > 0 && !one.ctl.has('RST') && lt(one.seq, sent) && !isAnswer(one);
  const reply: Reply = seen
    .filter((one) => !isAgain(one))
    .map((one) => writtenIn(one, step, hasNewIss(one, step)));
  const states = new Set(worlds.map(({ tcb }) => tcb.state));
  const [then] = states;
  const isOwed = worlds.length > 0 && worlds.every(({ owesAckSince }) => owesAckSince !== undefined);
  // `run` waits until the acknowledgment that was delayed here is overdue.
  if (reply.length === 0 && isOwed) return outcomesOf(worlds, step, terms);
  return [{ reply, level: 'required', ...(states.size === 1 && then ? { then } : {}) }];
}

/** The numbers of a connection that has begun anew are not compared. */
function writtenIn(segment: Segment, step: Told, isFree: boolean): SegmentNotation {
  const notation = written(segment, step, isFree);
  if (!step.isRenumbered) return notation;
  const any = { kind: 'any' } as const;
  return { ...notation, seq: any, ...(notation.ack ? { ack: any } : {}) };
}

/** A segment of the target's in terms of its TCB before the step. */
function written(
  { seq, ack, ctl, data, urg }: Segment,
  { variables, sent }: TracedStep,
  isFree: boolean,
): SegmentNotation {
  const known: Variables = {
    ...variables,
    ...(sent ? { 'SEG.SEQ': sent.seq, 'SEG.ACK': sent.ack, 'SEG.LEN': lengthOf(sent) } : {}),
  };
  const notation = relativeNotation(
    { seq, ack: ctl.has('ACK') ? ack : 0, ctl, data, urg: ctl.has('URG') ? urg : 0 },
    known,
    'target',
  );
  return isFree ? { ...notation, seq: { kind: 'any' } } : notation;
}

const SECTIONS: Readonly<Record<string, string>> = {
  CLOSED: '3.10.7.1',
  LISTEN: '3.10.7.2',
  'SYN-SENT': '3.10.7.3',
};

/** The rules of the step that decides about what was done last. */
function rulesOf({ trace }: Pick<Played, 'trace'>): readonly RuleId[] {
  const { terms, worlds: first, steps } = trace;
  let worlds = first;
  for (const step of steps.slice(0, -1)) {
    const after = step.events.reduce((all, event) => happen(all, event, terms), worlds);
    worlds = step.behind ?? leftOf(worlds, after, step, terms);
  }
  const event = steps.at(-1)?.events.at(-1);
  const [{ tcb } = { tcb: undefined }] = worlds;
  const ids: string[] = [];
  if (tcb && event && 'arrives' in event) {
    const section = SECTIONS[tcb.state] ?? '3.10.7.4';
    ids.push(tcb.state === 'CLOSED' ? section : `${section} ${stepOf(tcb, event.arrives)}`);
  } else if (event && 'calls' in event) {
    ids.push(event.calls.call === 'ABORT' ? '3.10.5 ABORT' : '3.10.4 CLOSE');
  }
  const rules = ids.filter(isRule);
  return rules.length > 0 ? rules : ['RFC 9293 3.10'];
}

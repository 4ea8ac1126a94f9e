import type { Interval, Reply, ResolvedOutcome } from '../catalogue/scenario.ts';
import {
  type ConcreteSegment,
  compareReply,
  evaluate,
  printExpression,
  type SegmentNotation,
  type Variables,
} from '../notation/index.ts';
import { counts, type KnownAdoption } from '../standard/adoption.ts';
import type { State } from '../standard/state.ts';
import { add, geq, gt, SEQUENCE_SPACE, sub } from '../wire/seq.ts';
import type { Fault, FieldFault, Named } from './fault.ts';
import { faultsOfAspects, type ObservedAspects } from './aspects.ts';
import type { Kind } from './observed.ts';
import { type Answered, relativeReply } from './relative-reply.ts';
import type { ProfileVerdict } from './result.ts';

/** What was observed of one stimulus, noise subtracted. */
export interface Observation extends Answered {
  readonly replies: readonly ConcreteSegment[];
  /** What the target sent again meanwhile. Such a segment may carry the acknowledgment that is due. */
  readonly retransmissions: readonly ConcreteSegment[];
  /** Retransmissions that came before their timer: the stimulus caused them. */
  readonly provoked?: readonly ConcreteSegment[];
  /** Faults that do not depend on the expected outcome: options, time, delivered text. */
  readonly besides?: readonly Fault[];
  /** Of what a timer has sent again: since it was sent last. */
  readonly interval?: SeenInterval;
  /** What is known beside the replies. */
  readonly aspects?: ObservedAspects;
  /** An ICMP message of the target, where it must send none. */
  readonly refusal?: string;
  /** The proven state; absent when the scenario goes on and the suite believes the state. */
  readonly stateAfter?: State | 'unknown';
  /** RCV.NXT afterwards, when the proof told. */
  readonly rcvNxtAfter?: number;
  /** The stimulus may open the connection. Its text or FIN may then be queued and accepted later. */
  readonly opening: boolean;
  /** The connection came from a listener that still listens: when it is gone, CLOSED and LISTEN look alike. */
  readonly listening: boolean;
}

/** In milliseconds. */
export interface SeenInterval {
  readonly last: number;
  /** The one before, where the same was sent before that. */
  readonly before?: number;
}

// RFC 6298 section 4 sets no limit to the granularity of clocks: those of 4.4BSD and lwIP have ticks of 500 ms, so that a timer that is set
// between two ticks ends by up to one tick early. The next interval begins at a tick, so this shortens no growth. But no text says how
// late a timer may be, and one that was late makes the growth after it look smaller: on Linux, one of seconds by up to an eighth.
const TICK = 500;
const LEAST_GROWTH = 0.8;

/** The shortest interval that is as asked, in milliseconds. */
const shortest = (asked: Interval, { before = 0 }: SeenInterval): number =>
  'atLeast' in asked ? asked.atLeast - TICK : before * asked.times * LEAST_GROWTH;

/** Whether a timer has waited for as long as is asked. */
export const isLongEnough = (asked: Interval, seen: SeenInterval): boolean =>
  seen.last >= shortest(asked, seen);

/** What the outcomes of one profile say of an observation. */
export type Judgement = Exclude<ProfileVerdict, { readonly verdict: 'inconclusive' }>;

/** RST, empty ACK, silence or SYN,ACK: what the replies amount to. */
export function kindOf(replies: readonly ConcreteSegment[]): Kind {
  const kinds = new Set(replies.map(kindOfOne));
  if (kinds.size === 0) return 'silence';
  const [first] = kinds;
  return kinds.size === 1 && first ? first : 'other';
}

function kindOfOne({ ctl, data }: ConcreteSegment): Kind {
  if (ctl.has('RST')) return 'rst';
  if (ctl.has('SYN')) return ctl.has('ACK') ? 'syn-ack' : 'other';
  return ctl.has('ACK') && !ctl.has('FIN') && data === 0 ? 'empty-ack' : 'other';
}

/**
 * Judges an observation by the outcomes of one profile.
 *
 * @param adoption the checks of RFC 5961 that the target is known to have adopted, or not to have
 */
export function judge(
  outcomes: readonly ResolvedOutcome[],
  observation: Observation,
  adoption: KnownAdoption,
): Judgement {
  const relevant = outcomes.filter((outcome) => counts(outcome, adoption));
  const failures: { outcome: ResolvedOutcome; count: number }[] = [];
  let permitted: ResolvedOutcome | undefined;
  for (const outcome of relevant) {
    const count = faultsOf(outcome, observation, UNNAMED).length;
    if (count > 0) failures.push({ outcome, count });
    else if (outcome.level !== 'permitted') return { verdict: 'conformant', outcome: named(outcome) };
    else permitted ??= outcome;
  }
  if (permitted) {
    const better = relevant.filter(({ level }) => level !== 'permitted');
    return {
      verdict: 'permitted',
      taken: [{ outcome: named(permitted), better: better.map(named) }],
    };
  }
  // The nearest outcome explains best.
  failures.sort((a, b) => a.count - b.count);
  const [nearest] = failures;
  if (!nearest) return { verdict: 'deviates', others: 0, faults: [] };
  const { outcome } = nearest;
  const faults = faultsOf(outcome, observation);
  return { verdict: 'deviates', outcome: named(outcome), others: failures.length - 1, faults };
}

/** Where faults are only counted, their numbers need no names. */
const UNNAMED: typeof relativeReply = () => ({ ctl: [] });

const named = ({ reply, then }: ResolvedOutcome): Named => ({ reply, ...(then ? { then } : {}) });

/** Whether the replies alone rule out every outcome, whatever the state after may be. */
export function repliesRuleOut(
  outcomes: readonly ResolvedOutcome[],
  observation: Observation,
  adoption: KnownAdoption,
): boolean {
  return outcomes
    .filter((outcome) => counts(outcome, adoption))
    .every((outcome) => faultsOfReplies(outcome, observation).length > 0);
}

const faultsOf = (outcome: ResolvedOutcome, observation: Observation, name = relativeReply): Fault[] => [
  ...faultsOfReplies(outcome, observation, name),
  ...faultsOfState(outcome, observation),
];

const faultsOfReplies = (outcome: ResolvedOutcome, observation: Observation, name = UNNAMED): Fault[] => [
  ...faultsOfFields(outcome, observation, name),
  ...faultsOfInterval(outcome, observation),
  ...faultsOfAspects(outcome.with, observation.aspects),
  ...(observation.besides ?? []),
];

function faultsOfInterval({ interval: asked }: ResolvedOutcome, { interval: seen }: Observation): Fault[] {
  if (!asked || !seen || isLongEnough(asked, seen)) return [];
  const observed = Math.round(seen.last);
  return 'atLeast' in asked
    ? [{ kind: 'time', limit: 'not before', expected: asked.atLeast, observed }]
    : [{ kind: 'back-off', before: Math.round(seen.before ?? 0), observed }];
}

/** Whether the replies are those of the outcome, whatever else is wrong. */
export const areRepliesOf = (outcome: ResolvedOutcome, observation: Observation): boolean =>
  faultsOfFields(outcome, observation, UNNAMED).length === 0;

function faultsOfFields(
  { reply }: ResolvedOutcome,
  observation: Observation,
  name: typeof relativeReply,
): Fault[] {
  const { replies, retransmissions, provoked = [], variables, refusal } = observation;
  const other = (seen: readonly ConcreteSegment[]): Fault => ({
    kind: 'replies',
    expected: [reply],
    observed: seen.map((one) => name(one, observation)),
    ...(seen === provoked && seen.length > 0 ? { again: true } : {}),
  });
  const [expected] = reply;
  if (!expected) {
    if (replies.length > 0) return [other(replies)];
    return refusal === undefined ? [] : [{ kind: 'ICMP', message: refusal }];
  }
  const last = replies.at(-1);
  if (!last) {
    if (retransmissions.some((segment) => compareReply(expected, segment, variables).length === 0)) return [];
    if (carriedAlong(reply, observation)) return [];
    return [other(provoked)];
  }
  if (reply.length > 1) return faultsInOrder(reply, observation, name) ?? [other(replies)];
  if (replies.length > 1 && !isAcknowledgedStepwise(replies, variables)) return [other(replies)];
  return [...fieldFaults(expected, last, observation, name), ...faultOfNewIss(last, observation)];
}

/** The faults of several replies in order; undefined when there are more or fewer than expected. */
function faultsInOrder(
  reply: Reply,
  observation: Observation,
  name: typeof relativeReply,
): Fault[] | undefined {
  const { replies } = observation;
  if (replies.length !== reply.length) return undefined;
  return replies.flatMap((one, index) => {
    const expected = reply[index];
    return expected ? fieldFaults(expected, one, observation, name) : [];
  });
}

/** The fields of a reply that differ from the expected ones. */
export function fieldFaults(
  expected: SegmentNotation,
  reply: ConcreteSegment,
  answered: Answered,
  name = relativeReply,
): FieldFault[] {
  const mismatches = compareReply(expected, reply, answered.variables);
  if (mismatches.length === 0) return [];
  const { seq, ack } = name(reply, answered);
  return mismatches.map((mismatch) => {
    const relative = mismatch.field === 'SEQ' ? seq : mismatch.field === 'ACK' ? ack : undefined;
    return { kind: 'field', ...mismatch, ...(relative ? { relative: printExpression(relative) } : {}) };
  });
}

/**
 * A connection that is reopened from TIME-WAIT takes an ISS larger than the largest number that the old one used (RFC 1122
 * section 4.2.2.13). That was its FIN's, one before SND.NXT.
 */
function faultOfNewIss(reply: ConcreteSegment, { variables, stateAfter, opening }: Observation): Fault[] {
  const old = variables['SND.NXT'];
  // More than a SYN was sent before: this is no SYN,ACK that comes again.
  const { ISS: iss } = variables;
  const reopened = !opening && stateAfter === 'SYN-RECEIVED' && iss !== undefined && old !== add(iss, 1);
  if (kindOfOne(reply) !== 'syn-ack' || !reopened || old === undefined || geq(reply.seq, old)) return [];
  return [{ kind: 'ISS', iss: reply.seq, old: sub(old, 1) }];
}

/** A TCP may acknowledge one segment piece by piece: its SYN, its text, its FIN. Each ACK is higher than the one before. */
export function isAcknowledgedStepwise(all: readonly ConcreteSegment[], variables: Variables): boolean {
  const acks = [variables['RCV.NXT'] ?? variables['SEG.SEQ'] ?? 0, ...all.map(({ ack }) => ack)];
  return (
    all.every((segment) => kindOfOne(segment) === 'empty-ack') &&
    acks.slice(1).every((ack, index) => gt(ack, acks[index] as number))
  );
}

/** An acknowledgment of new text or a FIN may ride on a segment that is sent anyway (RFC 9293 section 3.10.7.4, seventh). */
export function carriedAlong(
  reply: Reply,
  {
    retransmissions,
    variables,
    opening = false,
  }: Pick<Observation, 'retransmissions' | 'variables'> & Partial<Pick<Observation, 'opening'>>,
): boolean {
  const [segment] = reply;
  if (!segment || reply.length > 1) return false;
  const { ctl, ack } = segment;
  if (ctl.length !== 1 || ctl[0] !== 'ACK' || !ack || ack.kind === 'any') return false;
  const due = evaluate(ack, variables);
  // An acknowledgment in the opening of a connection is always new, whatever RCV.NXT was before.
  if (!opening && due === variables['RCV.NXT']) return false;
  return retransmissions.some((segment) => segment.ctl.has('ACK') && segment.ack === due);
}

function faultsOfState(outcome: ResolvedOutcome, observation: Observation): Fault[] {
  const { stateAfter, listening, opening, rcvNxtAfter, variables } = observation;
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || (listening && state === 'LISTEN');
  if (stateAfter === undefined || outcome.ends) return [];
  const { then = stateAfter } = outcome;
  if (stateAfter !== then && !(gone(stateAfter) && gone(then))) {
    return [{ kind: 'state', expected: then as State, observed: stateAfter }];
  }
  const before = variables['RCV.NXT'];
  if (rcvNxtAfter === undefined || before === undefined || opening || gone(then)) return [];
  const due = rcvNxtOf(outcome, variables) ?? before;
  const moved = sub(rcvNxtAfter, due);
  if (moved === 0) return [];
  const offset = moved < SEQUENCE_SPACE / 2 ? moved : moved - SEQUENCE_SPACE;
  return [{ kind: 'RCV.NXT', observed: rcvNxtAfter, offset }];
}

/** What the outcome's own last acknowledgment says of RCV.NXT; undefined when it has none. */
function rcvNxtOf({ reply }: ResolvedOutcome, variables: Variables): number | undefined {
  const ack = reply.findLast(({ ctl }) => ctl.includes('ACK') && !ctl.includes('RST'))?.ack;
  return !ack || ack.kind === 'any' ? undefined : evaluate(ack, variables);
}

import {
  type ConcreteSegment,
  compareReply,
  evaluate,
  type Mismatch,
  parseSegment,
  printRelative,
  type Variables,
} from '../notation/index.ts';
import { counts, type KnownAdoption } from '../standard/adoption.ts';
import type { ResolvedOutcome } from '../catalogue/case.ts';
import type { State } from '../standard/state.ts';
import { add, geq, gt, sub } from '../wire/seq.ts';
import { OPTION_RULES, type OptionFault } from './reply-options.ts';
import type { Kind, ProfileVerdict } from './result.ts';

/** What was observed of one stimulus, noise subtracted. */
export interface Observation {
  /** The target's TCB before the stimulus, and the stimulus as SEG.SEQ, SEG.ACK and SEG.LEN. */
  readonly variables: Variables;
  readonly replies: readonly ConcreteSegment[];
  /** What the target's timers sent meanwhile; such a segment may carry the acknowledgment that is due. */
  readonly retransmissions: readonly ConcreteSegment[];
  /** Those of them that no timer has sent, but the stimulus has drawn. */
  readonly drawn?: readonly ConcreteSegment[];
  /** What is wrong with the options of what the target sent. */
  readonly optionFaults?: readonly OptionFault[];
  /** What the target said by ICMP, where a silence is to be a silence of that, too. */
  readonly refusal?: string;
  readonly stateAfter: State | 'unknown';
  /** RCV.NXT afterwards, when the proof told. */
  readonly rcvNxtAfter?: number;
  /** The stimulus may open the connection: then text or a FIN in it may be queued, and taken any time later. */
  readonly opening: boolean;
  /** The connection began at a LISTEN that goes on: when it is gone, CLOSED and LISTEN look alike. */
  readonly listening: boolean;
}

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
  const failures: { outcome: ResolvedOutcome; faults: string[] }[] = [];
  let permitted: ResolvedOutcome | undefined;
  for (const outcome of relevant) {
    const faults = faultsOf(outcome, observation);
    if (faults.length > 0) failures.push({ outcome, faults });
    else if (outcome.level !== 'permitted') return { verdict: 'conformant' };
    else permitted ??= outcome;
  }
  if (permitted) {
    const better = relevant.find(({ level }) => level !== 'permitted');
    const rather = better ? `; rather: ${describe(better)}` : '';
    return { verdict: 'permitted', reason: `${describe(permitted)} is permitted${rather}` };
  }
  // The nearest expectation explains best.
  failures.sort((a, b) => a.faults.length - b.faults.length);
  const [nearest] = failures;
  const others = alternatives(failures.length - 1);
  const reason = nearest
    ? `expected ${describe(nearest.outcome)}: ${nearest.faults.join('; ')}${others}`
    : 'no outcome applies';
  return { verdict: 'deviates', reason };
}

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

function alternatives(count: number): string {
  if (count <= 0) return '';
  return count === 1
    ? ' (nor the other outcome that is allowed)'
    : ` (nor any of the ${count} others that are allowed)`;
}

/** The replies for people: in terms of the TCB, windows left out. */
const shown = (replies: readonly ConcreteSegment[], variables: Variables): string =>
  replies.map(({ wnd: _, ...segment }) => printRelative(segment, variables, 'target')).join(' and ');

const describe = ({ reply, then }: ResolvedOutcome): string => `${reply}, then ${then}`;

const faultsOf = (outcome: ResolvedOutcome, observation: Observation): string[] => [
  ...faultsOfReplies(outcome, observation),
  ...faultsOfState(outcome, observation),
];

/** A wrong option is wrong whichever reply it is in, and whoever reads of the reply is told of both. */
const faultsOfReplies = (outcome: ResolvedOutcome, observation: Observation): string[] => [
  ...faultsOfFields(outcome, observation),
  ...(observation.optionFaults ?? []).map((fault) => OPTION_RULES[fault]),
];

function faultsOfFields({ reply }: ResolvedOutcome, observation: Observation): string[] {
  const { replies, retransmissions, variables, refusal } = observation;
  if (reply === 'silence') {
    if (replies.length === 0) return refusal === undefined ? [] : [`observed ${refusal}`];
    return [`observed ${shown(replies, variables)}`];
  }
  const expected = parseSegment(reply);
  const last = replies.at(-1);
  if (!last) {
    if (retransmissions.some((segment) => compareReply(expected, segment, variables).length === 0)) return [];
    if (carriedAlong(reply, observation)) return [];
    const again = shown(observation.drawn ?? [], variables);
    return [again ? `observed ${again} again` : 'observed silence'];
  }
  if (replies.length > 1 && !isAcknowledgedStepwise(replies, variables)) {
    return [`observed ${replies.length} replies: ${shown(replies, variables)}`];
  }
  return [...compareReply(expected, last, variables).map(printMismatch), ...faultOfNewIss(last, observation)];
}

/**
 * A connection that is reopened from TIME-WAIT takes an ISS larger than the largest number that the old one used (RFC 1122
 * section 4.2.2.13). That was its FIN's, one before SND.NXT.
 */
function faultOfNewIss(reply: ConcreteSegment, { variables, stateAfter, opening }: Observation): string[] {
  const old = variables['SND.NXT'];
  // More than a SYN was sent before: this is no SYN,ACK that comes again.
  const { ISS: iss } = variables;
  const reopened = !opening && stateAfter === 'SYN-RECEIVED' && iss !== undefined && old !== add(iss, 1);
  if (kindOfOne(reply) !== 'syn-ack' || !reopened || old === undefined || geq(reply.seq, old)) return [];
  return [`SEQ is ${reply.seq}, not larger than ${sub(old, 1)}, the last number of the old connection`];
}

/** What one segment brings may be acknowledged piece by piece: its SYN, its text, its FIN; each more than the one before. */
export function isAcknowledgedStepwise(all: readonly ConcreteSegment[], variables: Variables): boolean {
  const acks = [variables['RCV.NXT'] ?? variables['SEG.SEQ'] ?? 0, ...all.map(({ ack }) => ack)];
  return (
    all.every((segment) => kindOfOne(segment) === 'empty-ack') &&
    acks.slice(1).every((ack, index) => gt(ack, acks[index] as number))
  );
}

/** An acknowledgment of new text or a FIN may ride on a segment that is sent anyway (RFC 9293 section 3.10.7.4, seventh). */
export function carriedAlong(
  reply: string,
  {
    retransmissions,
    variables,
    opening = false,
  }: Pick<Observation, 'retransmissions' | 'variables'> & Partial<Pick<Observation, 'opening'>>,
): boolean {
  const { ctl, ack } = parseSegment(reply);
  if (ctl.length !== 1 || ctl[0] !== 'ACK' || !ack || ack.kind === 'any') return false;
  const due = evaluate(ack, variables);
  // What an opening acknowledges is news, whatever numbers the tester has thought of before.
  if (!opening && due === variables['RCV.NXT']) return false;
  return retransmissions.some((segment) => segment.ctl.has('ACK') && segment.ack === due);
}

function faultsOfState(outcome: ResolvedOutcome, observation: Observation): string[] {
  const { stateAfter, listening, opening, rcvNxtAfter, variables } = observation;
  const gone = (state: State | 'unknown'): boolean => state === 'CLOSED' || (listening && state === 'LISTEN');
  if (stateAfter !== outcome.then && !(gone(stateAfter) && gone(outcome.then))) {
    return [`afterwards in ${stateAfter}`];
  }
  const before = variables['RCV.NXT'];
  if (rcvNxtAfter === undefined || before === undefined || opening || gone(outcome.then)) return [];
  const due = rcvNxtOf(outcome, variables) ?? before;
  const moved = sub(rcvNxtAfter, due);
  if (moved === 0) return [];
  const octets = moved < 2 ** 31 ? `${moved} octets too far` : `${2 ** 32 - moved} octets too short`;
  return [`afterwards RCV.NXT is ${rcvNxtAfter}: ${octets}`];
}

/** What the outcome's own acknowledgment says of RCV.NXT; undefined when it has none. */
function rcvNxtOf({ reply }: ResolvedOutcome, variables: Variables): number | undefined {
  if (reply === 'silence') return undefined;
  const { ctl, ack } = parseSegment(reply);
  if (!ctl.includes('ACK') || ctl.includes('RST') || !ack || ack.kind === 'any') return undefined;
  return evaluate(ack, variables);
}

const printMismatch = ({ field, expected, observed }: Mismatch): string =>
  `${field} is ${observed}, not ${expected}`;

import { printSegment, type SegmentNotation } from '../notation/index.ts';
import type { Choice } from '../standard/adoption.ts';
import type { Level, Profile } from '../standard/profile.ts';
import type { RuleId } from '../standard/rules.ts';
import type { Origin, State } from '../standard/state.ts';
import type { Family } from '../wire/address.ts';
import type { IcmpErrorName } from '../wire/icmp.ts';
import type { Condition } from './conditions.ts';
import type { LeftOpen } from './left-open.ts';

/** How CLOSED came about; each is a recipe of its own. */
export const CLOSED_BY = ['never opened', 'FINs', 'abort'] as const;
export type ClosedBy = (typeof CLOSED_BY)[number];

/** Where a connection begins: a state, how it came about, and what else is true there. */
export interface Place {
  readonly state: State;
  /** Of SYN-RECEIVED, which has two recipes. */
  readonly origin?: Origin;
  /** Of CLOSED; `never opened` when absent. */
  readonly closedBy?: ClosedBy;
  readonly conditions: readonly Condition[];
}

/** What the target sends: these segments, in this order; none is silence. */
export type Reply = readonly SegmentNotation[];

/**
 * One thing that the target may do. Of the reply's segments, a field that is not written, or written ANY, is not compared;
 * flags always are, and no <DATA> means no text.
 */
export interface ResolvedOutcome {
  readonly reply: Reply;
  /**
   * The state after. A connection whose origin is a LISTEN that goes on is CLOSED when it is gone. Absent where the texts leave
   * it open.
   */
  readonly then?: State;
  readonly level: Level;
  /** Set when the outcome is that of a TCP that has, or has not, adopted one check of RFC 5961; absent means either. */
  readonly when?: Choice;
  /**
   * The text that allows this outcome besides one of another kind. A step that allows three kinds of reply, or silence besides a
   * reply, must name the text that leaves it open.
   */
  readonly leftOpen?: LeftOpen;
  /** The scenario ends here: the next steps are not about this behaviour. */
  readonly ends?: true;
  /** For a segment that a timer sends: the interval that must have passed. */
  readonly interval?: Interval;
  /** What else must be true. */
  readonly with?: Aspects;
}

/** What a user may have been told (RFC 9293 sections 3.6, 3.8.3, 3.8.5, 3.9.2.2, 3.10.7 and 3.10.8), and that urgent text is left. */
export const TIDINGS = [
  'connection closing',
  'connection reset',
  'connection refused',
  'urgent data',
  'soft error',
  'excessive retransmissions',
  'urgent data remains',
  'connection aborted due to user timeout',
] as const;
export type Tidings = (typeof TIDINGS)[number];

export const ASPECTS = [
  'edge',
  'window',
  'after',
  'ttl',
  'diffserv',
  'told',
  'mss',
  'ecn',
  'iss',
  'segments',
  'answer',
] as const satisfies readonly (keyof Aspects)[];

/** What else may be asked of what the target does than which segments it sends. */
export interface Aspects {
  /**
   * How the right edge of the window that the target offers moves: not back (RFC 9293 section 3.8.6); or in steps that are large
   * enough against silly windows, as well (section 3.8.6.2.2).
   */
  readonly edge?: 'not back' | 'no silly step';
  /** Whether the window is as it is sent, where the tester's SYN has no scale (RFC 7323 section 2.2). */
  readonly window?: 'not scaled';
  /** How long the reply must take at least, in milliseconds from the step before. */
  readonly after?: number;
  /** The time to live of IPv4 that the user has asked for; each router on the path has taken one of it. */
  readonly ttl?: number;
  /** The Diffserv field of IPv4, 0...63. */
  readonly diffserv?: number;
  /** All that the target's user was told since the steps began. */
  readonly told?: readonly Tidings[];
  /** Whether a SYN has the MSS option. Its value must be one that IP can deliver (RFC 9293 section 3.7.1). */
  readonly mss?: 'sent' | 'not sent';
  /** Whether a SYN,ACK agrees to ECN: ECE without CWR, or neither (RFC 3168 section 6.1.1). */
  readonly ecn?: 'agreed' | 'not agreed';
  /**
   * How the ISS of a SYN lies (RFC 9293 section 3.4.1): later than the one before between the same ports, or apart from those between
   * other ports.
   */
  readonly iss?: 'later' | 'apart';
  /** How many segments the reply may have at most, where one acknowledgment would do. */
  readonly segments?: number;
  /** What the user's last call was answered. */
  readonly answer?: 'connection already exists';
}

/**
 * The shortest time between two transmissions of the same octets or controls: in milliseconds, or as a multiple of the interval
 * before. When there was no interval before, any is right.
 */
export type Interval = { readonly atLeast: number } | { readonly times: number };

export type OutcomesByProfile = Readonly<Record<Profile, readonly ResolvedOutcome[]>>;

/**
 * A call of the target's user (RFC 9293 section 3.9.1). CLOSE says that there is no more to send: the user goes on receiving.
 * `CLOSE BOTH WAYS` is that of a user that will not receive either (RFC 1122 section 4.2.2.13). RECEIVE takes all that arrives from
 * now on. `OPEN ACTIVE AGAIN` is for the connection that is there. `OPEN PASSIVE UNACCEPTED` is that of a user who takes no connection. `OPEN PASSIVE AGAIN` is for the port of the listener that was closed.
 */
export const PLAIN_CALLS = [
  'OPEN ACTIVE',
  'OPEN ACTIVE AGAIN',
  'OPEN TO MULTICAST',
  'OPEN PASSIVE',
  'OPEN PASSIVE AGAIN',
  'OPEN PASSIVE UNACCEPTED',
  'RECEIVE',
  'STOP RECEIVING',
  'CLOSE',
  'CLOSE BOTH WAYS',
  'ABORT',
  'CLOSE LISTENER',
  'NAGLE OFF',
] as const;
export type PlainCall = (typeof PLAIN_CALLS)[number];

/**
 * What the user sets: the time to live and the Diffserv field of its segments to come (RFC 9293 sections 3.9.1.9 and 3.9.2); after how
 * many seconds an idle peer is probed, 0 for never (3.8.4); R2 in seconds (3.8.3); whether it is told of soft errors, 1 or 0 (3.9.1.8).
 */
export const SETTINGS = ['TTL', 'DIFFSERV', 'KEEP-ALIVE', 'R2', 'ERROR REPORTS'] as const;
export type Setting = (typeof SETTINGS)[number];

/** How text is sent: pushed, or urgent up to its last octet. */
export const MARKS = ['PUSH', 'URGENT'] as const;
export type Mark = (typeof MARKS)[number];

export type UserCall =
  | { readonly call: PlainCall }
  | { readonly call: Setting; readonly value: number }
  | { readonly call: 'SEND' /** At least 1. */; readonly octets: number; readonly mark?: Mark };

export interface OnConnection {
  /** Which of the connections beside the first one; the first one when absent. */
  readonly on?: string;
}

/** The tester sends these segments. */
export interface SendStep extends OnConnection {
  readonly send: readonly [SegmentNotation, ...SegmentNotation[]];
  /** Milliseconds between two of them; at once when absent. */
  readonly spaced?: number;
}

/** An ICMP error comes, from the tester's address, about a segment that the target is said to have sent. */
export interface IcmpStep extends OnConnection {
  readonly icmp: IcmpErrorName;
  /** The target's segment, by its TCB at this step. */
  readonly about: SegmentNotation;
  /** Whose port in that segment is not the connection's; absent where both are. */
  readonly otherPort?: 'target' | 'tester';
}

/**
 * This number of other peers send a SYN to the port and reset their half-open connections: each before the next SYN, or all at
 * the end. Scenarios with such a step run last: a target that does not free what they take has no room for others.
 */
export interface CrowdStep extends OnConnection {
  readonly crowd: number;
  readonly resets: 'each' | 'at the end';
}

/** The target's user acts. */
export interface UserStep extends OnConnection {
  readonly user: UserCall;
}

/** What the target does next. */
export interface ExpectStep extends OnConnection {
  readonly expect: OutcomesByProfile;
  /** How long the reply may take, in milliseconds from the step before; when absent, as long as the target's timers take. */
  readonly within?: number;
  /** How long it must take at least, in milliseconds from the step before. */
  readonly notBefore?: number;
  /**
   * The target must retransmit nothing, since everything is acknowledged. Only for a step that expects silence, after another
   * step. A number: it must send nothing at all for so many milliseconds.
   */
  readonly settled?: true | number;
  /** The next segment from the target is this one; a timer or the user causes it. Times count from the segment before. */
  readonly next?: true;
  /** Its SYN has an ISS that none of its other SYNs in the scenario has had. */
  readonly newIss?: true;
  /** How many octets of text the target's user is given from the beginning of the steps, or since it was last asked. */
  readonly delivered?: number;
}

/** The state that must be proven here. */
export interface StateStep extends OnConnection {
  readonly state: State;
}

/** Time passes, in milliseconds. What the target's timers send meanwhile is no step's business. */
export interface WaitStep extends OnConnection {
  readonly wait: number;
}

export type Step = SendStep | IcmpStep | CrowdStep | UserStep | ExpectStep | StateStep | WaitStep;

/**
 * What the suite tests: a target is brought to a place, and steps are played. The tester sends, the target's user acts, and what
 * the target does must be one of the outcomes. Most scenarios have two steps: one stimulus, and what must come back.
 *
 * Variables are those of the target's TCB before the last segment that the tester sent, or the last user call. SEG.SEQ, SEG.ACK
 * and SEG.LEN are those of that segment:
 *   ISS, SND.NXT            by what the target sends: its SYN, and one past the last octet or control of it;
 *   IRS, RCV.NXT, RCV.WND   by what the target acknowledges and offers;
 *   SND.UNA                 by the acceptable acknowledgments that the tester sends.
 * The target's resets move none of them. A SYN,ACK for another SYN begins all of them anew. A plain number is the figure's own:
 * the tester is free to choose where it starts. ANY is chosen once a step.
 *
 * The suite proves the state after the last step. It believes states on the way, unless a `state` step asks for proof.
 */
export interface Scenario extends Place {
  /** Permanent, lower case: `<state>.<stimulus>.<qualifier>`, `figure-<number>.<what>.<which TCP>`, or `ladder.<what>.<which>`. */
  readonly id: string;
  readonly title: string;
  /** Other connections of the same target, by name. */
  readonly beside: Readonly<Record<string, Place>>;
  readonly steps: readonly Step[];
  /** The rules that it tests: at least one. */
  readonly rules: readonly RuleId[];
  /** Where they are written: document, section and step. */
  readonly cite: readonly string[];
  /** What `coverage` counts: the requirements that the rules are, or carry. */
  readonly requirements: readonly RuleId[];
  /** The address families that can express it. */
  readonly families: readonly Family[];
  /** It takes more than ten seconds, and is only run where that is asked for. */
  readonly slow?: true;
}

/** A scenario of one stimulus. */
export interface Case extends Scenario {
  readonly steps: readonly [SendStep, ExpectStep];
}

/** Whether a scenario is one stimulus, and what must come back. */
export function isCase(scenario: Scenario): scenario is Case {
  const [first, second, ...others] = scenario.steps;
  if (!first || !second || others.length > 0) return false;
  return 'send' in first && first.send.length === 1 && 'expect' in second;
}

/** The segment that a case is about. */
export const stimulusOf = ({ steps: [{ send }] }: Case): SegmentNotation => send[0];

/** What the last step that expects something expects; of a case, what must come back. */
export function outcomesOf({ steps }: Pick<Scenario, 'steps'>): OutcomesByProfile {
  const last = steps.findLast((step) => 'expect' in step);
  if (!last) throw new RangeError('a scenario expects something');
  return last.expect;
}

/** How many other peers a scenario has half-open connections with at once. */
export const crowdOf = ({ steps }: Pick<Scenario, 'steps'>): number =>
  Math.max(0, ...steps.map((step) => ('crowd' in step ? step.crowd : 0)));

/** All segments that the tester sends, in their order. */
export const sentIn = ({ steps }: Pick<Scenario, 'steps'>): readonly SegmentNotation[] =>
  steps.flatMap((step) => ('send' in step ? step.send : []));

/** What is done to the target, in the notation: segments, and the calls of its user in parentheses, as in the figures of RFC 793. */
export const sentText = ({ steps }: Pick<Scenario, 'steps'>): string =>
  steps
    .flatMap((step) => {
      if ('send' in step) return step.send.map(printSegment);
      if ('icmp' in step) return [`(ICMP ${printIcmp(step)})`];
      if ('crowd' in step) return [`(${printCrowd(step)})`];
      return 'user' in step ? [`(${printCall(step.user)})`] : [];
    })
    .join(' ');

/** For people: follows the segments. */
export const printSpacing = ({ spaced }: Pick<SendStep, 'spaced'>): string =>
  spaced === undefined ? '' : `, ${spaced} ms apart`;

/** For people. */
export const printIcmp = ({ icmp, about, otherPort }: IcmpStep): string =>
  `${icmp} about ${printSegment(about)}${otherPort ? ` of another port of the ${otherPort}` : ''}`;

/** For people. */
export const printCrowd = ({ crowd, resets }: CrowdStep): string =>
  `${crowd} SYNs of other peers, reset ${resets === 'each' ? 'one after the other' : 'at the end'}`;

export type CallText = PlainCall | `SEND ${number}` | `SEND ${number} ${Mark}` | `${Setting} ${number}`;

export function printCall(user: UserCall): CallText {
  if ('octets' in user) return user.mark ? `SEND ${user.octets} ${user.mark}` : `SEND ${user.octets}`;
  return 'value' in user ? `${user.call} ${user.value}` : user.call;
}

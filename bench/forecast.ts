import { demandsOf } from '../lib/catalogue/conditions.ts';
import { type Case, outcomesOf, stimulusOf } from '../lib/catalogue/scenario.ts';
import {
  type ConcreteSegment,
  evaluateSegment,
  mentions,
  type SegmentNotation,
} from '../lib/notation/index.ts';
import { ALL_CHECKS, CHECKS, type Check, type KnownAdoption } from '../lib/standard/adoption.ts';
import { headerForm } from '../lib/standard/header.ts';
import type { Profile } from '../lib/standard/profile.ts';
import { withQueues } from '../lib/standard/queues.ts';
import type { Arrival } from '../lib/standard/segment-arrives.ts';
import type { State } from '../lib/standard/state.ts';
import { type Segment, segLen, type Tcb } from '../lib/standard/tcb.ts';
import { tcbVariables } from '../lib/standard/variables.ts';
import { ASKED_PRECEDENCE } from '../lib/target/driver.ts';
import { type Judgement, judge } from '../lib/verdict/judge.ts';
import type { Verdict } from '../lib/verdict/result.ts';
import { add } from '../lib/wire/seq.ts';
import { type Arrive, type Behaviour, following } from '../lib/lab/reference/behaviour.ts';
import { forecastOptionFaults } from './forecast-options.ts';

/** Where the numbers of a connection begin. */
export interface Numbers {
  readonly iss: number;
  readonly rcvNxt: number;
  /** What ANY stands for. */
  readonly any: number;
}

/** What becomes of a case: a target that follows one profile, faultlessly or not, and is judged by another. */
export interface Trial {
  readonly follows: Profile;
  readonly behaviour?: Behaviour;
  readonly judgedBy: Profile;
  readonly numbers: Numbers;
}

// What the recipes come to with the reference as target.
const WINDOW = 65_535;
const SMALL_WINDOW = 1024;
const PEER_WINDOW = 4380;
const TS_RECENT = 0x1234_5678;
const OLDER_BY = 100_000;
const OTHER_SECURITY = 793;
const HIGHER_PRECEDENCE = 5;

const FAULTLESS: Behaviour = {};

const WAITING: readonly State[] = ['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];
const NOT_ESTABLISHED: readonly State[] = ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED'];
const NO_PEER: readonly State[] = ['CLOSED', 'LISTEN', 'SYN-SENT'];

/**
 * The verdict that a case must come to, worked out without a wire: over the TCB that its recipe leads to. What the
 * target's timers and its user do is no part of it.
 */
export function forecast(subject: Case, trial: Trial): Verdict {
  const { follows, behaviour = FAULTLESS, numbers } = trial;
  const { reads, emit, outgoing, options, dies, adopts = ALL_CHECKS } = behaviour;
  if (reads || emit || outgoing || options) return forecastOf(subject, trial).judgement.verdict;
  const { tcb } = begunWith(subject, numbers);
  const { segment, arrival, verdict } = rightly(subject, trial);
  if (dies?.(tcb, segment)) return DEATH.verdict;
  const right = following(follows, { adopts });
  const next: Arrive = (met, one) => (met === tcb && one === segment ? arrival : right.arrive(met, one));
  const broken = behaviour.arrive?.(tcb, segment, next) ?? arrival;
  // Most faults show in few cases.
  const isRight = broken.reply === arrival.reply && broken.tcb === arrival.tcb;
  return isRight ? verdict : judged(subject, trial, segment, broken).verdict;
}

/** What a target does that follows the same, with no fault in what it does with a segment, and the verdict of it. */
interface Rightly {
  readonly segment: Segment;
  readonly arrival: Arrival;
  readonly verdict: Verdict;
}

/** It is the same for all mutants that have adopted the same. */
function rightly(subject: Case, trial: Trial): Rightly {
  const { follows, behaviour = FAULTLESS, judgedBy, numbers } = trial;
  const { tcb, written, right } = begunWith(subject, numbers);
  const { adopts = ALL_CHECKS } = behaviour;
  const found = adoptionOf(follows, behaviour);
  const key = [follows, judgedBy, ...CHECKS.flatMap((check) => [adopts[check], found[check]])].join();
  const known = right.get(key);
  if (known) return known;
  const segment = arrivingOf(subject, tcb, written);
  const arrival = following(follows, { adopts }).arrive(tcb, segment);
  const made = { segment, arrival, verdict: judged(subject, trial, segment, arrival).verdict };
  right.set(key, made);
  return made;
}

/** The same with its faults, and the stimulus and the TCB that it meets. */
export function forecastOf(subject: Case, trial: Trial) {
  const { follows, behaviour = FAULTLESS, numbers } = trial;
  const { tcb, written } = begunWith(subject, numbers);
  const segment = arrivingOf(subject, tcb, written, behaviour.reads);
  // Of a TCP that is dead no document speaks.
  const met = { stimulus: written, variables: tcbVariables(tcb) };
  if (behaviour.dies?.(tcb, segment)) return { ...met, judgement: DEATH };
  const arrival = following(follows, behaviour).arrive(tcb, segment);
  return { ...met, judgement: judged(subject, trial, segment, arrival) };
}

/** The verdict of what the target does with the segment. */
function judged(
  subject: Case,
  { follows, behaviour = FAULTLESS, judgedBy, numbers }: Trial,
  segment: Segment,
  arrival: Arrival,
): Judgement {
  const { tcb, written } = begunWith(subject, numbers);
  const reply = arrival.reply === 'silence' ? [] : [arrival.reply];
  const emit = behaviour.emit ?? ((one: Segment) => [{ segment: one, after: 0 }]);
  const outgoing = behaviour.outgoing ?? ((one: Segment) => one);
  const replies = reply
    .flatMap((one) => emit(one, tcb, segment))
    .map((each) => outgoing(each.segment, arrival.tcb))
    .filter((each) => each !== 'silence');
  const before = { state: subject.state, tcb, stimulus: stamped(written, segment) };
  const opening = subject.state === 'LISTEN' || subject.state === 'SYN-SENT';
  return judge(
    outcomesOf(subject)[judgedBy],
    {
      state: subject.state,
      acknowledges: segment.ctl.has('ACK'),
      variables: {
        ...tcbVariables(tcb),
        'SEG.SEQ': segment.seq,
        'SEG.ACK': segment.ack,
        'SEG.LEN': segLen(segment),
      },
      replies,
      besides: forecastOptionFaults(before, replies, arrival.tcb, behaviour).map((rule) => ({
        kind: 'option',
        rule,
      })),
      retransmissions: [],
      stateAfter: arrival.tcb.state,
      rcvNxtAfter: arrival.tcb.rcvNxt,
      opening,
      listening: subject.state !== 'SYN-SENT' && subject.state !== 'CLOSED' && subject.origin !== 'active',
    },
    adoptionOf(follows, behaviour),
  );
}

const DEATH: Judgement = {
  verdict: 'deviates',
  others: 0,
  faults: [{ kind: 'death', deaths: 2, trials: 2 }],
};

/** A segment for each check of RFC 5961 that draws a challenge from who has adopted it. */
const PROBES: Readonly<Record<Check, (tcb: Tcb) => Pick<Segment, 'seq' | 'ack' | 'ctl'>>> = {
  rst: ({ rcvNxt }) => ({ seq: add(rcvNxt, WINDOW >> 1), ack: 0, ctl: new Set(['RST']) }),
  syn: ({ rcvNxt }) => ({ seq: add(rcvNxt, WINDOW >> 1), ack: 0, ctl: new Set(['SYN']) }),
  ack: ({ rcvNxt, sndUna, maxSndWnd }) => ({
    seq: rcvNxt,
    ack: add(sndUna, -maxSndWnd - 1),
    ctl: new Set(['ACK']),
  }),
};

const adoptions = new WeakMap<Behaviour, Map<Profile, KnownAdoption>>();

/** What the preflight finds out about the target. It takes longer than a case, and is the same for all cases. */
export function adoptionOf(follows: Profile, behaviour: Behaviour = FAULTLESS): KnownAdoption {
  const found = adoptions.get(behaviour) ?? new Map<Profile, KnownAdoption>();
  const adoption = found.get(follows) ?? probedAdoption(follows, behaviour);
  adoptions.set(behaviour, found.set(follows, adoption));
  return adoption;
}

function probedAdoption(follows: Profile, behaviour: Behaviour): KnownAdoption {
  const { arrive } = following(follows, behaviour);
  const challenges = (check: Check): boolean => {
    const tcb = tcbOf({ state: 'ESTABLISHED', conditions: [] }, { iss: 1000, rcvNxt: 5000 });
    const plain = { data: 0, urg: 0, wnd: PEER_WINDOW, security: 0, precedence: 0 };
    const { reply } = arrive(tcb, { ...plain, checksumValid: true, unicast: true, ...PROBES[check](tcb) });
    return reply !== 'silence' && isEmptyAck(reply) && reply.seq === tcb.sndNxt && reply.ack === tcb.rcvNxt;
  };
  return Object.fromEntries(CHECKS.map((check) => [check, challenges(check)]));
}

const isEmptyAck = ({ ctl, data }: Segment): boolean => ctl.size === 1 && ctl.has('ACK') && data === 0;

type Setting = Pick<Case, 'state' | 'origin' | 'conditions'> & { readonly send?: SegmentNotation };

function tcbOf({ state, origin, send, conditions }: Setting, { iss, rcvNxt }: Omit<Numbers, 'any'>): Tcb {
  const { window: demanded, user, syn } = demandsOf(conditions);
  const inFlight = user.sends ?? 0;
  const sndUna = add(iss, NOT_ESTABLISHED.includes(state) ? 0 : 1);
  const window = send?.data && mentions(send.data, 'RCV.WND') ? SMALL_WINDOW : WINDOW;
  return withQueues({
    state,
    ...(origin ? { origin } : {}),
    iss,
    irs: NO_PEER.includes(state) ? 0 : add(rcvNxt, -1),
    sndUna,
    sndNxt: add(sndUna, inFlight + (WAITING.includes(state) ? 1 : 0)),
    sndWnd: PEER_WINDOW,
    maxSndWnd: PEER_WINDOW,
    sndWl1: rcvNxt,
    sndWl2: sndUna,
    rcvNxt: NO_PEER.includes(state) ? 0 : rcvNxt,
    rcvWnd: demanded === 'zero' ? 0 : window,
    rcvUp: rcvNxt,
    timestamps: syn.timestamps === true,
    tsRecent: TS_RECENT,
    security: 0,
    precedence: user.precedence === 'asked' ? ASKED_PRECEDENCE : 0,
    mayRaisePrecedence: user.precedence === 'may be raised',
    userGone: user.closed === true,
  });
}

interface Begun {
  readonly tcb: Tcb;
  readonly written: ConcreteSegment;
  /** By what is followed, adopted and judged by. */
  readonly right: Map<string, Rightly>;
}

const begun = new WeakMap<Numbers, Map<Case, Begun>>();

/** Where a case begins. All mutants meet the same. */
function begunWith(subject: Case, numbers: Numbers): Begun {
  const known = begun.get(numbers) ?? new Map<Case, Begun>();
  begun.set(numbers, known);
  const found = known.get(subject);
  if (found) return found;
  const tcb = tcbOf({ ...subject, send: stimulusOf(subject) }, numbers);
  const made = { tcb, written: writtenStimulus(subject, tcb, numbers), right: new Map<string, Rightly>() };
  known.set(subject, made);
  return made;
}

const writtenStimulus = (subject: Case, tcb: Tcb, { any }: Numbers): ConcreteSegment =>
  evaluateSegment(stimulusOf(subject), tcbVariables(tcb), () => any);

/** With the timestamp that the connection, or the condition, adds to it. */
const stamped = (written: ConcreteSegment, { tsval }: Segment): ConcreteSegment =>
  tsval === undefined ? written : { ...written, tsval };

function arrivingOf(
  { conditions }: Case,
  tcb: Tcb,
  written: ConcreteSegment,
  reads: Behaviour['reads'] = () => ({}),
): Segment {
  const { packet } = demandsOf(conditions);
  const { seq, ack, ctl, data, urg, tsval: own } = written;
  const stamped = tcb.timestamps && packet.timestamp !== 'none';
  const older = packet.timestamp === 'old';
  const tsval = own ?? (stamped ? add(TS_RECENT, older ? -OLDER_BY : 0) : undefined);
  return {
    ...{ seq, ack, ctl, data, urg },
    wnd: written.wnd ?? PEER_WINDOW,
    ...(tsval === undefined ? {} : { tsval }),
    security: packet.security === 'other' ? OTHER_SECURITY : 0,
    precedence: packet.precedence === 'higher' ? HIGHER_PRECEDENCE : 0,
    checksumValid: packet.checksum !== 'wrong' && written.checksum === undefined,
    ...headerForm(written),
    unicast: packet.destination !== 'multicast',
    ...(packet.source ? { invalidSource: true as const } : {}),
    ...reads(written),
  };
}

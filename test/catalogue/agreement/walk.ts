import { printReply } from '../../../lib/catalogue/resolve.ts';
import type {
  ExpectStep,
  IcmpStep,
  PLAIN_CALLS,
  Reply,
  ResolvedOutcome,
  Scenario,
  Step,
  UserCall,
} from '../../../lib/catalogue/scenario.ts';
import {
  compareReply,
  printSegment,
  relativeNotation,
  type SegmentNotation,
  type Variable,
  type Variables,
} from '../../../lib/notation/index.ts';
import { type Adoption, counts } from '../../../lib/standard/adoption.ts';
import type { Told } from '../../../lib/standard/calls/call.ts';
import { icmpArrives } from '../../../lib/standard/icmp-arrives.ts';
import type { Level, Profile } from '../../../lib/standard/profile.ts';
import { PROFILES, STRENGTH } from '../../../lib/standard/profile.ts';
import { segmentArrives } from '../../../lib/standard/segment-arrives.ts';
import type { State } from '../../../lib/standard/state.ts';
import { CONTROLS, type Segment, segLen, type Tcb } from '../../../lib/standard/tcb.ts';
import { keepsAlive } from '../../../lib/standard/timeouts/probes.ts';
import { timeOut, timerOf } from '../../../lib/standard/time-out.ts';
import { type Call, serveQueue, userCalls } from '../../../lib/standard/user-calls.ts';
import { tcbVariables } from '../../../lib/standard/variables.ts';
import { add, gt, sub } from '../../../lib/wire/seq.ts';

/** One of the ways that the specification lets a TCP go. */
export interface World {
  readonly tcb: Tcb;
  /** The TCB when something was last expected. */
  readonly base: Tcb;
  /** What was sent since. */
  readonly out: readonly Segment[];
  /** Octets that the user was given since it was last asked. */
  readonly given: number;
  /** What the user was told. */
  readonly told: readonly string[];
  /** Whether it is told of what ends no connection. */
  readonly hears: boolean;
  /** What its last call was answered. */
  readonly answer: string;
  readonly isReading: boolean;
  /** The weakest level of what was done since. */
  readonly level: Level;
  readonly why: string;
  /** The last segment that arrived. */
  readonly last?: Segment;
  /** A new ISS was chosen. */
  readonly isFree: boolean;
}

/** So many are compared sooner than told apart. */
const FEW = 8;

/** What one event makes of a TCB. */
interface Done {
  readonly tcb: Tcb;
  readonly sent: readonly Segment[];
  readonly level: Level;
  readonly why: string;
  readonly freeSeq?: true | undefined;
  readonly told?: readonly Told[] | undefined;
}

export interface Terms {
  readonly profile: Profile;
  readonly adoption: Adoption;
  /** Whether levels and RCV.NXT must be the same. In several steps it counts whether each conforms, and the next show RCV.NXT. */
  readonly isExact: boolean;
  /** The segment that a notation stands for, where the target's TCB is this one. */
  readonly segmentOf: (notation: SegmentNotation, tcb: Tcb) => Segment;
}

/**
 * Goes all ways through a scenario that the specification allows, and compares each with what the steps expect.
 *
 * @returns in words what only the scenario or only the specification allows, at the first step where they differ
 */
export function walk(scenario: Scenario, tcb: Tcb, isReading: boolean, terms: Terms): readonly string[] {
  const [first] = [
    {
      tcb,
      base: tcb,
      out: [],
      given: 0,
      told: [],
      hears: true,
      answer: '',
      isReading,
      level: 'required',
      why: '',
      isFree: false,
    },
  ] as const;
  let worlds: readonly World[] = [first];
  for (const [index, step] of scenario.steps.entries()) {
    const number = index + 1;
    if ('state' in step) {
      const astray = worlds.filter((world) => world.tcb.state !== step.state);
      if (astray.length > 0)
        return astray.map((world) => `step ${number}: ${world.tcb.state} (${world.why})`);
    } else if ('expect' in step) {
      const { faults, onwards } = expectation(step, worlds, terms);
      if (faults.length > 0) return faults.map((fault) => `step ${number}: ${fault}`);
      worlds = onwards;
      if (worlds.length === 0) return [];
    } else worlds = distinct(worlds.flatMap((world) => event(step, world, terms)));
  }
  return [];
}

function event(
  step: Exclude<Step, ExpectStep | { state: State }>,
  world: World,
  terms: Terms,
): readonly World[] {
  if ('user' in step) return act(step.user, world, terms);
  if ('icmp' in step) return icmpError(step, world, terms);
  if ('wait' in step) return waited(step.wait, world, terms);
  // What other peers do changes no connection but theirs.
  if ('crowd' in step) return [world];
  const { base, tcb } = world;
  // Several segments at once: what comes back is not known yet.
  const segments = step.send.map((one) => terms.segmentOf(one, { ...base, sndUna: tcb.sndUna }));
  const after = segments.reduce<readonly World[]>(
    (all, segment) => distinct(all.flatMap((one) => arrive(segment, one, terms))),
    [world],
  );
  return after.flatMap((one) => aggregated(one, segments, step.spaced !== undefined));
}

/** In milliseconds, with the MSL of RFC 793 section 3.3. */
const TWO_MSL = 240_000;
/** More than R1 takes. */
const BEYOND_R1 = 60_000;

/** A segment that is sent again changes nothing, and R2 is reached only where the user has set it. */
function waited(milliseconds: number, world: World, { profile }: Terms): World[] {
  const { tcb } = world;
  if (tcb.state === 'TIME-WAIT' && milliseconds > TWO_MSL)
    return timeOut(tcb, { name: 'TIME-WAIT' }, profile).map((reaction) => after(world, reaction));
  const { userTimeout = Number.POSITIVE_INFINITY } = tcb;
  if (timerOf(tcb) !== 'retransmission') return [world];
  const isOver = milliseconds > userTimeout;
  if (!isOver && milliseconds < BEYOND_R1) return [world];
  const timer = isOver ? ({ name: 'user' } as const) : ({ name: 'retransmission', reached: 'R1' } as const);
  return (
    timeOut(tcb, timer, profile)
      // What the user does in place of the TCP (RFC 1122 section 4.2.2.20(h)) is no scenario's.
      .filter((reaction) => !isOver || reaction.tcb.state === 'CLOSED')
      .map((reaction) => ({ ...after(world, { ...reaction, level: world.level }), out: world.out }))
  );
}

/**
 * One ACK may answer several segments that arrive at once (RFC 1122 section 4.2.2.20, RFC 9293 MUST-58 and MUST-59): any of them but
 * the last may be left out. Where they come one by one, no two consecutive ones should be (SHLD-19).
 */
function aggregated(world: World, segments: readonly Segment[], oneByOne: boolean): World[] {
  const { out } = world;
  const ofEach = segments.map(({ seq, data }) => add(seq, data));
  const isOfEach =
    segments.length > 1 &&
    out.length === segments.length &&
    out.every(({ ack }, index) => ack === ofEach[index]);
  if (!isOfEach) return [world];
  return Array.from({ length: 2 ** (out.length - 1) }, (_, bits) => {
    const isSent = (index: number): boolean => index === out.length - 1 || (bits & (1 << index)) !== 0;
    const leavesTwo = out.some((_, index) => index > 0 && !isSent(index - 1) && !isSent(index));
    return {
      ...world,
      ...(oneByOne && leavesTwo ? { level: 'permitted' as const } : {}),
      out: out.filter((_, index) => isSent(index)),
    };
  });
}

const icmpError = ({ icmp, about, otherPort }: IcmpStep, world: World, terms: Terms): World[] => {
  // It is about another connection.
  if (otherPort) return [world];
  const { seq } = terms.segmentOf(about, world.tcb);
  return icmpArrives(world.tcb, { name: icmp, seq }, terms.profile).map((reaction) => after(world, reaction));
};

const arrive = (segment: Segment, world: World, terms: Terms): World[] =>
  segmentArrives(world.tcb, segment, terms.profile, terms.adoption)
    .map(({ reply, tcb, level, why, freeSeq, told }): Done => {
      const sent = reply === 'silence' ? [] : [reply];
      return { tcb, sent, level, why, freeSeq, told };
    })
    .flatMap((done) => goOn({ ...world, last: segment }, done, terms));

/** After an event: what waits is sent, and the user takes what is there. */
const goOn = (world: World, done: Done, terms: Terms): World[] => {
  const next = after(world, done);
  if (next.tcb.sends.length === 0 && !next.tcb.closing) return [received(next, terms)];
  return serveQueue(next.tcb, terms.profile).map((served) => received(after(next, served), terms));
};

/** Which the user hears of only where it wants to. */
const REPORTS: readonly Told['says'][] = ['soft error', 'excessive retransmissions'];

const heard = ({ to, says }: Told, { hears }: World): readonly string[] =>
  to === 'user' && (hears || !REPORTS.includes(says)) ? [says] : [];

const after = (world: World, { tcb, sent, level, why, freeSeq, told = [] }: Done): World => ({
  ...world,
  told: told.length === 0 ? world.told : [...world.told, ...told.flatMap((one) => heard(one, world))],
  answer: told.find(({ to }) => to === 'caller')?.says ?? world.answer,
  tcb,
  out: sent.length === 0 ? world.out : [...world.out, ...sent],
  level: STRENGTH[level] < STRENGTH[world.level] ? level : world.level,
  why: world.why && why ? `${world.why}; ${why}` : world.why || why,
  isFree: world.isFree || freeSeq === true,
});

/** A window update is no reply that a scenario expects: whichever way text is handed over counts. */
function received(world: World, { profile }: Terms): World {
  const { tcb, isReading } = world;
  if (!isReading || tcb.unread === 0) return world;
  const given = userCalls(tcb, { name: 'RECEIVE', octets: tcb.unread }, profile).find(
    ({ delivered }) => delivered.length > 0,
  );
  if (!given) return world;
  const octets = given.delivered.reduce((sum, each) => sum + each.octets, 0);
  return received({ ...world, tcb: given.tcb, given: world.given + octets }, { profile } as Terms);
}

const CALLS: { readonly [call in (typeof PLAIN_CALLS)[number]]?: Call } = {
  'OPEN ACTIVE': { name: 'OPEN', mode: 'active', remote: 'specified' },
  'OPEN ACTIVE AGAIN': { name: 'OPEN', mode: 'active', remote: 'specified' },
  'OPEN TO MULTICAST': { name: 'OPEN', mode: 'active', remote: 'invalid' },
  'OPEN PASSIVE': { name: 'OPEN', mode: 'passive', remote: 'unspecified' },
  'OPEN PASSIVE UNACCEPTED': { name: 'OPEN', mode: 'passive', remote: 'unspecified' },
  'OPEN PASSIVE AGAIN': { name: 'OPEN', mode: 'passive', remote: 'unspecified' },
  CLOSE: { name: 'CLOSE', goesOn: true },
  'CLOSE BOTH WAYS': { name: 'CLOSE', goesOn: false },
  ABORT: { name: 'ABORT' },
};

function act(user: UserCall, world: World, terms: Terms): World[] {
  if (user.call === 'RECEIVE' || user.call === 'STOP RECEIVING')
    return [received({ ...world, isReading: user.call === 'RECEIVE' }, terms)];
  const { tcb } = world;
  if (user.call === 'KEEP-ALIVE') return [{ ...world, tcb: { ...tcb, keepAlive: user.value > 0 } }];
  if (user.call === 'R2') return [{ ...world, tcb: { ...tcb, userTimeout: 1000 * user.value } }];
  if (user.call === 'ERROR REPORTS') return [{ ...world, hears: user.value > 0 }];
  // What the IP header says is not the specification's.
  if ('value' in user) return [world];
  if (user.call === 'NAGLE OFF') return [{ ...world, tcb: { ...world.tcb, nagle: false } }];
  // A connection that is there does not depend on its listener.
  if (user.call === 'CLOSE LISTENER' && world.tcb.state !== 'LISTEN') return [world];
  const call: Call | undefined =
    user.call === 'SEND'
      ? { name: 'SEND', octets: user.octets, ...(user.mark === 'URGENT' ? { urgent: true } : {}) }
      : CALLS[user.call === 'CLOSE LISTENER' ? 'CLOSE' : user.call];
  if (!call) throw new Error(`no such call: ${user.call}`);
  const { security, precedence } = world.tcb;
  // As the listener before had it.
  const asked = call.name === 'OPEN' ? { ...call, security, precedence } : call;
  return userCalls(world.tcb, asked, terms.profile).map((reaction) => after(world, reaction));
}

/** Worlds that differ in nothing but why, the strongest of them. They are told apart by what they do not share with the first. */
function distinct(worlds: readonly World[]): readonly World[] {
  const [first] = worlds;
  if (!first || worlds.length < FEW) return worlds;
  const byKey = new Map<string, World>();
  for (const world of worlds) {
    const { why: _, level: __, tcb, base, ...rest } = world;
    const key = [differing(rest, {}), differing(tcb, first.tcb), differing(base, first.base)].join('\n');
    const known = byKey.get(key);
    if (!known || STRENGTH[world.level] > STRENGTH[known.level]) byKey.set(key, world);
  }
  return [...byKey.values()];
}

/** What an object has and another has not, as text. */
function differing(one: object, other: object): string {
  let text = '';
  for (const name in one) {
    const value = one[name as keyof typeof one];
    if (value !== other[name as keyof typeof other]) text += `${name}=${written(value)};`;
  }
  return text;
}

/** Worlds share most of their segments and queues, and none of these changes: each is written once. */
const WRITTEN = new WeakMap<object, string>();

function written(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const known = WRITTEN.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value, (_, part) => (part instanceof Set ? [...part].sort() : part));
  WRITTEN.set(value, text);
  return text;
}

/** What waits for a timer: the step asks for a segment, and nothing has come. */
function untilTimer(world: World, { profile }: Terms, isOldTold: boolean): World[] {
  const name = timerOf(world.tcb) ?? (keepsAlive(world.tcb) ? 'keep-alive' : undefined);
  if (world.out.length > 0 || name === undefined) return [world];
  // A segment that is sent again with its first acknowledgment cannot be told from one that crosses what was sent since.
  return timeOut(world.tcb, { name }, profile)
    .filter(({ level }) => isOldTold || name !== 'retransmission' || level !== 'permitted')
    .map((reaction) => after(world, reaction));
}

function expectation(
  step: ExpectStep,
  before: readonly World[],
  terms: Terms,
): { faults: readonly string[]; onwards: readonly World[] } {
  // What comes next is what a timer sends, unless the TCP has given up.
  const replies = PROFILES.flatMap((profile) =>
    step.expect[profile].filter(({ ends }) => !step.next || !ends).map(({ reply }) => reply.length),
  );
  const [none, some] = [replies.includes(0), replies.some((segments) => segments > 0)];
  // A retransmission is no reply. A probe is one, and may come in the time of the observation.
  const timely = before.filter(
    ({ tcb, out }) => none && some && out.length === 0 && timerOf(tcb) === 'zero window',
  );
  const waiting = none ? timely : before;
  const outcomes = step.expect[terms.profile].filter((outcome) => counts(outcome, terms.adoption));
  // Where a timer is awaited, the step may tell the two apart: by `next`, it is the first that comes.
  const isOldTold =
    step.next === true &&
    outcomes.some(({ level }) => level === 'permitted') &&
    outcomes.every(({ interval }) => !interval);
  const worlds = distinct([
    ...(none ? before : []),
    ...waiting.flatMap((world) => untilTimer(world, terms, isOldTold)),
  ]);
  const groups = new Map<string, World[]>();
  for (const world of worlds) {
    const text = textOf(world);
    const group = groups.get(text);
    if (group) group.push(world);
    else groups.set(text, [world]);
  }
  const faults: string[] = [];
  const met = new Map<ResolvedOutcome, Level>();
  for (const group of groups.values()) {
    const level = strongest(group);
    const fits = outcomes.filter((outcome) => group.some((world) => isOutcome(outcome, world, terms)));
    for (const outcome of fits)
      met.set(outcome, strongest([...group, { level: met.get(outcome) ?? 'permitted' }]));
    const asked = fits.length === 0 ? 'not at all' : strongest(fits);
    // A way that ends the scenario is the subject of others, and so is how much it is asked for.
    if (fits.length > 0 && fits.every(({ ends }) => ends)) continue;
    if (asked !== level && (terms.isExact || Math.min(strength(asked), strength(level)) < 1))
      faults.push(`${level} by the specification, ${asked} by the scenario: ${inWords(group)}`);
  }
  for (const outcome of outcomes)
    if (!met.has(outcome) && !outcome.ends)
      faults.push(
        `not at all by the specification, ${outcome.level} by the scenario: ${printReply(outcome.reply)}, then ${outcome.then}`,
      );
  const on = worlds.filter((world) =>
    outcomes.some((outcome) => !outcome.ends && isOutcome(outcome, world, terms)),
  );
  for (const { tcb, why } of step.settled ? on : []) {
    const timer = timerOf(tcb);
    if (timer && timer !== 'TIME-WAIT') faults.push(`the ${timer} timer runs (${why})`);
  }
  if (step.delivered !== undefined)
    for (const { given, why } of on)
      if (given !== step.delivered)
        faults.push(`${given} octets are delivered, not ${step.delivered} (${why})`);
  const anew = (world: World): World => ({
    ...world,
    base: world.tcb,
    out: [],
    level: 'required',
    why: '',
    isFree: false,
    given: step.delivered === undefined ? world.given : 0,
  });
  return { faults, onwards: distinct(on.map(anew)) };
}

const strength = (level: Level | 'not at all'): number => (level === 'not at all' ? -1 : STRENGTH[level]);

const strongest = (all: readonly { readonly level: Level }[]): Level =>
  all.reduce<Level>((best, { level }) => (STRENGTH[level] > STRENGTH[best] ? level : best), 'permitted');

/** Whether RCV.NXT was known before, and still is: LISTEN and SYN-SENT know none. */
const knowsRcvNxt = ({ base, tcb }: World): boolean =>
  !['CLOSED', 'LISTEN', 'SYN-SENT'].includes(base.state) && !['CLOSED', 'LISTEN'].includes(tcb.state);

const textOf = (world: World): string => {
  const { out, tcb } = world;
  const segments = out.map(({ seq, ack, ctl, data }) =>
    [
      `<SEQ=${seq}>`,
      ctl.has('ACK') ? `<ACK=${ack}>` : '',
      `<CTL=${CONTROLS.filter((control) => ctl.has(control)).join(',')}>`,
      data > 0 ? `<DATA=${data}>` : '',
    ].join(''),
  );
  const rcvNxt = knowsRcvNxt(world) ? `, RCV.NXT=${tcb.rcvNxt}` : '';
  return `${segments.join(' ') || 'silence'}, then ${tcb.state}${rcvNxt}`;
};

/** What worlds of the same text do, as a scenario would write it, and why. */
function inWords([first]: readonly World[]): string {
  if (!first) return '';
  const { out, tcb, base, why } = first;
  const variables = variablesOf(first);
  const segments = out.map(({ seq, ack, ctl, data }) =>
    printSegment(relativeNotation({ seq, ack, ctl, data, urg: 0 }, variables, 'target')),
  );
  const further = knowsRcvNxt(first) ? sub(tcb.rcvNxt, base.rcvNxt) : 0;
  const moved = further === 0 ? '' : `, RCV.NXT <- RCV.NXT+${further}`;
  return `${segments.join(' ') || 'silence'}, then ${tcb.state}${moved} (${why})`;
}

/** The variables in which the reply is written: those of the TCB before, but for what was acknowledged. */
function variablesOf({ base, tcb, last }: World): Variables {
  const variables: Partial<Record<Variable, number>> = tcbVariables(base);
  variables['SND.UNA'] = tcb.sndUna;
  if (!last) return variables;
  variables['SEG.SEQ'] = last.seq;
  variables['SEG.ACK'] = last.ack;
  variables['SEG.LEN'] = segLen(last);
  return variables;
}

/** Of what the outcome leaves unwritten, only a new ISS is free. */
function isOutcome(
  { reply, then, with: aspects }: ResolvedOutcome,
  world: World,
  { isExact }: Terms,
): boolean {
  const { out, tcb, base, isFree } = world;
  const { rcvUp, rcvUser } = world.tcb;
  const isUrgent = world.tcb.state !== 'CLOSED' && gt(rcvUp, rcvUser);
  const told = [...world.told, ...(isUrgent ? ['urgent data remains'] : [])];
  if (aspects?.told && [...aspects.told].sort().join() !== told.sort().join()) return false;
  if (aspects?.answer && aspects.answer !== world.answer) return false;
  if (reply.length !== out.length || (then !== undefined && then !== tcb.state)) return false;
  const variables = variablesOf(world);
  const same = reply.every((one, index) => {
    const segment = out[index] as Segment;
    const isWritten = (one.seq || isFree) && (one.ack || !segment.ctl.has('ACK'));
    return isWritten && compareReply(one, stamped(withPushAsIn(one, segment), tcb), variables).length === 0;
  });
  return same && (!isExact || !knowsRcvNxt(world) || tcb.rcvNxt === acknowledgedBy(reply, out, base));
}

/** RFC 7323 section 3.2: TSecr is TS.Recent. The specification leaves options to those who send. */
const stamped = (segment: Segment, { timestamps, tsRecent }: Tcb): Segment =>
  timestamps && !segment.ctl.has('RST') ? { ...segment, tsecr: tsRecent } : segment;

/** Whether text is pushed depends on what the user's interface offers (RFC 9293 section 3.9.1.2). */
const withPushAsIn = ({ ctl }: SegmentNotation, segment: Segment): Segment => {
  if (segment.data === 0 && !segment.ctl.has('FIN')) return segment;
  const others = [...segment.ctl].filter((control) => control !== 'PSH');
  return { ...segment, ctl: new Set(ctl.includes('PSH') ? [...others, 'PSH' as const] : others) };
};

/** RCV.NXT as a verdict knows it: by the last acknowledgment, or as it was. */
const acknowledgedBy = (reply: Reply, out: readonly Segment[], { rcvNxt }: Tcb): number => {
  const index = reply.findLastIndex(({ ctl }) => ctl.includes('ACK') && !ctl.includes('RST'));
  return out[index]?.ack ?? rcvNxt;
};

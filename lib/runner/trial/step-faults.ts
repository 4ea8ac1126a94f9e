import type { ExpectStep } from '../../catalogue/scenario.ts';
import { type ConcreteSegment, lengthOf, type Variables } from '../../notation/index.ts';
import type { Timing } from '../../states/index.ts';
import type { Entry } from '../../tester/index.ts';
import type { ObservedAspects } from '../../verdict/aspects.ts';
import type { Fault } from '../../verdict/fault.ts';
import { optionFaults } from '../../verdict/reply-options.ts';
import { decodeIpv4, type Family } from '../../wire/index.ts';
import { add, gt, leq, sub } from '../../wire/seq.ts';

/** What is wrong with the options of these entries of the log, each kind once. */
export function faultsOfOptions(log: readonly Entry[], entries: readonly Entry[]): Fault[] {
  const rules = entries.flatMap((entry) => optionFaults(entry.segment, log.slice(0, log.indexOf(entry))));
  return [...new Set(rules)].map((rule) => ({ kind: 'option', rule }));
}

/** How far the right edge of the window moves with each of these segments, in octets, from this one on. */
export function edgesOf(entries: readonly Entry[], from: number): number[] {
  let edge = from;
  return entries.flatMap(({ segment: { ctl, ack, wnd } }) => {
    if (wnd === undefined || !ctl.has('ACK') || ctl.has('RST')) return [];
    const moved = sub(add(ack, wnd), edge) | 0;
    edge = add(ack, wnd);
    return [moved];
  });
}

// A window may be a little larger or smaller than that of the SYN, by what it is rounded to and by what has come.
const NEAR = { from: 0.75, to: 1.25 };

/**
 * Whether a window is scaled that the target must not scale, since the tester's SYN has no scale (RFC 7323 section 2.2): then it is the
 * part of the window in the target's SYN that the scale of that SYN says. Undefined where nobody can tell.
 */
export function scalingOf(log: readonly Entry[], { segment }: Entry): ObservedAspects['window'] {
  const synsOf = (who: Entry['from']): readonly ConcreteSegment[] =>
    log.filter(({ from, segment: { ctl } }) => from === who && ctl.has('SYN')).map((one) => one.segment);
  const [testers, targets] = [synsOf('tester'), synsOf('target')];
  // Where SYNs cross, its SYN,ACK need not repeat the offer.
  const { wscale, wnd: told = 0 } = targets.find((syn) => syn.wscale !== undefined) ?? {};
  const { ctl, wnd } = segment;
  const isAgreed = testers.length === 0 || testers.some((syn) => syn.wscale !== undefined);
  if (wscale === undefined || wnd === undefined || told === 0 || isAgreed || ctl.has('SYN') || ctl.has('RST'))
    return undefined;
  const isNear = (window: number): boolean => window >= NEAR.from * told && window <= NEAR.to * told;
  return isNear(wnd * 2 ** wscale) && !isNear(wnd) ? 'scaled' : 'not scaled';
}

/** What the user may choose of the IP header. Raw sockets hide that of IPv6. */
export function ipHeaderOf({ packet }: Entry, family: Family): { ttl?: number; diffserv?: number } {
  if (family === 6) return {};
  const { ttl, tos } = decodeIpv4(packet);
  return { ttl, diffserv: tos >>> 2 };
}

/** MMS_R - 20, where IP reassembles the largest packet that there is (RFC 9293 section 3.7.1). */
const MOST_MSS = { 4: 65_495, 6: 65_515 } as const;
// With jumbograms (RFC 2675 section 5).
const INFINITE_MSS = 65_535;

export function mssOf({ mss }: ConcreteSegment, family: Family): NonNullable<ObservedAspects['mss']> {
  if (mss === undefined) return 'not sent';
  return mss <= MOST_MSS[family] || (family === 6 && mss === INFINITE_MSS) ? 'sent' : mss;
}

export function ecnOf({ ctl }: ConcreteSegment): NonNullable<ObservedAspects['ecn']> {
  if (ctl.has('CWR')) return 'other bits';
  return ctl.has('ECE') ? 'agreed' : 'not agreed';
}

// A clock of 64 ns, the fastest that is known, comes so far in four seconds.
const CLOSE_TOGETHER = 2 ** 26;

/** How an ISS lies beside those of the target's other SYNs. */
export function issOf(
  log: readonly Entry[],
  { segment, peerPort }: Entry,
): NonNullable<ObservedAspects['iss']> {
  const others = log.filter(
    ({ from, segment: { ctl, seq } }) => from === 'target' && ctl.has('SYN') && seq !== segment.seq,
  );
  const before = others.findLast((one) => one.peerPort === peerPort);
  const elsewhere = others.filter((one) => one.peerPort !== peerPort);
  const isClose = ({ segment: { seq } }: Entry): boolean =>
    Math.min(sub(segment.seq, seq), sub(seq, segment.seq)) < CLOSE_TOGETHER;
  return [
    ...(before && gt(segment.seq, before.segment.seq) ? (['later'] as const) : []),
    ...(elsewhere.every(isClose) ? [] : (['apart'] as const)),
  ];
}

// What a target may be late by that shares a busy machine with the tester, in milliseconds.
const MARGIN = 100;

/** Whether the first reply came too late, or too soon. @param since of `performance.now()`: what the times count from */
export function faultsOfTime(
  { within, notBefore }: ExpectStep,
  since: number,
  first: Entry | undefined,
  { roundTrip }: Timing,
  lag: number,
): Fault[] {
  if (!first) return [];
  const observed = Math.round(first.at - since);
  const late = roundTrip + MARGIN + lag;
  if (within !== undefined && observed > within + late)
    return [{ kind: 'time', limit: 'within', expected: within, observed }];
  // A tester that is late makes a reply seem later, never sooner.
  if (notBefore !== undefined && observed < notBefore)
    return [{ kind: 'time', limit: 'not before', expected: notBefore, observed }];
  return [];
}

/** Whether a SYN has an ISS that another has had. One that comes again, from the same port and with the same acknowledgment, has not. */
export function faultsOfIss(log: readonly Entry[], entries: readonly Entry[]): Fault[] {
  const syns = log.filter(({ from, segment: { ctl } }) => from === 'target' && ctl.has('SYN'));
  const isRepeated = ({ segment, peerPort }: Entry): boolean =>
    syns.some(
      (one) =>
        one.segment.seq === segment.seq && (one.peerPort !== peerPort || one.segment.ack !== segment.ack),
    );
  const [found] = entries.filter(({ segment: { ctl } }) => ctl.has('SYN')).filter(isRepeated);
  return found ? [{ kind: 'ISN', iss: found.segment.seq }] : [];
}

/**
 * Whether the target sends again what was acknowledged before the stimulus. Then that acknowledgment has not arrived, and the
 * state was another one.
 */
export function isAcknowledgmentLost(sinceStimulus: readonly Entry[], variables: Variables): boolean {
  const { 'SND.UNA': una, ISS: iss } = variables;
  if (una === undefined || iss === undefined || una === iss) return false;
  return sinceStimulus.some(({ from, segment }) => {
    const length = lengthOf(segment);
    if (from !== 'target' || length === 0 || segment.ctl.has('RST') || segment.ctl.has('SYN')) return false;
    return leq(add(segment.seq, length), una);
  });
}

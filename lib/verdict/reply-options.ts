import { type ConcreteSegment, lengthOf, optionsOf } from '../notation/index.ts';
import { beforeTheEnd, hasWrongLength } from '../standard/header.ts';
import { add, gt, leq } from '../wire/seq.ts';

/** What may be wrong with the options of a segment, and with the bits beside the data offset. */
export const OPTION_FAULTS = [
  'MSS without SYN',
  'window scale without SYN',
  'window scale not offered',
  'SACK-permitted without SYN',
  'SACK not permitted',
  'timestamps not offered',
  'timestamps not negotiated',
  'timestamps missing',
  'option length',
  'padding not zero',
  'reserved bits',
] as const;

export type OptionFault = (typeof OPTION_FAULTS)[number];

/** A segment of a connection, as far as its options go. */
export interface Exchanged {
  readonly from: 'tester' | 'target';
  readonly segment: ConcreteSegment;
}

/** The one bit of the four that a document has given a meaning to since (RFC 9768). */
const ACCURATE_ECN = 1;

/**
 * What is wrong with the options of a segment of the target's. These rules hold under every profile: those of RFC 793 for every
 * TCP, and those of an option for every TCP that sends it. An option of an unknown kind is never wrong. What RFC 7323 says of
 * timestamps in resets is only a SHOULD.
 *
 * @param before what was exchanged on the connection until then
 */
export function optionFaults(reply: ConcreteSegment, before: readonly Exchanged[]): readonly OptionFault[] {
  return [
    ...(reply.ctl.has('SYN') ? faultsOfSyn(reply, before) : faultsWithoutSyn(reply, before)),
    ...faultsOfForm(reply),
  ];
}

function faultsOfSyn(reply: ConcreteSegment, before: readonly Exchanged[]): OptionFault[] {
  if (!reply.ctl.has('ACK')) return [];
  // A SYN that comes again with the same number begins the same connection: what the first has offered counts (RFC 7323 section 3.2).
  const offers = synsAcknowledgedBy(reply, before);
  if (offers.length === 0) return [];
  // Where two SYNs cross, the SYN,ACK repeats what the target's own SYN has offered.
  const own = synsOf('target', before).filter(({ ctl, seq }) => !ctl.has('ACK') && seq === reply.seq);
  const faults: OptionFault[] = [];
  const isUncalledFor = (key: 'wscale' | 'tsval'): boolean =>
    reply[key] !== undefined &&
    offers.every((offer) => offer[key] === undefined) &&
    !own.some((segment) => segment[key] !== undefined);
  if (isUncalledFor('wscale')) faults.push('window scale not offered');
  if (isUncalledFor('tsval')) faults.push('timestamps not offered');
  return faults;
}

function faultsWithoutSyn(reply: ConcreteSegment, before: readonly Exchanged[]): OptionFault[] {
  const faults: OptionFault[] = [];
  if (reply.mss !== undefined) faults.push('MSS without SYN');
  if (reply.wscale !== undefined) faults.push('window scale without SYN');
  if (reply.sackPermitted) faults.push('SACK-permitted without SYN');
  const testers = synsOf('tester', before);
  const targets = synsOf('target', before);
  if (hasSackBlocks(reply) && !testers.some(({ sackPermitted }) => sackPermitted))
    faults.push('SACK not permitted');
  const isStamped = ({ tsval }: ConcreteSegment): boolean => tsval !== undefined;
  if (isStamped(reply) && !(testers.some(isStamped) && targets.some(isStamped)))
    faults.push('timestamps not negotiated');
  const negotiated = testers.length > 0 && targets.length > 0 && [...testers, ...targets].every(isStamped);
  if (!isStamped(reply) && negotiated && !reply.ctl.has('RST')) faults.push('timestamps missing');
  return faults;
}

function faultsOfForm(reply: ConcreteSegment): OptionFault[] {
  const options = optionsOf(reply);
  const listed = beforeTheEnd(options);
  const faults: OptionFault[] = [];
  if (listed.some(hasWrongLength)) faults.push('option length');
  if (options.slice(listed.length).some(({ kind }) => kind !== 'eol')) faults.push('padding not zero');
  if (((reply.reserved ?? 0) & ~ACCURATE_ECN) !== 0) faults.push('reserved bits');
  return faults;
}

const hasSackBlocks = (reply: ConcreteSegment): boolean =>
  beforeTheEnd(optionsOf(reply)).some(({ kind }) => kind === 'sack');

const synsOf = (who: Exchanged['from'], before: readonly Exchanged[]): ConcreteSegment[] =>
  before.filter(({ from, segment }) => from === who && segment.ctl.has('SYN')).map(({ segment }) => segment);

/** The tester's SYNs that a SYN,ACK may answer: those whose number it acknowledges. */
export const synsAcknowledgedBy = (
  { ack }: ConcreteSegment,
  before: readonly Exchanged[],
): ConcreteSegment[] =>
  synsOf('tester', before).filter((syn) => gt(ack, syn.seq) && leq(ack, add(syn.seq, lengthOf(syn))));

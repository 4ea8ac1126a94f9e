import { add } from '../wire/seq.ts';
import { controlBitsOf, flagsOf } from './header.ts';
import type { ConcreteSegment, ControlBit } from './types.ts';

/** What a segment has besides sequence number 0, no text and no options. */
export interface SegmentFields extends Partial<Omit<ConcreteSegment, 'ctl'>> {
  readonly ctl: readonly ControlBit[];
}

/** A segment with these fields, and nothing else in it. */
export const segmentOf = ({ ctl, ...fields }: SegmentFields): ConcreteSegment => ({
  ...{ seq: 0, ack: 0, data: 0, urg: 0 },
  ...fields,
  ctl: controlBitsOf(flagsOf(ctl)),
});

/** A reset and nothing else, at this sequence number. */
export const resetAt = (seq: number): ConcreteSegment => segmentOf({ seq, ctl: ['RST'] });

/** What CLOSED answers to a segment that is no reset: its sequence number is that of the ACK, if there is one (RFC 793 section 3.4, group 1). */
export const resetFor = (segment: ConcreteSegment): ConcreteSegment =>
  segment.ctl.has('ACK')
    ? resetAt(segment.ack)
    : segmentOf({ ack: add(segment.seq, lengthOf(segment)), ctl: ['RST', 'ACK'] });

/** SEG.LEN: the octets of sequence space that a segment occupies, text, SYN and FIN (RFC 793 section 3.3). */
export const lengthOf = ({ data, ctl }: Pick<ConcreteSegment, 'data' | 'ctl'>): number =>
  data + (ctl.has('SYN') ? 1 : 0) + (ctl.has('FIN') ? 1 : 0);

import type { ConcreteSegment, SegmentNotation } from '../notation/index.ts';
import type { IcmpErrorName } from '../wire/icmp.ts';

/** What the target's answer was, in the three words of the RFC and what else there is. */
export const KINDS = ['rst', 'empty-ack', 'silence', 'syn-ack', 'other'] as const;
export type Kind = (typeof KINDS)[number];

/** What a segment on the wire was to the case. */
export const ROLES = ['setup', 'stimulus', 'reply', 'retransmission', 'proof', 'window update'] as const;
export type Role = (typeof ROLES)[number];

/** A segment of the case's connection, as it was seen on the wire. */
export interface WireRecord {
  readonly from: 'tester' | 'target';
  /** Milliseconds since the case began. */
  readonly at: number;
  readonly role: Role;
  readonly segment: ConcreteSegment;
  /** Of both ends; absent where the case has one connection only. */
  readonly ports?: { readonly tester: number; readonly target: number };
  /** The ICMP error that was sent, about that segment of the target's. */
  readonly icmp?: IcmpErrorName;
  /** In terms of the target's TCB at the time of the stimulus. */
  readonly relative: SegmentNotation;
  /** The IP packet, base64: for the capture of the case. */
  readonly packet: string;
}

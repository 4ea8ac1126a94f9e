import type { WireRecord } from './observed.ts';

/** What a segment carries, and must arrive as it was sent. */
export const CARRIED = [
  'source port',
  'destination port',
  'SEQ',
  'ACK',
  'control bits',
  'reserved bits',
  'window',
  'urgent pointer',
  'MSS',
  'window scale',
  'SACK permitted',
  'timestamps',
  'unknown option',
  'text',
  'ECN of the IP header',
] as const;
export type Carried = (typeof CARRIED)[number];

/** A field that arrived otherwise than it was sent. Its values are numbers; an option that is not there, and text, have none. */
export interface Change {
  readonly field: Carried;
  readonly sent?: number;
  readonly arrived?: number;
}

export const ANSWERS = [
  'reset to a SYN to a closed port',
  'reset to an ACK to a closed port',
  'reset to an ACK to a listener',
  'ACK in a connection',
  'reset in a connection',
] as const;
export type Answer = (typeof ANSWERS)[number];

/** What else sets an answer apart from what the target's user sends: its IP header, and that it comes before it can. */
export const MARKS_OF_ANOTHER = ["don't fragment", 'IP identification', 'sooner'] as const;
export type MarkOfAnother = (typeof MARKS_OF_ANOTHER)[number];

export const PROXY_TRAITS = ['distance', 'not accepted', 'window 0', 'options', 'timestamps'] as const;
export type ProxyTrait = (typeof PROXY_TRAITS)[number];

export const OPTIONS_OF_SYNS = ['window scale', 'SACK permitted', 'timestamps'] as const;
export type OptionOfSyns = (typeof OPTIONS_OF_SYNS)[number];

export const STRAY_SEGMENTS = ['ACK without a connection', 'text outside the window'] as const;
export type StraySegment = (typeof STRAY_SEGMENTS)[number];

/** One end of a connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** What something on the path seems to have done. */
export type MiddleboxDeed =
  /** An ICMP error quotes a segment of the tester's as it was at that place: at a router, or at the target itself. */
  | {
      readonly kind: 'rewritten';
      readonly at: string;
      readonly isTarget: boolean;
      readonly changes: readonly Change[];
      /** What the error quotes from the TCP header on, in hexadecimal digits. */
      readonly quote: string;
    }
  /** The target's user was told of another peer. */
  | { readonly kind: 'peer rewritten'; readonly own: Peer; readonly seen: Peer }
  /** The user has read other text than was sent. */
  | { readonly kind: 'text changed'; readonly sent: string; readonly read: string }
  /** Text was acknowledged that the user never got. */
  | { readonly kind: 'text answered'; readonly octets: number }
  /** An answer crosses another number of routers than what the target's user sends. */
  | {
      readonly kind: 'other sender';
      readonly of: Answer;
      readonly ttl: number;
      readonly routers: number;
      /** Of what the user sent, or of SYN,ACKs where it sent nothing. */
      readonly usual: { readonly ttl: number; readonly routers: number };
      readonly marks: readonly MarkOfAnother[];
    }
  /** The SYN,ACK is not like the other segments of the target. */
  | { readonly kind: 'SYN proxy'; readonly by: readonly ProxyTrait[] }
  /** A SACK block names octets that were not sent: the numbers of the tester were moved by so much on their way. */
  | { readonly kind: 'numbers shifted'; readonly by: number }
  /** The SYN,ACK echoes another timestamp than the SYN had. */
  | { readonly kind: 'timestamps changed'; readonly sent: number; readonly echoed: number }
  /** The target offers them in its own SYN, and does not take them in the tester's. */
  | { readonly kind: 'options not taken'; readonly options: readonly OptionOfSyns[] }
  /** The target fills its segments only up to a smaller MSS than both SYNs said. */
  | { readonly kind: 'MSS lowered'; readonly agreed: number; readonly used: number }
  | { readonly kind: 'urgent pointer not told' }
  /** No answer to segments that a stateful firewall drops. `beyond`: the router that they did not get to, and SYNs did. */
  | {
      readonly kind: 'not answered';
      readonly segments: readonly StraySegment[];
      /** How many ports gave no answer. */
      readonly ports: number;
      readonly beyond?: string;
    };

/** A sign that something between tester and target rewrites, answers or drops segments. Plain data, as a fault of the preflight is. */
export interface MiddleboxSign {
  readonly family: 4 | 6;
  readonly deed: MiddleboxDeed;
  readonly records: readonly WireRecord[];
}

/** Whether no stack could have done it by itself. */
export function isCertain(deed: MiddleboxDeed): boolean {
  switch (deed.kind) {
    case 'rewritten':
    case 'peer rewritten':
      return true;
    case 'not answered':
      return deed.beyond !== undefined;
    default:
      return false;
  }
}

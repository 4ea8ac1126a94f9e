/** The variables of the target's TCB that a segment may be written with, and those of the segment that was sent. */
export const VARIABLES = [
  'SND.UNA',
  'SND.NXT',
  'SND.WND',
  'MAX.SND.WND',
  'ISS',
  'RCV.NXT',
  'RCV.WND',
  'RCV.MSS',
  'IRS',
  'TS.RECENT',
  'SEG.SEQ',
  'SEG.ACK',
  'SEG.LEN',
] as const;

export type Variable = (typeof VARIABLES)[number];

/** An expression over the variables; evaluated modulo 2^32. `any` is a free choice of the suite's, or "not compared". */
export type Expression =
  | { readonly kind: 'any' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'power'; readonly base: number; readonly exponent: number }
  | { readonly kind: 'variable'; readonly name: Variable }
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '/';
      readonly left: Expression;
      readonly right: Expression;
    };

/** The control bits, in the order in which the RFC writes them side by side: SYN,ACK but ACK,PSH. */
export const CONTROL_BITS = ['SYN', 'FIN', 'RST', 'ACK', 'PSH', 'URG', 'ECE', 'CWR'] as const;

export type ControlBit = (typeof CONTROL_BITS)[number];

/** A segment as the RFC writes it, e.g. `<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>`; absent fields were not written. */
export interface SegmentNotation {
  readonly seq?: Expression;
  readonly ack?: Expression;
  /** In the order in which they are written; empty when no <CTL> is written. */
  readonly ctl: readonly ControlBit[];
  /** Octets of text. */
  readonly data?: Expression;
  /** The window field, unscaled. */
  readonly wnd?: Expression;
  /** The urgent pointer. */
  readonly urg?: Expression;
  readonly mss?: Expression;
  readonly wscale?: Expression;
  readonly sackPermitted?: true;
  readonly tsval?: Expression;
  readonly tsecr?: Expression;
  /** The data offset field, in 32-bit words, whatever is true. */
  readonly offset?: Expression;
  /** The four reserved bits between the data offset and the control bits. */
  readonly reserved?: Expression;
  /** The checksum field, whatever is true. */
  readonly checksum?: Expression;
  /** All octets between the fixed header and the text, in hexadecimal digits: it stands for all options. */
  readonly opt?: string;
}

/** What is known of the variables: sequence numbers as unsigned 32-bit, windows and lengths in octets. */
export type Variables = Partial<Readonly<Record<Variable, number>>>;

/** A segment whose fields are numbers: one that is about to be sent, or one that was observed. */
export interface ConcreteSegment {
  /** 0...4294967295. */
  readonly seq: number;
  /** 0...4294967295; 0 when no <ACK> was written. Meaningful to the receiver only when `ctl` has ACK. */
  readonly ack: number;
  readonly ctl: ReadonlySet<ControlBit>;
  /** Octets of text. */
  readonly data: number;
  /** The window field, unscaled; absent leaves it to the sender. */
  readonly wnd?: number;
  /** The urgent pointer; 0 when no <URG> was written. */
  readonly urg: number;
  readonly mss?: number;
  readonly wscale?: number;
  readonly sackPermitted?: true;
  readonly tsval?: number;
  readonly tsecr?: number;
  /** The data offset field, 0...15; absent when it is true. It does not change where the text is put. */
  readonly offset?: number;
  /** The four reserved bits, 0...15; absent when they are 0. */
  readonly reserved?: number;
  /** The checksum field; absent when it is true. */
  readonly checksum?: number;
  /**
   * All octets between the fixed header and the text, in hexadecimal digits, where the fields above do not say all of
   * them. Those fields are then what a receiver reads in these octets.
   */
  readonly opt?: string;
}

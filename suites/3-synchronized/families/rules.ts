import type { RuleId } from '../../../lib/standard/rules.ts';

/** The rules of one subject that the families name, as each document words them. */
export type Rules = readonly RuleId[];

// Before the steps: the form of the header, and timestamps.

export const CHECKSUM: Rules = ['RFC 793 3.1 checksum', 'MUST-3'];
export const DATA_OFFSET: Rules = ['RFC 793 3.1 data offset', '3.1 data offset'];
export const RESERVED_BITS: Rules = ['RFC 793 3.1 reserved', '3.1 reserved bits'];
export const MANDATORY_OPTIONS: Rules = ['RFC 793 3.1 mandatory options', 'MUST-4', 'RFC 9293 3.2'];
export const OPTION_ANYWHERE: Rules = ['RFC 1122 4.2.2.5 any segment', 'MUST-5', 'MUST-65'];
export const OPTION_UNALIGNED: Rules = ['RFC 793 3.1 option boundary', 'MUST-64'];
export const UNKNOWN_OPTION: Rules = [
  'RFC 1122 4.2.2.5 any segment',
  'RFC 1122 4.2.2.5 unknown option',
  'MUST-5',
  'MUST-6',
];
export const ILLEGAL_OPTION_LENGTH: Rules = ['RFC 1122 4.2.2.5 illegal length', 'MUST-7', 'MUST-68'];
/** For a TCP without window scaling or timestamps, it is an unknown option. */
export const WINDOW_SCALE_STRAY: Rules = ['RFC 1122 4.2.2.5 unknown option', 'RFC 7323 2.2'];
export const TIMESTAMPS_STRAY: Rules = ['RFC 1122 4.2.2.5 unknown option', 'RFC 7323 3.2 not negotiated'];
export const PAWS: Rules = ['RFC 7323 5.3 R1'];
export const TIMESTAMPS_MISSING: Rules = ['RFC 7323 3.2'];

// The steps, in their order.

export const SEQUENCE: Rules = [
  'RFC 793 3.3 acceptability',
  'RFC 793 3.9 first',
  '3.4 acceptability',
  '3.10.7.4 first',
];
export const UNACCEPTABLE: Rules = [
  'RFC 793 3.4 group 3',
  'RFC 793 3.9 first',
  '3.5.2 group 3',
  '3.10.7.4 first',
];
/** Any segment at a closed window gets an ACK with RCV.NXT unchanged. */
export const ZERO_WINDOW_ANSWER: Rules = ['RFC 793 3.7 managing the window', 'RFC 9293 3.8.6.1', 'MAY-8'];
/** RST and URG are processed even while the window is closed. */
export const EVEN_AT_ZERO_WINDOW: Rules = ['MUST-66'];
export const RST: Rules = [
  'RFC 793 3.9 second',
  'RFC 793 3.4 RST processing',
  '3.10.7.4 second',
  '3.5.3 RST processing',
];
export const RST_VALIDITY: Rules = ['RFC 793 3.4 RST validity', '3.5.3 RST validity'];
export const RST_IN_WINDOW: Rules = ['RFC 5961 3.2'];
export const RST_WITH_TEXT: Rules = ['RFC 1122 4.2.2.12', 'SHLD-2'];
export const RST_IN_TIME_WAIT: Rules = ['RFC 1337'];
export const SECURITY: Rules = [
  'RFC 793 3.4 group 3 security',
  'RFC 793 3.9 third',
  'RFC 1122 4.2.2.20 d',
  '3.5.2 group 3',
  '3.10.7.4 third',
  'A.1.2',
];
export const PRECEDENCE: Rules = [
  'RFC 793 3.4 group 3 precedence',
  'RFC 793 3.9 third precedence',
  'RFC 1122 4.2.2.20 d',
  'RFC 2873 4',
  'A.1.1',
];
export const SYN: Rules = ['RFC 793 3.9 fourth', 'RFC 5961 4.2', '3.10.7.4 fourth'];
export const REOPENING: Rules = ['RFC 1122 4.2.2.13 TIME-WAIT', 'RFC 6191 2', 'MAY-2', 'SHLD-4'];
export const ACK: Rules = ['RFC 793 3.9 fifth', '3.10.7.4 fifth'];
export const ACK_UNACCEPTABLE: Rules = [
  'RFC 793 3.4 group 3',
  'RFC 793 3.9 fifth',
  '3.5.2 group 3',
  '3.10.7.4 fifth',
];
export const ACK_RANGE: Rules = ['RFC 793 3.9 fifth', 'RFC 5961 5.2', '3.10.7.4 fifth', 'MAY-12'];
/** The sequence check may drop a segment with a needed acknowledgment. */
export const ACK_THROWN_AWAY: Rules = ['A.2'];
export const URG: Rules = ['RFC 793 3.9 sixth', 'RFC 1122 4.2.2.4', '3.10.7.4 sixth', 'MUST-30', 'MUST-31'];
export const TEXT: Rules = ['RFC 793 3.9 seventh', '3.10.7.4 seventh'];
export const OUT_OF_ORDER: Rules = [
  'RFC 793 3.9 first held',
  'RFC 1122 4.2.2.20 queueing',
  'RFC 1122 4.2.2.21',
  'SHLD-31',
  'MAY-13',
];
export const ACK_INSIDE: Rules = ['RFC 1122 4.2.2.21', 'MAY-13'];
export const FIN: Rules = ['RFC 793 3.9 eighth', '3.10.7.4 eighth'];
export const HALF_DUPLEX: Rules = ['RFC 1122 4.2.2.13 half-duplex', 'MAY-1', 'SHLD-3'];

import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';

/** Where a rule is written, and the requirements that it belongs to. */
export type Rule = Required<Pick<CaseDeclaration, 'cite' | 'requirements'>>;

const rule = (cite: readonly string[], requirements: readonly string[]): Rule => ({ cite, requirements });

/** Several rules at once. */
export const rules = (...all: readonly Rule[]): Rule =>
  rule(
    [...new Set(all.flatMap(({ cite }) => cite))],
    [...new Set(all.flatMap(({ requirements }) => requirements))],
  );

// The steps, in their order.

export const CHECKSUM = rule(['RFC 793 3.1 checksum', 'RFC 9293 3.1 checksum'], ['MUST-3']);
export const DATA_OFFSET = rule(['RFC 793 3.1 data offset', 'RFC 9293 3.1 data offset'], ['3.1 data offset']);
export const RESERVED_BITS = rule(['RFC 793 3.1 reserved', 'RFC 9293 3.1 reserved'], ['3.1 reserved bits']);
export const MANDATORY_OPTIONS = rule(['RFC 793 3.1 options', 'RFC 9293 3.2'], ['MUST-4']);
export const OPTION_ANYWHERE = rule(
  ['RFC 1122 4.2.2.5', 'RFC 9293 3.1 options', 'RFC 9293 3.2'],
  ['MUST-5', 'MUST-65'],
);
export const OPTION_UNALIGNED = rule(['RFC 793 3.1 options', 'RFC 9293 3.2'], ['MUST-64']);
export const UNKNOWN_OPTION = rule(['RFC 1122 4.2.2.5', 'RFC 9293 3.1 options'], ['MUST-5', 'MUST-6']);
export const ILLEGAL_OPTION_LENGTH = rule(
  ['RFC 1122 4.2.2.5', 'RFC 9293 3.1 options'],
  ['MUST-7', 'MUST-68'],
);
export const WINDOW_SCALE_STRAY = rule(['RFC 1122 4.2.2.5', 'RFC 7323 2.2'], ['RFC 7323 2.2']);
export const TIMESTAMPS_STRAY = rule(['RFC 1122 4.2.2.5', 'RFC 7323 3.2'], ['RFC 7323 3.2 not negotiated']);
export const PAWS = rule(['RFC 7323 5.3 R1'], ['RFC 7323 5.3 R1']);
export const TIMESTAMPS_MISSING = rule(['RFC 7323 3.2'], ['RFC 7323 3.2']);
export const SEQUENCE = rule(
  ['RFC 793 3.9 first', 'RFC 9293 3.10.7.4 first'],
  ['3.10.7.4 first', '3.4 acceptability'],
);
export const UNACCEPTABLE = rule(
  ['RFC 793 3.4 group 3', 'RFC 793 3.9 first', 'RFC 9293 3.5.2 group 3', 'RFC 9293 3.10.7.4 first'],
  ['3.5.2 group 3', '3.10.7.4 first'],
);
export const ZERO_WINDOW = rule(
  ['RFC 793 3.3 acceptability', 'RFC 793 3.9 first', 'RFC 9293 3.4', 'RFC 9293 3.10.7.4 first'],
  ['3.10.7.4 first'],
);
/** Whatever arrives at a closed window is to be answered with an ACK that still asks for the same octet. */
export const ZERO_WINDOW_ANSWER = rule(
  ['RFC 793 3.7 managing the window', 'RFC 9293 3.8.6.1'],
  ['3.10.7.4 first'],
);
/** RST and URG are processed even while the window is closed. */
export const EVEN_AT_ZERO_WINDOW = rule(['RFC 9293 3.4'], ['MUST-66']);
export const RST = rule(
  ['RFC 793 3.9 second', 'RFC 9293 3.10.7.4 second'],
  ['3.10.7.4 second', '3.5.3 RST processing'],
);
export const RST_VALIDITY = rule(['RFC 793 3.4 reset processing', 'RFC 9293 3.5.3'], ['3.5.3 RST validity']);
export const RST_IN_WINDOW = rule(['RFC 5961 3.2'], ['RFC 5961 3.2']);
export const RST_WITH_TEXT = rule(['RFC 1122 4.2.2.12', 'RFC 9293 3.5.3'], ['SHLD-2', 'RFC 1122 4.2.2.12']);
export const RST_IN_TIME_WAIT = rule(['RFC 1337 3 F1'], ['RFC 1337']);
export const SECURITY = rule(
  [
    'RFC 793 3.4 group 3',
    'RFC 793 3.9 third',
    'RFC 1122 4.2.2.20 (d)',
    'RFC 9293 3.5.2 group 3',
    'RFC 9293 3.10.7.4 third',
    'RFC 9293 A.1.2',
  ],
  ['3.5.2 group 3', '3.10.7.4 third', 'RFC 793 3.4 security', 'RFC 1122 4.2.2.20 d', 'A.1.2'],
);
export const PRECEDENCE = rule(
  ['RFC 793 3.4 group 3', 'RFC 793 3.9 third', 'RFC 1122 4.2.2.20 (d)', 'RFC 2873 4', 'RFC 9293 A.1.1'],
  ['RFC 793 3.4 precedence', 'RFC 793 3.9 precedence', 'RFC 2873 4', 'A.1.1'],
);
export const SYN = rule(
  ['RFC 793 3.9 fourth', 'RFC 5961 4.2', 'RFC 9293 3.10.7.4 fourth'],
  ['3.10.7.4 fourth', 'RFC 5961 4.2'],
);
export const REOPENING = rule(
  ['RFC 1122 4.2.2.13', 'RFC 6191 2', 'RFC 9293 3.6.1'],
  ['MAY-2', 'SHLD-4', 'RFC 1122 4.2.2.13 TIME-WAIT', 'RFC 6191 2'],
);
export const ACK = rule(['RFC 793 3.9 fifth', 'RFC 9293 3.10.7.4 fifth'], ['3.10.7.4 fifth']);
export const ACK_UNACCEPTABLE = rule(
  ['RFC 793 3.4 group 3', 'RFC 793 3.9 fifth', 'RFC 9293 3.5.2 group 3', 'RFC 9293 3.10.7.4 fifth'],
  ['3.5.2 group 3', '3.10.7.4 fifth'],
);
export const ACK_RANGE = rule(
  ['RFC 793 3.9 fifth', 'RFC 5961 5.2', 'RFC 9293 3.10.7.4 fifth'],
  ['3.10.7.4 fifth', 'RFC 5961 5.2', 'MAY-12'],
);
/** What the sequence check throws away with a segment may be an acknowledgment that was needed. */
export const ACK_THROWN_AWAY = rule(['RFC 9293 A.2'], ['A.2']);
export const URG = rule(
  ['RFC 793 3.9 sixth', 'RFC 1122 4.2.2.4', 'RFC 9293 3.10.7.4 sixth', 'RFC 9293 3.8.5'],
  ['3.10.7.4 sixth', 'MUST-30', 'MUST-31'],
);
export const TEXT = rule(['RFC 793 3.9 seventh', 'RFC 9293 3.10.7.4 seventh'], ['3.10.7.4 seventh']);
export const OUT_OF_ORDER = rule(
  ['RFC 793 3.9 first', 'RFC 1122 4.2.2.20', 'RFC 1122 4.2.2.21', 'RFC 9293 3.10.7.4 seventh'],
  ['SHLD-31', 'MAY-13', 'RFC 1122 4.2.2.21'],
);
export const ACK_INSIDE = rule(
  ['RFC 1122 4.2.2.21', 'RFC 9293 3.10.7.4 seventh'],
  ['MAY-13', 'RFC 1122 4.2.2.21'],
);
export const FIN = rule(['RFC 793 3.9 eighth', 'RFC 9293 3.10.7.4 eighth'], ['3.10.7.4 eighth']);
export const HALF_DUPLEX = rule(
  ['RFC 1122 4.2.2.13', 'RFC 9293 3.6.1'],
  ['MAY-1', 'SHLD-3', 'RFC 1122 4.2.2.13 half-duplex'],
);

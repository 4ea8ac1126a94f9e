/**
 * Before the first step, in a state that is not synchronized: options that must be ignored, illegal option lengths, reserved
 * bits, impossible data offsets, and a checksum that was not computed.
 */
import type { CaseDeclaration, Outcome } from '../../../lib/catalogue/case.ts';
import type { LeftOpen } from '../../../lib/catalogue/left-open.ts';
import type { RuleId } from '../../../lib/standard/rules.ts';

/** A segment that changes the state, and the outcomes for each of its forms. */
export interface Opening {
  /** The beginning of the ids. */
  readonly prefix: string;
  /** The segment in a few words. */
  readonly what: string;
  readonly send: string;
  /** The outcomes for a well-formed header. */
  readonly ordinary: Outcome;
  /** The segment is dropped. */
  readonly dropped: Outcome;
  /** The connection is reset, as RFC 1122 suggests for an illegal option length: all forms that the reset may have. */
  readonly reset: readonly Outcome[];
  /** The segment is answered by a reset, and the state stays (group 2 of "Reset Generation"). */
  readonly refused: Outcome;
}

type Rules = readonly RuleId[];

const MANDATORY: Rules = ['RFC 793 3.1 mandatory options', 'MUST-4', 'RFC 9293 3.2'];
const UNKNOWN: Rules = [
  'RFC 1122 4.2.2.5 any segment',
  'RFC 1122 4.2.2.5 unknown option',
  'MUST-5',
  'MUST-6',
];
const UNALIGNED: Rules = [...UNKNOWN, 'MUST-64'];
const ILLEGAL_LENGTH: Rules = ['RFC 1122 4.2.2.5 illegal length', 'MUST-7', 'MUST-68'];
const RESERVED: Rules = ['RFC 793 3.1 reserved', '3.1 reserved bits'];
const DATA_OFFSET: Rules = ['RFC 793 3.1 data offset', '3.1 data offset'];
const CHECKSUM: Rules = ['RFC 793 3.1 checksum', 'MUST-3'];

const permitted = (outcome: Outcome): Outcome => ({ ...outcome, level: 'permitted' });
const leftOpen = (by: LeftOpen, outcome: Outcome): Outcome => ({ ...outcome, leftOpen: by });

/**
 * No step of RFC 793 section 3.9 checks unknown options or reserved bits, and an implementation should differ from the steps
 * only in detail. RFC 1122 and RFC 9293 say to ignore them.
 */
export const headerForm = (opening: Opening): readonly CaseDeclaration[] => {
  const { prefix, what, send, ordinary, dropped } = opening;
  const declare = (
    name: string,
    title: string,
    field: string,
    expect: CaseDeclaration['expect'],
    rules: Rules,
  ): CaseDeclaration => ({
    id: `${prefix}.${name}`,
    title: `${what} with ${title}`,
    send: send + field,
    expect,
    rules,
  });
  const illegal = (name: string, title: string, octets: string): CaseDeclaration =>
    declare(`option.${name}`, title, `<OPT=${octets}>`, lengthHandled(opening), ILLEGAL_LENGTH);
  // The offset does not say where the text begins, so nothing can be accepted. Group 2 resets only for the ACK and the security.
  // Section 3.4 sends no reset unless the segment is clearly not for this connection.
  const offset = (name: string, title: string, value: number): CaseDeclaration =>
    declare(`header.${name}`, title, `<OFFSET=${value}>`, dropped, DATA_OFFSET);
  return [
    declare('option.unknown', 'an option of an unknown kind', '<OPT=fe04abcd>', ordinary, UNKNOWN),
    declare(
      'option.unaligned',
      'an unaligned option of an unknown kind',
      '<OPT=01fe05abcdef0000>',
      ordinary,
      UNALIGNED,
    ),
    declare('option.nops', 'only No-Operation options', '<OPT=01010101>', ordinary, MANDATORY),
    declare('option.end-of-list', 'an empty list of options', '<OPT=00000000>', ordinary, MANDATORY),
    illegal('length-zero', 'an option of length 0', 'fe000000'),
    illegal('length-one', 'an option of length 1', 'fe010000'),
    illegal('length-overrun', 'an option that is longer than the header', 'fe080000'),
    illegal('length-missing', 'an option whose length octet is beyond the header', '010101fe'),
    declare('header.reserved-bits', 'reserved bits set', '<RESERVED=14>', ordinary, RESERVED),
    offset('offset-zero', 'a data offset of zero', 0),
    offset('offset-four', 'a data offset inside the fixed header', 4),
    offset('offset-beyond', 'a data offset beyond the end of the segment', 15),
    declare('header.checksum-zero', 'a checksum of zero', '<CHECKSUM=0>', dropped, CHECKSUM),
  ];
};

/** An MSS option of a wrong length. A TCP reads this option only in a SYN. */
export const illegalMssLength = (opening: Opening): CaseDeclaration => ({
  id: `${opening.prefix}.option.mss-of-three-octets`,
  title: `${opening.what} with an MSS option of a wrong length`,
  send: `${opening.send}<OPT=02030000>`,
  expect: lengthHandled(opening),
  rules: ILLEGAL_LENGTH,
});

/**
 * A TCP must be prepared for an illegal option length. There are three ways: ignore the rest of the options and accept the
 * segment, drop the segment, or reset the connection, as RFC 1122 suggests.
 */
function lengthHandled({ ordinary, dropped, reset, refused }: Opening): readonly Outcome[] {
  const isKnown = reset.some(({ reply, then }) => reply === refused.reply && then === refused.then);
  const others = [dropped, ...reset, ...(isKnown ? [] : [permitted(refused)])];
  return [ordinary, ...others.map((outcome) => leftOpen('illegal option length', outcome))];
}

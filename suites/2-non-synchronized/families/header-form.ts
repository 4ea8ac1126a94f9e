/**
 * What comes before any step: options that are to be passed over, options whose length cannot be, reserved bits, data offsets
 * that cannot be, and a checksum that was not computed; in a state that is not synchronized.
 */
import type { CaseDeclaration, Outcome } from '../../../lib/catalogue/case.ts';
import type { LeftOpen } from '../../../lib/catalogue/left-open.ts';
import type { RuleId } from '../../../lib/standard/rules.ts';

/** A segment that changes the state, and what is due to it in all forms. */
export interface Opening {
  /** What the ids begin with. */
  readonly prefix: string;
  /** In a few words. */
  readonly what: string;
  readonly send: string;
  /** What comes of it when nothing is wrong with its header. */
  readonly ordinary: Outcome;
  /** The segment is dropped. */
  readonly dropped: Outcome;
  /** The connection is reset, as is suggested for an illegal option length: all forms that the reset may have. */
  readonly reset: readonly Outcome[];
  /** The segment is answered with a reset, and the state stays (group 2 of "Reset Generation"). */
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
 * No step of RFC 793 section 3.9 looks at an option that it does not name, or at the reserved bits, and an implementation
 * should differ from the steps in detail only. RFC 1122 and RFC 9293 have them ignored in so many words.
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
  // Nothing says where the text begins, so that nothing can be taken. Group 2 resets for the ACK and for the security only,
  // and section 3.4 sends no reset where it is not clear that the segment is not meant for the connection.
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

/** The length of the option that opens a connection, as no such option has it: only a SYN is looked at for its size. */
export const illegalMssLength = (opening: Opening): CaseDeclaration => ({
  id: `${opening.prefix}.option.mss-of-three-octets`,
  title: `${opening.what} with an MSS option of a wrong length`,
  send: `${opening.send}<OPT=02030000>`,
  expect: lengthHandled(opening),
  rules: ILLEGAL_LENGTH,
});

/**
 * A TCP must be prepared for an option whose length cannot be. To stop there and take the segment, to drop it, and to reset
 * the connection, as is suggested, are three ways to be so.
 */
function lengthHandled({ ordinary, dropped, reset, refused }: Opening): readonly Outcome[] {
  const isKnown = reset.some(({ reply, then }) => reply === refused.reply && then === refused.then);
  const others = [dropped, ...reset, ...(isKnown ? [] : [permitted(refused)])];
  return [ordinary, ...others.map((outcome) => leftOpen('illegal option length', outcome))];
}

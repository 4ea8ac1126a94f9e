import type { CaseDeclaration, Outcome } from '../../../lib/catalogue/case.ts';
import type { RuleId } from '../../../lib/standard/rules.ts';

const DROPPED: Outcome = { reply: 'silence', then: 'CLOSED' };
const FROM_SEQ: Outcome = { reply: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', then: 'CLOSED' };
const FROM_ACK: Outcome = { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' };

const SYN = '<SEQ=ANY><CTL=SYN><DATA=10>';
const ACK = '<SEQ=ANY><ACK=ANY><CTL=ACK>';

const GROUP_1: readonly RuleId[] = ['RFC 793 3.4 group 1', '3.5.2 group 1', '3.10.7.1'];

/**
 * The form of the header, without a connection. Group 1 answers any segment except a reset, so options and reserved bits
 * have no effect. The ACK of the reset counts the SYN and the text, wherever the header ends.
 */
export const headerForm = (): readonly CaseDeclaration[] => {
  const option = (
    name: string,
    title: string,
    octets: string,
    expect: CaseDeclaration['expect'],
    ...rules: readonly RuleId[]
  ): CaseDeclaration => ({
    id: `closed.option.${name}`,
    title: `SYN and text with ${title}`,
    send: `${SYN}<OPT=${octets}>`,
    expect,
    rules: [...rules, ...GROUP_1],
  });
  // RFC 1122 suggests a reset for an illegal length, and group 1 asks for one anyway. RFC 1122 does not say how else a TCP
  // may handle it, so dropping the segment is allowed.
  const illegal = (name: string, title: string, octets: string): CaseDeclaration =>
    option(
      name,
      title,
      octets,
      [FROM_SEQ, { ...DROPPED, level: 'permitted', leftOpen: 'illegal option length' }],
      'RFC 1122 4.2.2.5 illegal length',
      'MUST-7',
    );
  // The offset is impossible. If this counts as a segment, group 1 resets it. No document says whether it counts.
  const offset = (name: string, title: string, value: number): CaseDeclaration => ({
    id: `closed.header.${name}`,
    title: `ACK with ${title}`,
    send: `${ACK}<OFFSET=${value}>`,
    expect: [DROPPED, { ...FROM_ACK, leftOpen: 'data offset in CLOSED' }],
    rules: ['RFC 793 3.1 data offset', '3.1 data offset', ...GROUP_1],
  });
  return [
    option(
      'unknown',
      'an option of an unknown kind',
      'fe04abcd',
      FROM_SEQ,
      'RFC 1122 4.2.2.5 unknown option',
      'MUST-6',
    ),
    option('nops', 'only No-Operation options', '01010101', FROM_SEQ, 'RFC 9293 3.2', 'MUST-4'),
    option('end-of-list', 'an empty list of options', '00000000', FROM_SEQ, 'RFC 9293 3.2', 'MUST-4'),
    illegal('length-zero', 'an option of length 0', 'fe000000'),
    illegal('length-one', 'an option of length 1', 'fe010000'),
    illegal('length-overrun', 'an option that is longer than the header', 'fe080000'),
    illegal('length-missing', 'an option whose length octet is beyond the header', '010101fe'),
    {
      id: 'closed.header.reserved-bits',
      title: 'SYN and text with reserved bits set',
      send: `${SYN}<RESERVED=14>`,
      expect: FROM_SEQ,
      rules: ['RFC 793 3.1 reserved', '3.1 reserved bits', ...GROUP_1],
    },
    offset('offset-zero', 'a data offset of zero', 0),
    offset('offset-four', 'a data offset inside the fixed header', 4),
    offset('offset-beyond', 'a data offset beyond the end of the segment', 15),
    {
      id: 'closed.header.checksum-zero',
      title: 'ACK with a checksum of zero',
      send: `${ACK}<CHECKSUM=0>`,
      expect: DROPPED,
      rules: ['RFC 793 3.1 checksum', 'MUST-3'],
    },
  ];
};

import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import {
  acknowledgmentOf,
  always,
  anyOf,
  type ByProfile,
  emptyAck,
  leftOpen,
  named,
  type Outcomes,
  outcome,
  permitted,
  resetBySegAck,
  type Subject,
  silence,
} from './expectations.ts';
import {
  CHECKSUM,
  DATA_OFFSET,
  ILLEGAL_OPTION_LENGTH,
  MANDATORY_OPTIONS,
  OPTION_ANYWHERE,
  OPTION_UNALIGNED,
  RESERVED_BITS,
  type Rules,
  TIMESTAMPS_STRAY,
  UNKNOWN_OPTION,
  WINDOW_SCALE_STRAY,
} from './rules.ts';

/** A segment with nothing wrong except its header. */
interface Carrier {
  readonly what: string;
  readonly send: string;
}

/** Text that gets an answer: text in order where text is accepted, otherwise old text. */
const answered = ({ state, ack, takesText }: Subject): Carrier & { readonly ordinary: Outcomes } =>
  takesText
    ? {
        what: 'text in order',
        send: `<SEQ=RCV.NXT><ACK=${ack}><CTL=ACK,PSH><DATA=10>`,
        ordinary: [acknowledgmentOf(10, state)],
      }
    : {
        what: 'old text',
        send: `<SEQ=RCV.NXT-10><ACK=${ack}><CTL=ACK,PSH><DATA=10>`,
        ordinary: [emptyAck(state)],
      };

/** A segment that would change the connection if anything in it were processed. */
function consequential({ state, ack, takesText }: Subject): Carrier {
  if (takesText) return { what: 'text in order', send: `<SEQ=RCV.NXT><ACK=${ack}><CTL=ACK,PSH><DATA=10>` };
  if (state === 'CLOSING' || state === 'LAST-ACK')
    return { what: "ACK of the target's FIN", send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' };
  return { what: 'RST at RCV.NXT', send: '<SEQ=RCV.NXT><CTL=RST>' };
}

/** Before the first step: headers that no sender should make, and options that must be ignored. */
export const headerForm = (subject: Subject): readonly CaseDeclaration[] => [
  ...goodOptions(subject),
  ...illegalLengths(subject),
  ...damagedHeaders(subject),
];

const option =
  (subject: Subject) =>
  (name: string, title: string, fields: string, expect: ByProfile, rules: Rules): CaseDeclaration => {
    const { what, send } = answered(subject);
    return {
      id: named(subject, `option.${name}`),
      title: `${what} with ${title}`,
      send: send + fields,
      expect,
      rules,
    };
  };

/**
 * Options that must be ignored. RFC 1122 says so. RFC 793 names three options; no step of its section 3.9 checks others, and
 * an implementation should differ from the steps only in detail.
 */
function goodOptions(subject: Subject): readonly CaseDeclaration[] {
  const { ordinary } = answered(subject);
  const with_ = option(subject);
  const ignored = always(...ordinary);
  return [
    with_('unknown', 'an option of an unknown kind', '<OPT=fe04abcd>', ignored, UNKNOWN_OPTION),
    with_('unaligned', 'an unaligned option of an unknown kind', '<OPT=01fe05abcdef0000>', ignored, [
      ...UNKNOWN_OPTION,
      ...OPTION_UNALIGNED,
    ]),
    with_('nops', 'only No-Operation options', '<OPT=01010101>', ignored, MANDATORY_OPTIONS),
    with_('end-of-list', 'an empty list of options', '<OPT=00000000>', ignored, MANDATORY_OPTIONS),
    with_('mss', 'an MSS option, which belongs only in a SYN', '<MSS=536>', ignored, OPTION_ANYWHERE),
    with_(
      'window-scale',
      'a window scale option, which belongs only in a SYN',
      '<WSCALE=7>',
      ignored,
      WINDOW_SCALE_STRAY,
    ),
    with_(
      'timestamps-not-negotiated',
      'timestamps that were not negotiated',
      '<TSVAL=1><TSECR=0>',
      ignored,
      TIMESTAMPS_STRAY,
    ),
  ];
}

/**
 * A TCP must be prepared for an illegal option length. There are three ways: ignore the rest of the options and accept the
 * segment, drop the segment, or reset the connection, as RFC 1122 suggests.
 */
function illegalLengths(subject: Subject): readonly CaseDeclaration[] {
  const { state } = subject;
  const expect = always(
    ...anyOf(
      ...answered(subject).ordinary,
      ...leftOpen(
        'illegal option length',
        silence(state),
        resetBySegAck,
        outcome('<SEQ=SND.NXT><CTL=RST>', 'CLOSED'),
        outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', 'CLOSED'),
        ...permitted(emptyAck(state)),
      ),
    ),
  );
  const illegal = (name: string, title: string, octets: string): CaseDeclaration =>
    option(subject)(name, title, `<OPT=${octets}>`, expect, ILLEGAL_OPTION_LENGTH);
  return [
    illegal('length-zero', 'an option of length 0', 'fe000000'),
    illegal('length-one', 'an option of length 1', 'fe010000'),
    illegal('length-overrun', 'an option that is longer than the header', 'fe080000'),
    illegal('length-missing', 'an option whose length octet is beyond the header', '010101fe'),
  ];
}

/** Reserved bits, impossible data offsets, and a checksum that was not computed. */
function damagedHeaders(subject: Subject): readonly CaseDeclaration[] {
  const { state } = subject;
  const { what, send, ordinary } = answered(subject);
  const change = consequential(subject);
  const dropped = silence(state);
  const offset = (name: string, title: string, field: string): CaseDeclaration => ({
    id: named(subject, `header.${name}`),
    title: `${change.what} with ${title}`,
    send: change.send + field,
    // The offset does not say where the text begins, so nothing can be accepted. If this is a segment, it is unacceptable, and
    // group 3 acknowledges it, although group 3 names only wrong numbers as reasons.
    expect: always(
      dropped,
      ...(change.send.includes('RST') ? [] : leftOpen('data offset', ...permitted(emptyAck(state)))),
    ),
    rules: DATA_OFFSET,
  });
  return [
    {
      id: named(subject, 'header.reserved-bits'),
      title: `${what} with reserved bits set`,
      send: `${send}<RESERVED=14>`,
      // RFC 9293 says to ignore them. The older documents say what a sender puts there, and no step checks them.
      expect: always(...ordinary),
      rules: RESERVED_BITS,
    },
    offset('offset-four', 'a data offset inside the fixed header', '<OFFSET=4>'),
    offset('offset-beyond', 'a data offset beyond the end of the segment', '<OFFSET=15>'),
    {
      id: named(subject, 'header.checksum-zero'),
      title: `${change.what} with a checksum of zero`,
      send: `${change.send}<CHECKSUM=0>`,
      expect: always(dropped),
      rules: CHECKSUM,
    },
  ];
}

import type { CaseDeclaration, Condition } from '../../../lib/catalogue/case.ts';
import {
  always,
  anyOf,
  type ByProfile,
  byProfile,
  emptyAck,
  leftOpen,
  named,
  nothingDue,
  type Outcomes,
  permitted,
  resetBySegAck,
  resetOfAnyForm,
  type Subject,
  silence,
  textTaken,
} from './expectations.ts';
import { validReset } from './rst.ts';
import { PRECEDENCE, RST, SECURITY, SYN, UNACCEPTABLE } from './rules.ts';
import { unexpectedSyn } from './syn.ts';

const condition: Condition = 'other-security';

/**
 * Third step: an IPv4 security option or a precedence that differs from the connection's. The sequence number and the RST
 * are checked before it, the SYN after it. `syn` is the expectation for a SYN at RCV.NXT without the option.
 */
export const securityAndPrecedence = (
  subject: Subject,
  syn: ByProfile = unexpectedSyn(subject)({ inWindow: true, newer: true }),
): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'security.ack'),
    title: 'acceptable empty segment with another security option',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK>`,
    expect: mismatch(subject, [resetBySegAck], always(...nothingDue(subject))),
    rules: SECURITY,
  },
  {
    id: named(subject, 'security.text'),
    title: 'text in order with another security option',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: mismatch(subject, [resetBySegAck], always(...textTaken(subject, 10))),
    rules: SECURITY,
  },
  {
    id: named(subject, 'security.no-ack'),
    title: 'segment without ACK and with another security option',
    condition,
    send: '<SEQ=RCV.NXT>',
    expect: mismatch(subject, resetOfAnyForm(false), always(silence(subject.state))),
    rules: SECURITY,
  },
  {
    id: named(subject, 'security.one-before'),
    title: 'segment before the window with another security option: the sequence number is checked first',
    condition,
    send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=ACK>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...SECURITY],
  },
  {
    id: named(subject, 'security.rst'),
    title: 'RST with another security option: the RST is checked first',
    condition,
    send: '<SEQ=RCV.NXT><CTL=RST>',
    expect: always(...validReset(subject)),
    rules: [...RST, ...SECURITY],
  },
  {
    id: named(subject, 'security.syn'),
    title: 'SYN in the window with another security option: the option is checked first',
    condition,
    send: '<SEQ=RCV.NXT><CTL=SYN>',
    expect: mismatch(subject, resetOfAnyForm(false), syn),
    rules: [...SECURITY, ...SYN],
  },
  {
    id: named(subject, 'precedence.higher'),
    title: 'acceptable empty segment of a higher precedence',
    condition: 'higher-precedence',
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK>`,
    expect: untilRfc2873(subject),
    rules: PRECEDENCE,
  },
  {
    id: named(subject, 'precedence.lower'),
    title: 'acceptable empty segment of a lower precedence',
    condition: 'lower-precedence',
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK>`,
    expect: untilRfc2873(subject),
    rules: PRECEDENCE,
  },
];

/**
 * RFC 793 resets in every synchronized state by its reset rules, but its third step lists only ESTABLISHED; RFC 1122
 * extends the list. RFC 9293 lets a TCP that has no levels of security ignore the option.
 */
function mismatch(subject: Subject, reset: Outcomes, otherwise: ByProfile): ByProfile {
  return byProfile({
    rfc793: listedByRfc793(subject)
      ? reset
      : anyOf(...reset, ...leftOpen('list of states', ...permitted(...otherwise.rfc793))),
    rfc1122: reset,
    rfc9293: anyOf(...reset, ...leftOpen('levels of security', ...permitted(...otherwise.rfc9293))),
  });
}

/** Another precedence is treated like another security, until RFC 2873, which says to ignore it. */
function untilRfc2873(subject: Subject): ByProfile {
  const ordinary = nothingDue(subject);
  return byProfile({
    rfc793: listedByRfc793(subject)
      ? [resetBySegAck]
      : [resetBySegAck, ...leftOpen('list of states', ...permitted(...ordinary))],
    rfc1122: [resetBySegAck],
    rfc5961: ordinary,
  });
}

const listedByRfc793 = ({ state }: Subject): boolean => state === 'ESTABLISHED';

/** LISTEN: RST, ACK, SYN (and then its security and precedence), anything else; in this order. Group 2. */

import type { CaseDeclaration, Outcome } from '../../lib/catalogue/case.ts';
import { inState } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { headerForm, illegalMssLength, type Opening } from './families/header-form.ts';

const RESET_FROM_ACK = '<SEQ=SEG.ACK><CTL=RST>';
const RESET_FROM_SEQ = '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>';

const IGNORED: Outcome = { reply: 'silence', then: 'LISTEN' };
/**
 * RCV.NXT is the number after the SYN, whatever follows in the segment. Text and FIN wait until the connection is
 * established, and are not acknowledged yet.
 */
const ANSWERED: Outcome = { reply: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' };

const rst = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: IGNORED,
  rules: ['RFC 793 3.9 LISTEN first', 'RFC 793 3.4 RST processing', '3.10.7.2 first', '3.5.3 RST processing'],
});

const ack = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: { reply: RESET_FROM_ACK, then: 'LISTEN' },
  rules: ['RFC 793 3.9 LISTEN second', 'RFC 793 3.4 group 2', '3.10.7.2 second', '3.5.2 group 2'],
});

const syn = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: ANSWERED,
  rules: ['RFC 793 3.9 LISTEN third', '3.10.7.2 third'],
});

const other = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: IGNORED,
  rules: ['RFC 793 3.9 LISTEN fourth', '3.10.7.2 fourth'],
});

/**
 * How a SYN is refused. RFC 793 contradicts itself. Its section 3.9 prints the form with SEQ=SEG.ACK, although the segment has
 * no ACK (the field reads as 0). Group 2 of section 3.4 asks for SEQ=0 and an ACK. RFC 1122 decides for the latter.
 */
const REFUSED_RFC793: readonly Outcome[] = [
  { reply: RESET_FROM_ACK, then: 'LISTEN' },
  { reply: RESET_FROM_SEQ, then: 'LISTEN' },
];
const REFUSED: Outcome = { reply: RESET_FROM_SEQ, then: 'LISTEN' };

/** A SYN. The listener stays in LISTEN, whatever becomes of the new connection. */
const OPENING: Opening = {
  prefix: 'listen',
  what: 'SYN',
  send: '<SEQ=ANY><CTL=SYN>',
  ordinary: ANSWERED,
  dropped: IGNORED,
  reset: [REFUSED],
  refused: REFUSED,
};

const PRECEDENCE: readonly RuleId[] = [
  'RFC 793 3.9 LISTEN third precedence',
  'RFC 793 3.4 group 2 precedence',
  'RFC 2873 4',
  'A.1.1',
];

export default inState('LISTEN', [
  // First: RST.
  rst('listen.rst.empty', 'RST', '<SEQ=ANY><CTL=RST>'),
  rst('listen.rst-ack.empty', 'RST,ACK', '<SEQ=ANY><ACK=ANY><CTL=RST,ACK>'),
  rst('listen.rst.text', 'RST with text', '<SEQ=ANY><CTL=RST><DATA=10>'),
  rst('listen.rst-ack.text', 'RST,ACK with text', '<SEQ=ANY><ACK=ANY><CTL=RST,ACK><DATA=10>'),
  rst('listen.syn-rst.empty', 'SYN,RST', '<SEQ=ANY><CTL=SYN,RST>'),
  rst('listen.syn-rst-ack.empty', 'SYN,ACK with RST', '<SEQ=ANY><ACK=ANY><CTL=SYN,RST,ACK>'),

  // Second: ACK. Nothing was sent, so no ACK is acceptable.
  ack('listen.ack.empty', 'ACK', '<SEQ=ANY><ACK=ANY><CTL=ACK>'),
  ack('listen.ack.zero', 'ACK of 0', '<SEQ=ANY><ACK=0><CTL=ACK>'),
  ack('listen.ack.text', 'text', '<SEQ=ANY><ACK=ANY><CTL=ACK,PSH><DATA=10>'),
  ack('listen.fin-ack.empty', 'FIN', '<SEQ=ANY><ACK=ANY><CTL=FIN,ACK>'),
  ack('listen.fin-ack.text', 'text and FIN', '<SEQ=ANY><ACK=ANY><CTL=FIN,ACK,PSH><DATA=10>'),
  ack('listen.syn-ack.empty', 'SYN,ACK', '<SEQ=ANY><ACK=ANY><CTL=SYN,ACK>'),
  ack('listen.syn-ack.text', 'SYN,ACK with text', '<SEQ=ANY><ACK=ANY><CTL=SYN,ACK,PSH><DATA=10>'),
  ack('listen.syn-fin-ack.empty', 'SYN,ACK with FIN', '<SEQ=ANY><ACK=ANY><CTL=SYN,FIN,ACK>'),
  ack('listen.syn-fin-ack.text', 'SYN,ACK with text and FIN', '<SEQ=ANY><ACK=ANY><CTL=SYN,FIN,ACK><DATA=10>'),
  {
    ...ack(
      'listen.ack.security-option',
      'ACK with a security option: the ACK is checked first',
      '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    ),
    condition: 'other-security',
  },

  // Third: SYN.
  syn('listen.syn.empty', 'SYN', '<SEQ=ANY><CTL=SYN>'),
  syn('listen.syn.number-zero', 'SYN with the sequence number 0', '<SEQ=0><CTL=SYN>'),
  syn('listen.syn.last-number', 'SYN with the largest sequence number', '<SEQ=4294967295><CTL=SYN>'),
  syn('listen.syn.text', 'SYN with text', '<SEQ=ANY><CTL=SYN><DATA=10>'),
  syn('listen.syn-fin.empty', 'SYN,FIN', '<SEQ=ANY><CTL=SYN,FIN>'),
  syn('listen.syn-fin.text', 'SYN,FIN with text', '<SEQ=ANY><CTL=SYN,FIN><DATA=10>'),
  syn('listen.syn-psh-urg.empty', 'SYN with PSH and URG', '<SEQ=ANY><CTL=SYN,PSH,URG>'),
  syn('listen.syn-ece-cwr.empty', 'SYN that offers ECN', '<SEQ=ANY><CTL=SYN,ECE,CWR>'),
  {
    id: 'listen.syn.security-option',
    title: 'SYN with a security option',
    condition: 'other-security',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: {
      rfc793: REFUSED_RFC793,
      rfc1122: REFUSED,
      rfc9293: [REFUSED, { ...ANSWERED, level: 'permitted' }],
    },
    rules: [
      'RFC 793 3.9 LISTEN third',
      'RFC 793 3.4 group 2 security',
      'RFC 1122 4.2.2.20 b',
      '3.10.7.2 third',
      'A.1.2',
    ],
  },
  {
    id: 'listen.syn.precedence-higher-not-raised',
    title: 'SYN of a higher precedence; the target may not raise its own',
    condition: 'higher-precedence',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: { rfc793: REFUSED_RFC793, rfc1122: REFUSED, rfc5961: ANSWERED },
    rules: [...PRECEDENCE, 'RFC 1122 4.2.2.20 b'],
  },
  {
    ...syn(
      'listen.syn.precedence-higher-raised',
      'SYN of a higher precedence; the target may raise its own',
      '<SEQ=ANY><CTL=SYN>',
    ),
    condition: 'precedence-to-raise',
    rules: PRECEDENCE,
  },
  {
    ...syn('listen.syn.precedence-lower', 'SYN of a lower precedence', '<SEQ=ANY><CTL=SYN>'),
    condition: 'lower-precedence',
    rules: PRECEDENCE,
  },

  // Fourth: any other segment. No correct TCP sends one.
  other('listen.no-flags.empty', 'no flags, no text', '<SEQ=ANY>'),
  other('listen.psh.text', 'text without ACK', '<SEQ=ANY><CTL=PSH><DATA=10>'),
  other('listen.fin.empty', 'FIN without ACK', '<SEQ=ANY><CTL=FIN>'),
  other('listen.fin.text', 'text and FIN without ACK', '<SEQ=ANY><CTL=FIN,PSH><DATA=10>'),
  other('listen.fin-psh-urg.empty', 'FIN, PSH and URG without ACK', '<SEQ=ANY><CTL=FIN,PSH,URG>'),
  other('listen.urg.empty', 'only URG', '<SEQ=ANY><CTL=URG>'),

  // Before the first: the form of the header.
  ...headerForm(OPENING),
  illegalMssLength(OPENING),
  {
    ...syn(
      'listen.syn.options-offered',
      'SYN that offers a window scale, SACK and timestamps',
      '<SEQ=ANY><CTL=SYN><MSS=1460><WSCALE=7><SACKOK><TSVAL=1><TSECR=0>',
    ),
    rules: [
      'RFC 793 3.9 LISTEN third',
      'RFC 7323 2.2',
      'RFC 7323 3.2 not negotiated',
      'RFC 2018 2',
      '3.10.7.2 third',
      'MUST-5',
    ],
  },
  {
    ...syn(
      'listen.syn.no-option-offered',
      'SYN that offers neither window scale nor timestamps: the answer has none',
      '<SEQ=ANY><CTL=SYN><MSS=1460>',
    ),
    rules: ['RFC 793 3.9 LISTEN third', 'RFC 7323 2.2', 'RFC 7323 3.2 not negotiated', '3.10.7.2 third'],
  },

  // Segments that must not reach any of the four steps.
  {
    id: 'listen.ack.wrong-checksum',
    title: 'ACK with a wrong checksum',
    condition: 'wrong-checksum',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: IGNORED,
    rules: ['RFC 793 1.5', 'RFC 1122 4.2.2.7', 'MUST-3'],
  },
  {
    id: 'listen.syn.wrong-checksum',
    title: 'SYN with a wrong checksum',
    condition: 'wrong-checksum',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: IGNORED,
    rules: ['RFC 793 1.5', 'RFC 1122 4.2.2.7', 'MUST-3'],
  },
  {
    id: 'listen.syn.not-unicast',
    title: 'SYN to a broadcast or multicast address',
    condition: 'not-unicast',
    send: '<SEQ=ANY><CTL=SYN>',
    // RFC 793 does not mention such addresses. An answer, as for any SYN, and silence are equally right.
    expect: { rfc793: [ANSWERED, { ...IGNORED, leftOpen: 'not unicast' }], rfc1122: IGNORED },
    rules: ['RFC 793 3.9 LISTEN third', 'RFC 1122 4.2.3.10', 'MUST-57'],
  },
  {
    id: 'listen.ack.not-unicast',
    title: 'ACK to a broadcast or multicast address',
    condition: 'not-unicast',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: {
      rfc793: [
        { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'LISTEN' },
        { ...IGNORED, leftOpen: 'not unicast' },
      ],
      rfc1122: IGNORED,
    },
    rules: ['RFC 793 3.9 LISTEN second', 'RFC 1122 4.2.3.10', 'MUST-57'],
  },
  ...([['ip-record-route', 'MAY-11'], ['ip-timestamp', 'MAY-10'], ['ip-unknown-option']] as const).map(
    ([condition, ...may]): CaseDeclaration => ({
      id: `listen.syn.${condition}`,
      title: 'SYN with an IP option that does not concern TCP',
      ...{ condition, send: '<SEQ=ANY><CTL=SYN>', expect: ANSWERED },
      rules: ['RFC 793 3.9 LISTEN third', 'RFC 1122 4.2.3.8', 'MUST-50', ...may, '3.10.7.2 third'],
    }),
  ),
  ...(['broadcast', 'multicast', 'unspecified', 'loopback', 'own'] as const).map(
    (source): CaseDeclaration => ({
      id: `listen.syn.from-${source}`,
      title: `SYN from an impossible source address: ${source === 'own' ? "the target's own" : source}`,
      condition: `from-${source}`,
      send: '<SEQ=ANY><CTL=SYN>',
      expect: { rfc793: [ANSWERED, { ...IGNORED, leftOpen: 'source address' }], rfc1122: IGNORED },
      rules: ['RFC 793 3.9 LISTEN third', 'RFC 1122 3.2.1.3', 'MUST-63'],
    }),
  ),
]);

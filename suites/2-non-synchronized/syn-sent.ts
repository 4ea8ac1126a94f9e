/**
 * SYN-SENT: ACK, RST, security (and precedence), SYN, anything else; in this order. Group 2. SND.UNA is ISS and SND.NXT
 * is ISS+1, so exactly one acknowledgment is acceptable. RFC 5961 does not change this state.
 */

import type { CaseDeclaration, Outcome } from '../../lib/catalogue/case.ts';
import { inState } from '../../lib/catalogue/declare.ts';
import { headerForm, illegalMssLength, type Opening } from './families/header-form.ts';

const RESET_FROM_ACK: Outcome = { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'SYN-SENT' };
const RESET_FROM_SEQ: Outcome = { reply: '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', then: 'SYN-SENT' };
const DROPPED: Outcome = { reply: 'silence', then: 'SYN-SENT' };
const RESET: Outcome = { reply: 'silence', then: 'CLOSED' };
const ESTABLISHED: Outcome = { reply: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' };
const CROSSED: Outcome = { reply: '<SEQ=ISS><ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' };

/** The expected SYN,ACK. */
const OPENING: Opening = {
  prefix: 'syn-sent',
  what: "SYN,ACK of the target's SYN",
  send: '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
  ordinary: ESTABLISHED,
  dropped: DROPPED,
  reset: [{ ...RESET_FROM_ACK, then: 'CLOSED' }],
  refused: RESET_FROM_ACK,
};

const badAck = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: RESET_FROM_ACK,
  rules: ['RFC 793 3.9 SYN-SENT first', 'RFC 793 3.4 group 2', '3.10.7.3 first', '3.5.2 group 2'],
});

const badAckWithRst = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: DROPPED,
  rules: ['RFC 793 3.9 SYN-SENT first', '3.10.7.3 first', '3.5.3 RST validity'],
});

const rstWithoutAck = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: DROPPED,
  rules: ['RFC 793 3.9 SYN-SENT second', '3.10.7.3 second', '3.5.3 RST validity'],
});

const rst = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: RESET,
  rules: [
    'RFC 793 3.9 SYN-SENT second',
    'RFC 793 3.4 RST validity',
    'RFC 793 3.4 RST processing',
    '3.10.7.3 second',
    '3.5.3 RST validity',
    '3.5.3 RST processing',
  ],
});

/** Another security gets `reset`. Under RFC 9293, A.1.2 lets a TCP without security levels do `unaware`. */
const security = (
  id: string,
  title: string,
  send: string,
  reset: Outcome,
  unaware: Outcome,
): CaseDeclaration => ({
  id,
  title,
  condition: 'other-security',
  send,
  expect: {
    rfc793: reset,
    rfc9293: [reset, { ...unaware, level: 'permitted', leftOpen: 'levels of security' }],
  },
  rules: [
    'RFC 793 3.9 SYN-SENT third',
    'RFC 793 3.4 group 2 security',
    '3.10.7.3 third',
    '3.5.2 group 2',
    'A.1.2',
  ],
});

const precedence = (
  id: string,
  title: string,
  condition: NonNullable<CaseDeclaration['condition']>,
  send: string,
  expect: CaseDeclaration['expect'],
): CaseDeclaration => ({
  id,
  title,
  condition,
  send,
  expect,
  rules: ['RFC 793 3.9 SYN-SENT third precedence', 'RFC 793 3.4 group 2 precedence', 'RFC 2873 4', 'A.1.1'],
});

const simultaneous = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  // Text and FIN are queued until the connection is established: only the SYN is acknowledged.
  expect: CROSSED,
  rules: [
    'RFC 793 3.9 SYN-SENT fourth',
    'RFC 793 figure 8',
    'RFC 1122 4.2.2.10',
    '3.10.7.3 fourth',
    'MUST-10',
  ],
});

const other = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  send,
  expect: DROPPED,
  rules: ['RFC 793 3.9 SYN-SENT fifth', '3.10.7.3 fifth'],
});

/** Segments that must not reach any of the steps. */
const wrongChecksum = (id: string, title: string, send: string): CaseDeclaration => ({
  id,
  title,
  condition: 'wrong-checksum',
  send,
  expect: DROPPED,
  rules: ['RFC 793 3.1 checksum', 'RFC 1122 4.2.2.7', 'MUST-3'],
});

export default inState('SYN-SENT', [
  wrongChecksum(
    'syn-sent.syn-ack.wrong-checksum',
    'SYN,ACK with a wrong checksum',
    '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
  ),
  wrongChecksum('syn-sent.syn.wrong-checksum', 'SYN with a wrong checksum', '<SEQ=ANY><CTL=SYN>'),
  wrongChecksum(
    'syn-sent.ack.wrong-checksum',
    'ACK of ISS with a wrong checksum',
    '<SEQ=ANY><ACK=ISS><CTL=ACK>',
  ),
  wrongChecksum(
    'syn-sent.rst-ack.wrong-checksum',
    "RST that acknowledges the target's SYN, with a wrong checksum",
    '<SEQ=ANY><ACK=SND.NXT><CTL=RST,ACK>',
  ),

  // Before the first: the form of the header.
  ...headerForm(OPENING),
  illegalMssLength(OPENING),
  {
    ...simultaneous(
      'syn-sent.syn.unknown-option',
      'SYN without ACK, with an option of an unknown kind',
      '<SEQ=ANY><CTL=SYN><OPT=fe04abcd>',
    ),
    rules: [
      'RFC 793 3.9 SYN-SENT fourth',
      'RFC 1122 4.2.2.5 any segment',
      'RFC 1122 4.2.2.5 unknown option',
      'MUST-5',
      'MUST-6',
      '3.10.7.3 fourth',
    ],
  },

  // First: an ACK of anything but the target's SYN. Erratum 3300 only changes the wording for a good ACK. All documents refuse
  // ISS.
  badAck('syn-sent.ack.iss', 'ACK of ISS, which acknowledges nothing', '<SEQ=ANY><ACK=ISS><CTL=ACK>'),
  badAck('syn-sent.ack.before-iss', 'ACK one octet before ISS', '<SEQ=ANY><ACK=ISS-1><CTL=ACK>'),
  badAck('syn-sent.ack.far-before-iss', 'ACK far before ISS', '<SEQ=ANY><ACK=ISS-2^30><CTL=ACK>'),
  badAck('syn-sent.ack.beyond-snd-nxt', 'ACK of one octet never sent', '<SEQ=ANY><ACK=SND.NXT+1><CTL=ACK>'),
  badAck(
    'syn-sent.ack.far-beyond-snd-nxt',
    'ACK far beyond anything sent',
    '<SEQ=ANY><ACK=SND.NXT+2^30><CTL=ACK>',
  ),
  badAck('syn-sent.ack.iss-text', 'text with an ACK of ISS', '<SEQ=ANY><ACK=ISS><CTL=ACK,PSH><DATA=10>'),
  badAck('syn-sent.fin-ack.iss', 'FIN with an ACK of ISS', '<SEQ=ANY><ACK=ISS><CTL=FIN,ACK>'),
  badAck('syn-sent.syn-ack.iss', 'SYN,ACK with an ACK of ISS', '<SEQ=ANY><ACK=ISS><CTL=SYN,ACK>'),
  badAck('syn-sent.syn-ack.before-iss', 'SYN,ACK of an older SYN', '<SEQ=ANY><ACK=ISS-1><CTL=SYN,ACK>'),
  badAck(
    'syn-sent.syn-ack.beyond-snd-nxt',
    'SYN,ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=SYN,ACK>',
  ),
  badAck(
    'syn-sent.syn-ack.iss-text',
    'SYN,ACK with text and an ACK of ISS',
    '<SEQ=ANY><ACK=ISS><CTL=SYN,ACK><DATA=10>',
  ),
  {
    ...badAck(
      'syn-sent.ack.iss-security-option',
      'ACK of ISS with a security option: the ACK is checked first',
      '<SEQ=ANY><ACK=ISS><CTL=ACK>',
    ),
    condition: 'other-security',
  },
  badAckWithRst('syn-sent.rst-ack.iss', 'RST with an ACK of ISS', '<SEQ=ANY><ACK=ISS><CTL=RST,ACK>'),
  badAckWithRst(
    'syn-sent.rst-ack.beyond-snd-nxt',
    'RST with an ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=RST,ACK>',
  ),

  badAck(
    'syn-sent.ack.beyond-snd-nxt-text',
    'text with an ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
  ),
  badAck(
    'syn-sent.fin-ack.beyond-snd-nxt',
    'FIN with an ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=FIN,ACK>',
  ),
  badAck(
    'syn-sent.fin-ack.beyond-snd-nxt-text',
    'text and FIN with an ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=FIN,ACK,PSH><DATA=10>',
  ),
  badAck(
    'syn-sent.fin-ack.iss-text',
    'text and FIN with an ACK of ISS',
    '<SEQ=ANY><ACK=ISS><CTL=FIN,ACK,PSH><DATA=10>',
  ),
  badAck(
    'syn-sent.syn-fin-ack.beyond-snd-nxt',
    'SYN,FIN,ACK of one octet never sent',
    '<SEQ=ANY><ACK=SND.NXT+1><CTL=SYN,FIN,ACK>',
  ),

  // Second: RST. It is valid only with an ACK of the target's SYN. Its sequence number does not matter.
  rstWithoutAck('syn-sent.rst.empty', 'RST without ACK', '<SEQ=ANY><CTL=RST>'),
  rstWithoutAck('syn-sent.rst.text', 'RST with text, without ACK', '<SEQ=ANY><CTL=RST><DATA=10>'),
  rstWithoutAck(
    'syn-sent.rst.good-number-without-ack',
    "RST without ACK bit, with an ACK field that would acknowledge the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=RST>',
  ),
  rstWithoutAck('syn-sent.syn-rst.empty', 'SYN,RST without ACK', '<SEQ=ANY><CTL=SYN,RST>'),
  rst(
    'syn-sent.rst-ack.good',
    "RST that acknowledges the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=RST,ACK>',
  ),
  rst(
    'syn-sent.rst-ack.good-seq-zero',
    "RST with SEQ=0 that acknowledges the target's SYN",
    '<SEQ=0><ACK=SND.NXT><CTL=RST,ACK>',
  ),
  rst(
    'syn-sent.syn-rst-ack.good',
    "SYN,RST that acknowledges the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,RST,ACK>',
  ),
  {
    ...rst(
      'syn-sent.rst-ack.good-security-option',
      "RST that acknowledges the target's SYN, with a security option: the RST is checked first",
      '<SEQ=ANY><ACK=SND.NXT><CTL=RST,ACK>',
    ),
    condition: 'other-security',
  },
  {
    ...rst(
      'syn-sent.rst-ack.good-text',
      "RST that acknowledges the target's SYN, with text",
      '<SEQ=ANY><ACK=SND.NXT><CTL=RST,ACK><DATA=10>',
    ),
    // RFC 793 makes no exception for text. In RFC 1122, accepting such a reset is a SHOULD.
    expect: {
      rfc793: RESET,
      rfc1122: [
        { ...RESET, level: 'recommended' },
        { ...DROPPED, level: 'permitted' },
      ],
    },
    rules: ['RFC 793 3.9 SYN-SENT second', 'RFC 1122 4.2.2.12', '3.10.7.3 second', 'SHLD-2'],
  },

  // Third: security.
  security(
    'syn-sent.syn-ack.security-option',
    'SYN,ACK with a security option',
    '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
    RESET_FROM_ACK,
    ESTABLISHED,
  ),
  security(
    'syn-sent.ack.security-option',
    "ACK of the target's SYN with a security option",
    '<SEQ=ANY><ACK=SND.NXT><CTL=ACK>',
    RESET_FROM_ACK,
    DROPPED,
  ),
  security(
    'syn-sent.syn.security-option',
    'SYN with a security option',
    '<SEQ=ANY><CTL=SYN>',
    RESET_FROM_SEQ,
    CROSSED,
  ),
  security(
    'syn-sent.no-flags.security-option',
    'no flags, with a security option',
    '<SEQ=ANY>',
    RESET_FROM_SEQ,
    DROPPED,
  ),

  // Third, continued: precedence. With an ACK of the target's SYN it must be equal. Otherwise it may be lower, or the target
  // raises its own.
  precedence(
    'syn-sent.syn-ack.precedence-higher-not-raised',
    'SYN,ACK of a higher precedence',
    'higher-precedence',
    '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
    { rfc793: RESET_FROM_ACK, rfc5961: ESTABLISHED },
  ),
  precedence(
    'syn-sent.syn-ack.precedence-lower',
    'SYN,ACK of a lower precedence',
    'lower-precedence',
    '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
    { rfc793: RESET_FROM_ACK, rfc5961: ESTABLISHED },
  ),
  precedence(
    'syn-sent.syn.precedence-higher-not-raised',
    'SYN of a higher precedence; the target may not raise its own',
    'higher-precedence',
    '<SEQ=ANY><CTL=SYN>',
    { rfc793: RESET_FROM_SEQ, rfc5961: CROSSED },
  ),
  precedence(
    'syn-sent.syn.precedence-higher-raised',
    'SYN of a higher precedence; the target may raise its own',
    'precedence-to-raise',
    '<SEQ=ANY><CTL=SYN>',
    CROSSED,
  ),
  precedence(
    'syn-sent.syn.precedence-lower',
    'SYN of a lower precedence',
    'lower-precedence',
    '<SEQ=ANY><CTL=SYN>',
    CROSSED,
  ),

  // Fourth: SYN with an ACK of the target's SYN.
  {
    id: 'syn-sent.syn-ack.good',
    title: 'SYN,ACK',
    send: '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK>',
    expect: ESTABLISHED,
    rules: ['RFC 793 3.9 SYN-SENT fourth', 'RFC 793 figure 7', '3.10.7.3 fourth'],
  },
  {
    id: 'syn-sent.syn-ack.last-number',
    title: 'SYN,ACK with the largest sequence number',
    send: '<SEQ=4294967295><ACK=SND.NXT><CTL=SYN,ACK>',
    expect: ESTABLISHED,
    rules: ['RFC 793 3.9 SYN-SENT fourth', '3.10.7.3 fourth', '3.5 three-way handshake'],
  },
  {
    id: 'syn-sent.syn-ack.text',
    title: 'SYN,ACK with text',
    send: '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,ACK><DATA=10>',
    // The SYN is acknowledged at once, and the text in the seventh step. The two ACKs may be separate or one: RFC 9293 says that
    // some TCPs send one, and RFC 1122 4.2.2.20 asks to aggregate ACKs. A TCP that has no buffer for the text yet may acknowledge
    // only the SYN. The peer then sends the text again.
    expect: [
      { reply: '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>', then: 'ESTABLISHED' },
      { ...ESTABLISHED, level: 'permitted' },
    ],
    rules: [
      'RFC 793 3.9 SYN-SENT fourth',
      'RFC 793 3.9 seventh',
      'RFC 1122 4.2.2.20 aggregation',
      '3.10.7.3 fourth',
      '3.10.7.4 seventh',
    ],
  },
  {
    id: 'syn-sent.syn-fin-ack.good',
    title: 'SYN,ACK with FIN',
    send: '<SEQ=ANY><ACK=SND.NXT><CTL=SYN,FIN,ACK>',
    // As with text: one ACK for both, or one for the SYN and then one for the FIN. The eighth step also says that a FIN is not
    // processed in SYN-SENT, where this segment arrived. So the target may wait for the retransmission of the FIN.
    expect: [
      { reply: '<SEQ=SND.NXT><ACK=SEG.SEQ+SEG.LEN><CTL=ACK>', then: 'CLOSE-WAIT' },
      { ...ESTABLISHED, level: 'permitted' },
    ],
    rules: [
      'RFC 793 3.9 SYN-SENT fourth',
      'RFC 793 3.9 eighth',
      'RFC 1122 4.2.2.20 aggregation',
      '3.10.7.3 fourth',
      '3.10.7.4 eighth',
    ],
  },

  // Fourth, continued: SYN without ACK, a simultaneous open.
  simultaneous('syn-sent.syn.empty', 'SYN: a simultaneous open', '<SEQ=ANY><CTL=SYN>'),
  simultaneous('syn-sent.syn.text', 'SYN with text', '<SEQ=ANY><CTL=SYN><DATA=10>'),
  simultaneous('syn-sent.syn-fin.empty', 'SYN,FIN', '<SEQ=ANY><CTL=SYN,FIN>'),
  simultaneous('syn-sent.syn-fin.text', 'SYN,FIN with text', '<SEQ=ANY><CTL=SYN,FIN><DATA=10>'),
  simultaneous('syn-sent.syn-psh-urg.empty', 'SYN with PSH and URG', '<SEQ=ANY><CTL=SYN,PSH,URG>'),

  // Fifth: neither SYN nor RST.
  other('syn-sent.ack.good', "ACK of the target's SYN, without a SYN", '<SEQ=ANY><ACK=SND.NXT><CTL=ACK>'),
  other(
    'syn-sent.ack.good-text',
    "text that acknowledges the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
  ),
  other(
    'syn-sent.fin-ack.good',
    "FIN that acknowledges the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=FIN,ACK>',
  ),
  other(
    'syn-sent.fin-ack.good-text',
    "text and FIN that acknowledge the target's SYN",
    '<SEQ=ANY><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>',
  ),
  other('syn-sent.no-flags.empty', 'no flags, no text', '<SEQ=ANY>'),
  other('syn-sent.psh.text', 'text without ACK', '<SEQ=ANY><CTL=PSH><DATA=10>'),
  other('syn-sent.fin.empty', 'FIN without ACK', '<SEQ=ANY><CTL=FIN>'),
  other('syn-sent.fin.text', 'text and FIN without ACK', '<SEQ=ANY><CTL=FIN,PSH><DATA=10>'),
  other('syn-sent.fin-psh-urg.empty', 'FIN, PSH and URG without ACK', '<SEQ=ANY><CTL=FIN,PSH,URG>'),
]);

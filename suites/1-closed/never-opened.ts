/**
 * CLOSED: no connection ever existed between these ports. Group 1 of "Reset Generation".
 *
 * Two bits of the segment decide everything. RST means no answer; ACK chooses the form of the reset. Security, sequence
 * numbers and all other bits have no effect, because there is nothing to compare them with.
 */

import type { CaseDeclaration } from '../../lib/catalogue/case.ts';
import { inState } from '../../lib/catalogue/declare.ts';
import { headerForm } from './families/header-form.ts';

const RESET_FROM_SEQ = '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>';

const answered =
  (reply: string) =>
  (id: string, title: string, send: string): CaseDeclaration => ({
    id,
    title,
    send,
    expect: { reply, then: 'CLOSED' },
    rules: ['RFC 793 3.9 CLOSED', 'RFC 793 3.4 group 1', '3.5.2 group 1', '3.10.7.1'],
  });
const discarded = answered('silence');
const resetFromSeq = answered(RESET_FROM_SEQ);
const resetFromAck = answered('<SEQ=SEG.ACK><CTL=RST>');

export default inState('CLOSED', [
  ...headerForm(),

  // A reset is never answered, whatever else the segment carries.
  discarded('closed.rst.empty', 'RST', '<SEQ=ANY><CTL=RST>'),
  discarded('closed.rst-ack.empty', 'RST,ACK', '<SEQ=ANY><ACK=ANY><CTL=RST,ACK>'),
  discarded('closed.rst.text', 'RST with text', '<SEQ=ANY><CTL=RST><DATA=10>'),
  discarded('closed.rst-ack.text', 'RST,ACK with text', '<SEQ=ANY><ACK=ANY><CTL=RST,ACK><DATA=10>'),
  discarded('closed.syn-rst.empty', 'SYN,RST', '<SEQ=ANY><CTL=SYN,RST>'),
  discarded('closed.syn-rst-ack.empty', 'SYN,ACK with RST', '<SEQ=ANY><ACK=ANY><CTL=SYN,RST,ACK>'),
  discarded('closed.fin-rst.empty', 'FIN,RST', '<SEQ=ANY><CTL=FIN,RST>'),

  // ACK bit off: SEQ=0, and ACK=SEG.SEQ+SEG.LEN.
  resetFromSeq('closed.syn.empty', 'SYN', '<SEQ=ANY><CTL=SYN>'),
  resetFromSeq('closed.syn.text', 'SYN with text: both count in SEG.LEN', '<SEQ=ANY><CTL=SYN><DATA=10>'),
  resetFromSeq('closed.syn-fin.empty', 'SYN,FIN: both count in SEG.LEN', '<SEQ=ANY><CTL=SYN,FIN>'),
  resetFromSeq(
    'closed.syn-fin.text',
    'SYN,FIN with text: all count in SEG.LEN',
    '<SEQ=ANY><CTL=SYN,FIN><DATA=10>',
  ),
  resetFromSeq(
    'closed.syn.last-number',
    'SYN with the largest sequence number: the acknowledgment wraps to 0',
    '<SEQ=4294967295><CTL=SYN>',
  ),
  resetFromSeq(
    'closed.syn.number-without-ack',
    'SYN with a number in its ACK field but no ACK bit: the number is ignored',
    '<SEQ=ANY><ACK=4294967295><CTL=SYN>',
  ),
  resetFromSeq('closed.no-flags.empty', 'no flags, no text: SEG.LEN is 0', '<SEQ=ANY>'),
  resetFromSeq('closed.psh.text', 'text without ACK', '<SEQ=ANY><CTL=PSH><DATA=10>'),
  resetFromSeq('closed.fin.empty', 'FIN without ACK', '<SEQ=ANY><CTL=FIN>'),
  resetFromSeq(
    'closed.fin-psh-urg.empty',
    'FIN, PSH and URG: only FIN counts in SEG.LEN',
    '<SEQ=ANY><CTL=FIN,PSH,URG>',
  ),
  resetFromSeq('closed.fin-psh.text', 'text and FIN without ACK', '<SEQ=ANY><CTL=FIN,PSH><DATA=10>'),
  resetFromSeq('closed.urg.empty', 'only URG, which does not count in SEG.LEN', '<SEQ=ANY><CTL=URG>'),

  // ACK bit on: SEQ=SEG.ACK, which the sender accepts, and no ACK.
  resetFromAck('closed.syn-ack.empty', 'SYN,ACK', '<SEQ=ANY><ACK=ANY><CTL=SYN,ACK>'),
  resetFromAck('closed.syn-ack.text', 'SYN,ACK with text', '<SEQ=ANY><ACK=ANY><CTL=SYN,ACK><DATA=10>'),
  resetFromAck('closed.syn-fin-ack.empty', 'SYN,ACK with FIN', '<SEQ=ANY><ACK=ANY><CTL=SYN,FIN,ACK>'),
  resetFromAck(
    'closed.syn-fin-ack.text',
    'SYN,ACK with text and FIN',
    '<SEQ=ANY><ACK=ANY><CTL=SYN,FIN,ACK><DATA=10>',
  ),
  resetFromAck('closed.ack.empty', 'ACK', '<SEQ=ANY><ACK=ANY><CTL=ACK>'),
  resetFromAck('closed.ack.zero', 'ACK of 0', '<SEQ=ANY><ACK=0><CTL=ACK>'),
  resetFromAck(
    'closed.ack.last-number',
    'ACK of the largest sequence number',
    '<SEQ=ANY><ACK=4294967295><CTL=ACK>',
  ),
  resetFromAck('closed.ack.text', 'text', '<SEQ=ANY><ACK=ANY><CTL=ACK,PSH><DATA=10>'),
  resetFromAck('closed.fin-ack.empty', 'FIN', '<SEQ=ANY><ACK=ANY><CTL=FIN,ACK>'),
  resetFromAck('closed.fin-ack.text', 'text and FIN', '<SEQ=ANY><ACK=ANY><CTL=FIN,ACK,PSH><DATA=10>'),

  {
    ...resetFromSeq('closed.syn.security-option', 'SYN with a security option', '<SEQ=ANY><CTL=SYN>'),
    condition: 'other-security',
  },
  {
    id: 'closed.ack.wrong-checksum',
    title: 'ACK with a wrong checksum',
    condition: 'wrong-checksum',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: { reply: 'silence', then: 'CLOSED' },
    rules: ['RFC 793 1.5', 'RFC 1122 4.2.2.7', 'MUST-3'],
  },
  {
    id: 'closed.syn.wrong-checksum',
    title: 'SYN with a wrong checksum',
    condition: 'wrong-checksum',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: { reply: 'silence', then: 'CLOSED' },
    rules: ['RFC 793 1.5', 'RFC 1122 4.2.2.7', 'MUST-3'],
  },
  {
    id: 'closed.syn.not-unicast',
    title: 'SYN to a broadcast or multicast address',
    condition: 'not-unicast',
    send: '<SEQ=ANY><CTL=SYN>',
    expect: {
      // RFC 793 does not mention such addresses. A reset, as for any SYN, and silence are equally right.
      rfc793: [
        { reply: RESET_FROM_SEQ, then: 'CLOSED' },
        { reply: 'silence', then: 'CLOSED', leftOpen: 'not unicast' },
      ],
      rfc1122: { reply: 'silence', then: 'CLOSED' },
    },
    rules: ['RFC 793 3.9 CLOSED', 'RFC 1122 4.2.3.10', 'MUST-57'],
  },
  {
    id: 'closed.ack.not-unicast',
    title: 'ACK to a broadcast or multicast address',
    condition: 'not-unicast',
    send: '<SEQ=ANY><ACK=ANY><CTL=ACK>',
    expect: {
      rfc793: [
        { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
        { reply: 'silence', then: 'CLOSED', leftOpen: 'not unicast' },
      ],
      rfc1122: { reply: 'silence', then: 'CLOSED' },
    },
    rules: ['RFC 793 3.9 CLOSED', 'RFC 1122 4.2.3.10', 'MUST-57'],
  },
  ...(['broadcast', 'multicast', 'own'] as const).map(
    (source): CaseDeclaration => ({
      id: `closed.syn.from-${source}`,
      title: `SYN from an impossible source address: ${source === 'own' ? "the target's own" : source}`,
      condition: `from-${source}`,
      send: '<SEQ=ANY><CTL=SYN>',
      expect: {
        rfc793: [
          { reply: RESET_FROM_SEQ, then: 'CLOSED' },
          { reply: 'silence', then: 'CLOSED', leftOpen: 'source address' },
        ],
        rfc1122: { reply: 'silence', then: 'CLOSED' },
      },
      rules: ['RFC 793 3.9 CLOSED', 'RFC 1122 3.2.1.3', 'MUST-63'],
    }),
  ),
]);

import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import {
  always,
  emptyAck,
  leftOpen,
  permitted,
  type Subject,
  secondFin,
  silence,
  textTaken,
} from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { timestamps } from './families/paws.ts';
import { resets } from './families/rst.ts';
import { ACK, ACK_THROWN_AWAY, FIN, TEXT, UNACCEPTABLE } from './families/rules.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, strayAcknowledgmentsOfOurFin, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { refusedFins, repeatedTextAndFin, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// Both FINs are sent, and only the peer's is acknowledged. SND.UNA is the number of the target's FIN, SND.NXT the next one.
const closing: Subject = { state: 'CLOSING', ack: 'SND.UNA', takesText: false };

export default inState('CLOSING', [
  ...wrongChecksums(closing),
  ...headerForm(closing),
  ...timestamps(closing),

  // First, check the sequence number.
  ...emptySegments(closing),
  ...strayAcknowledgmentsOfOurFin(closing),
  ...textAcrossTheWindow(closing),
  ...zeroWindow(closing),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(closing),
  ...securityAndPrecedence(closing),
  ...syns(closing),

  // Fifth, the ACK field: when it acknowledges the target's FIN, both sides have closed. Other segments are ignored.
  ...withoutAck(closing),
  acknowledgment(
    closing,
    {
      name: 'of-our-fin',
      title: "ACK of the target's FIN",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    },
    'TIME-WAIT',
  ),
  acknowledgment(closing, {
    name: 'duplicate',
    title: "duplicate of the last ACK, which does not cover the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  ...oldAcknowledgments(closing),
  ...futureAcknowledgments(closing),

  // Sixth, the URG bit.
  ...urgent(closing),

  // Seventh, the text, which should not occur.
  ...text(closing),
  {
    id: 'closing.text.acks-our-fin',
    title: "text after the peer's FIN that acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    expect: always(...textTaken(closing, 10, 'TIME-WAIT')),
    rules: [...ACK, ...TEXT],
  },

  // Eighth, the FIN bit.
  ...refusedFins(closing),
  repeatedTextAndFin(closing),
  {
    // This retransmission has an old sequence number, so the first step drops it with an empty ACK. That loses a valid
    // acknowledgment. A TCP that trims the FIN, or processes the ACK field nevertheless, sees the acknowledgment.
    id: 'closing.fin.repeated-acks-our-fin',
    title: "the peer's FIN again, which now acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(
      emptyAck('CLOSING'),
      ...leftOpen(
        'ACK lost by the sequence check',
        ...permitted(emptyAck('TIME-WAIT'), silence('TIME-WAIT')),
      ),
    ),
    rules: [...UNACCEPTABLE, ...ACK_THROWN_AWAY, ...FIN],
  },
  {
    // The eighth step acknowledges a FIN, and has an entry for CLOSING. The fifth step ignores the segment, because it does not
    // acknowledge the target's FIN. Taken literally, that makes the entries for CLOSING in later steps pointless.
    id: 'closing.fin.second',
    title: "second FIN, one number after the peer's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>',
    expect: always(...secondFin('CLOSING'), ...leftOpen('FIN in CLOSING', ...permitted(silence('CLOSING')))),
    rules: [...ACK, ...FIN],
  },
  {
    id: 'closing.fin.second-acks-our-fin',
    title: "second FIN, one number after the peer's FIN, that acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(...secondFin('TIME-WAIT')),
    rules: [...ACK, ...FIN],
  },
]);

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

// The peer's FIN has arrived, and the target's FIN is unacknowledged: SND.UNA is its number, SND.NXT the next one.
const lastAck: Subject = { state: 'LAST-ACK', ack: 'SND.UNA', takesText: false };

export default inState('LAST-ACK', [
  ...wrongChecksums(lastAck),
  ...headerForm(lastAck),
  ...timestamps(lastAck),

  // First, check the sequence number.
  ...emptySegments(lastAck),
  ...strayAcknowledgmentsOfOurFin(lastAck),
  ...textAcrossTheWindow(lastAck),
  ...zeroWindow(lastAck),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(lastAck),
  ...securityAndPrecedence(lastAck),
  ...syns(lastAck),

  // Fifth, the ACK field: when it acknowledges the target's FIN, the connection is gone, and the rest of the segment is ignored.
  ...withoutAck(lastAck),
  acknowledgment(
    lastAck,
    {
      name: 'of-our-fin',
      title: "ACK of the target's FIN",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    },
    'CLOSED',
  ),
  acknowledgment(lastAck, {
    name: 'duplicate',
    title: "duplicate of the last ACK, which does not cover the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  ...oldAcknowledgments(lastAck),
  ...futureAcknowledgments(lastAck),

  // Sixth, the URG bit.
  ...urgent(lastAck),

  // Seventh, the text, which should not occur.
  ...text(lastAck),
  {
    id: 'last-ack.text.acks-our-fin',
    title: "text after the peer's FIN that acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    expect: always(silence('CLOSED')),
    rules: [...ACK, ...TEXT],
  },

  // Eighth, the FIN bit.
  ...refusedFins(lastAck),
  repeatedTextAndFin(lastAck),
  {
    // This retransmission has an old sequence number, so the first step drops it with an empty ACK. That loses a valid
    // acknowledgment. A TCP that trims the FIN, or processes the ACK field nevertheless, sees the acknowledgment.
    id: 'last-ack.fin.repeated-acks-our-fin',
    title: "the peer's FIN again, which now acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(
      emptyAck('LAST-ACK'),
      ...leftOpen('ACK lost by the sequence check', ...permitted(silence('CLOSED'), emptyAck('CLOSED'))),
    ),
    rules: [...UNACCEPTABLE, ...ACK_THROWN_AWAY, ...FIN],
  },
  {
    id: 'last-ack.fin.second',
    title: "second FIN, one number after the peer's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>',
    expect: always(...secondFin('LAST-ACK')),
    rules: FIN,
  },
  {
    id: 'last-ack.fin.second-acks-our-fin',
    title: "second FIN, one number after the peer's FIN, that acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(silence('CLOSED')),
    rules: [...ACK, ...FIN],
  },
]);

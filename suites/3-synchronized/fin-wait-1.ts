import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import { always, type Subject, textTaken } from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { orphan, orphanFin } from './families/orphan.ts';
import { timestamps } from './families/paws.ts';
import { resets } from './families/rst.ts';
import { ACK, TEXT } from './families/rules.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, strayAcknowledgmentsOfOurFin, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { finInOrder, firstFin, refusedFins, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// The target's FIN is sent and unacknowledged: SND.NXT is the number after it, SND.UNA at most its own. Text is still accepted.
const finWait1: Subject = { state: 'FIN-WAIT-1', ack: 'SND.UNA', takesText: true };

export default inState('FIN-WAIT-1', [
  ...wrongChecksums(finWait1),
  ...headerForm(finWait1),
  ...timestamps(finWait1),

  // First, check the sequence number.
  ...emptySegments(finWait1),
  ...strayAcknowledgmentsOfOurFin(finWait1),
  ...textAcrossTheWindow(finWait1),
  ...zeroWindow(finWait1),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(finWait1),
  ...securityAndPrecedence(finWait1),
  ...syns(finWait1),

  // Fifth, the ACK field: it acknowledges the target's FIN, or not.
  ...withoutAck(finWait1),
  acknowledgment(
    finWait1,
    {
      name: 'of-our-fin',
      title: "ACK of the target's FIN",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    },
    'FIN-WAIT-2',
  ),
  acknowledgment(finWait1, {
    name: 'duplicate',
    title: "duplicate of the last ACK, which does not cover the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  acknowledgment(finWait1, {
    name: 'of-part',
    title: "ACK of a part of the text before the target's FIN",
    condition: 'text-in-flight',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA+1000><CTL=ACK>',
  }),
  acknowledgment(finWait1, {
    name: 'of-all-but-our-fin',
    title: "ACK of all text before the target's FIN, but not of the FIN",
    condition: 'text-in-flight',
    send: '<SEQ=RCV.NXT><ACK=SND.NXT-1><CTL=ACK>',
  }),
  ...oldAcknowledgments(finWait1),
  ...futureAcknowledgments(finWait1),

  // Sixth, the URG bit.
  ...urgent(finWait1),

  // Seventh, the text.
  ...text(finWait1),
  {
    id: 'fin-wait-1.text.acks-our-fin',
    title: "text in order that acknowledges the target's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    expect: always(...textTaken(finWait1, 10, 'FIN-WAIT-2')),
    rules: [...ACK, ...TEXT],
  },
  {
    id: 'fin-wait-1.text.shrinks-window',
    title:
      "text that shrinks the window below the target's FIN in flight: its ACK has SEQ=SND.NXT all the same",
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK,PSH><DATA=1><WND=0>',
    expect: always(...textTaken(finWait1, 1)),
    rules: TEXT,
  },

  // Eighth, the FIN bit: a simultaneous close, unless the FIN acknowledges the target's FIN.
  ...refusedFins(finWait1),
  finInOrder(
    finWait1,
    {
      name: 'in-order',
      title: "the peer's FIN, in order, which does not acknowledge the target's FIN",
      send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>',
    },
    1,
    'CLOSING',
  ),
  finInOrder(
    finWait1,
    {
      name: 'acks-our-fin',
      title: "the peer's FIN, in order, which acknowledges the target's FIN",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    },
    1,
    'TIME-WAIT',
  ),
  ...firstFin(finWait1, 'CLOSING'),

  // The user has closed both directions.
  ...orphan(finWait1, 'CLOSING'),
  orphanFin(
    finWait1,
    {
      name: 'fin-acks-our-fin',
      title: "FIN in order that acknowledges the target's FIN, after the user has closed both directions",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    },
    'TIME-WAIT',
  ),
]);

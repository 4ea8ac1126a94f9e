import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import { always, type Subject, secondFin } from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { timestamps } from './families/paws.ts';
import { resets } from './families/rst.ts';
import { FIN } from './families/rules.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { refusedFins, repeatedTextAndFin, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// The peer's FIN has arrived: RCV.NXT is the number after it, and no more text should come. The target may still send.
const closeWait: Subject = { state: 'CLOSE-WAIT', ack: 'SND.NXT', takesText: false };

export default inState('CLOSE-WAIT', [
  ...wrongChecksums(closeWait),
  ...headerForm(closeWait),
  ...timestamps(closeWait),

  // First, check the sequence number.
  ...emptySegments(closeWait),
  ...textAcrossTheWindow(closeWait),
  ...zeroWindow(closeWait),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(closeWait),
  ...securityAndPrecedence(closeWait),
  ...syns(closeWait),

  // Fifth, the ACK field.
  ...withoutAck(closeWait),
  acknowledgment(closeWait, {
    name: 'at-rcv-nxt',
    title: 'ACK of everything sent',
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
  }),
  acknowledgment(closeWait, {
    name: 'duplicate',
    title: 'duplicate of the last ACK',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  ...oldAcknowledgments(closeWait),
  ...futureAcknowledgments(closeWait),

  // Sixth, the URG bit.
  ...urgent(closeWait),

  // Seventh, the text, which should not occur; eighth, the FIN bit.
  ...text(closeWait),
  ...refusedFins(closeWait),
  repeatedTextAndFin(closeWait),
  {
    id: 'close-wait.fin.second',
    title: "second FIN, one number after the peer's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(...secondFin('CLOSE-WAIT')),
    rules: FIN,
  },
]);

import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import { always, type Subject, secondFin } from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { timestamps } from './families/paws.ts';
import { newIncarnations, synInTimeWait } from './families/reopening.ts';
import { resets } from './families/rst.ts';
import { ACK, FIN, REOPENING } from './families/rules.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { refusedFins, repeatedTextAndFin, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// Both FINs are sent and acknowledged. The connection stays for 2 MSL, to answer the peer's FIN if it comes again.
const timeWait: Subject = { state: 'TIME-WAIT', ack: 'SND.NXT', takesText: false };
const reopeningSyn = synInTimeWait(timeWait);

export default inState('TIME-WAIT', [
  ...wrongChecksums(timeWait),
  ...headerForm(timeWait),
  ...timestamps(timeWait),

  // First, check the sequence number. This step acknowledges the peer's FIN when it comes again.
  ...emptySegments(timeWait),
  ...textAcrossTheWindow(timeWait),
  ...zeroWindow(timeWait),

  // Second, the RST bit, which TIME-WAIT may ignore; third, security and precedence.
  ...resets(timeWait),
  ...securityAndPrecedence(timeWait, reopeningSyn({ inWindow: true, newer: true })),

  // Fourth, the SYN bit, which may open a new connection here.
  ...syns(timeWait, reopeningSyn, REOPENING),
  ...newIncarnations(timeWait),

  // Fifth, the ACK field.
  ...withoutAck(timeWait),
  acknowledgment(timeWait, {
    name: 'at-rcv-nxt',
    title: "ACK of everything sent, the target's FIN included, again",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
  }),
  acknowledgment(timeWait, {
    name: 'duplicate',
    title: 'duplicate of the last ACK',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  ...oldAcknowledgments(timeWait),
  ...futureAcknowledgments(timeWait),

  // Sixth, the URG bit.
  ...urgent(timeWait),

  // Seventh, the text, which should not occur; eighth, the FIN bit.
  ...text(timeWait),
  ...refusedFins(timeWait),
  repeatedTextAndFin(timeWait),
  {
    id: 'time-wait.fin.second',
    title: "second FIN, one number after the peer's FIN",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: always(...secondFin('TIME-WAIT')),
    rules: [...ACK, ...FIN],
  },
]);

import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import type { Subject } from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { orphan } from './families/orphan.ts';
import { timestamps } from './families/paws.ts';
import { resets } from './families/rst.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { finInOrder, firstFin, refusedFins, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// The target's FIN is acknowledged, so SND.UNA stays at SND.NXT. Text is still accepted.
const finWait2: Subject = { state: 'FIN-WAIT-2', ack: 'SND.NXT', takesText: true };

export default inState('FIN-WAIT-2', [
  ...wrongChecksums(finWait2),
  ...headerForm(finWait2),
  ...timestamps(finWait2),

  // First, check the sequence number.
  ...emptySegments(finWait2),
  ...textAcrossTheWindow(finWait2),
  ...zeroWindow(finWait2),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(finWait2),
  ...securityAndPrecedence(finWait2),
  ...syns(finWait2),

  // Fifth, the ACK field.
  ...withoutAck(finWait2),
  acknowledgment(finWait2, {
    name: 'at-rcv-nxt',
    title: "ACK of everything sent, the target's FIN included, again",
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
  }),
  acknowledgment(finWait2, {
    name: 'duplicate',
    title: 'duplicate of the last ACK',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  ...oldAcknowledgments(finWait2),
  ...futureAcknowledgments(finWait2),

  // Sixth, the URG bit.
  ...urgent(finWait2),

  // Seventh, the text; eighth, the FIN bit.
  ...text(finWait2),
  ...refusedFins(finWait2),
  finInOrder(
    finWait2,
    {
      name: 'in-order',
      title: "the peer's FIN, in order",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    },
    1,
    'TIME-WAIT',
  ),
  ...firstFin(finWait2, 'TIME-WAIT'),

  // The user has closed both directions.
  ...orphan(finWait2, 'TIME-WAIT'),
]);

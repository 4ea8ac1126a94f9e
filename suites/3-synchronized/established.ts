import type { CaseDeclaration, Outcome } from '../../lib/catalogue/case.ts';
import { inState } from '../../lib/catalogue/declare.ts';
import { acknowledgment, futureAcknowledgments, oldAcknowledgments, withoutAck } from './families/ack.ts';
import { wrongChecksums } from './families/checksum.ts';
import type { Subject } from './families/expectations.ts';
import { headerForm } from './families/header-form.ts';
import { timestamps } from './families/paws.ts';
import { resets } from './families/rst.ts';
import { securityAndPrecedence } from './families/security.ts';
import { emptySegments, textAcrossTheWindow } from './families/sequence.ts';
import { syns } from './families/syn.ts';
import { finInOrder, firstFin, refusedFins, text } from './families/text-and-fin.ts';
import { urgent } from './families/urgent.ts';
import { zeroWindow } from './families/zero-window.ts';

// Both directions are open. The target has nothing unacknowledged: SND.UNA is SND.NXT, unless a case puts text in flight.
const established: Subject = { state: 'ESTABLISHED', ack: 'SND.NXT', takesText: true };

const STEP = { text: 'seventh', rst: 'second', fin: 'eighth' } as const;

/** RFC 9293 section 3.9.2.3: the guidance for SYNs is applicable to all incoming segments. RFC 793 has none. */
const notUnicast = (name: 'text' | 'rst' | 'fin', send: string, taken: Outcome): CaseDeclaration => {
  const ignored: Outcome = { reply: 'silence', then: 'ESTABLISHED' };
  return {
    id: `established.${name}.not-unicast`,
    title: `${name === 'text' ? name : name.toUpperCase()} to a broadcast or multicast address`,
    condition: 'not-unicast',
    send,
    expect: { rfc793: [taken, { ...ignored, leftOpen: 'not unicast' }], rfc1122: ignored },
    rules: [`RFC 793 3.9 ${STEP[name]}`, 'RFC 1122 4.2.3.10', 'MUST-57'],
  };
};

export default inState('ESTABLISHED', [
  ...wrongChecksums(established),
  ...([['ip-record-route', 'MAY-11'], ['ip-timestamp', 'MAY-10'], ['ip-unknown-option']] as const).map(
    ([condition, ...may]): CaseDeclaration => ({
      id: `established.text.${condition}`,
      title: 'text with an IP option that does not concern TCP',
      condition,
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
      expect: { reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
      rules: ['RFC 793 3.9 seventh', 'RFC 1122 4.2.3.8', 'MUST-50', ...may, '3.10.7.4 seventh'],
    }),
  ),
  notUnicast('text', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>', {
    ...{ reply: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
  }),
  notUnicast('rst', '<SEQ=RCV.NXT><CTL=RST>', { reply: 'silence', then: 'CLOSED' }),
  notUnicast('fin', '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>', {
    ...{ reply: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
  }),
  ...headerForm(established),
  ...timestamps(established),

  // First, check the sequence number.
  ...emptySegments(established),
  ...textAcrossTheWindow(established),
  ...zeroWindow(established),

  // Second, the RST bit; third, security and precedence; fourth, the SYN bit.
  ...resets(established),
  ...securityAndPrecedence(established),
  ...syns(established),

  // Fifth, the ACK field.
  ...withoutAck(established),
  acknowledgment(established, {
    name: 'at-rcv-nxt',
    title: 'ACK of everything sent',
    send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
  }),
  acknowledgment(established, {
    name: 'duplicate',
    title: 'duplicate of the last ACK',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
  }),
  acknowledgment(established, {
    name: 'of-part',
    title: 'ACK of a part of the text in flight',
    condition: 'text-in-flight',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA+1000><CTL=ACK>',
  }),
  ...oldAcknowledgments(established),
  ...futureAcknowledgments(established),

  // Sixth, the URG bit.
  ...urgent(established),

  // Seventh, the text; eighth, the FIN bit.
  ...text(established),
  ...refusedFins(established),
  finInOrder(
    established,
    {
      name: 'in-order',
      title: "the peer's FIN, in order",
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    },
    1,
    'CLOSE-WAIT',
  ),
  ...firstFin(established, 'CLOSE-WAIT'),
]);

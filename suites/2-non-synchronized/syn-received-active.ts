/** SYN-RECEIVED, entered from SYN-SENT: a simultaneous open (RFC 793 figure 8). */
import { inState } from '../../lib/catalogue/declare.ts';
import { ackCheck } from './families/syn-received/ack.ts';
import { wrongChecksums } from './families/syn-received/checksum.ts';
import { establishing } from './families/syn-received/establishing.ts';
import { headerForm } from './families/syn-received/header-form.ts';
import { rstCheck } from './families/syn-received/rst.ts';
import { securityCheck } from './families/syn-received/security.ts';
import { sequenceCheck } from './families/syn-received/sequence.ts';
import { synCheck } from './families/syn-received/syn.ts';
import { timestamps } from './families/syn-received/timestamps.ts';
import { zeroWindow } from './families/syn-received/zero-window.ts';

export default inState('SYN-RECEIVED (active)', [
  ...headerForm('active'),
  ...wrongChecksums('active'),
  ...timestamps('active'),
  ...sequenceCheck('active'),
  {
    id: 'syn-received.active.syn-ack.simultaneous-open',
    title: "the peer's SYN,ACK, which completes a simultaneous open",
    send: '<SEQ=IRS><ACK=SND.NXT><CTL=SYN,ACK>',
    // RFC 793 contradicts itself. By the sequence check the segment ends before the window: it gets an empty ACK, and the peer's
    // empty ACK then establishes the connection. By figure 8, line 6, it establishes the connection itself. RFC 793 then sends
    // an ACK; RFC 1122 corrects line 7 to nothing new. All three open the connection.
    expect: [
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'SYN-RECEIVED' },
      { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'ESTABLISHED' },
      { reply: 'silence', then: 'ESTABLISHED', leftOpen: 'simultaneous open' },
    ],
    rules: ['RFC 793 3.9 first', 'RFC 793 figure 8', 'RFC 1122 4.2.2.10', '3.10.7.4 first', 'MUST-10', 'A.2'],
  },
  ...rstCheck('active'),
  ...securityCheck('active'),
  ...synCheck('active'),
  ...ackCheck('active'),
  ...establishing('active'),
  ...zeroWindow('active'),
]);

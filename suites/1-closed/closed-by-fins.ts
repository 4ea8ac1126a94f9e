/** CLOSED: both sides have sent a FIN, both FINs are acknowledged, and the connection is gone. */
import { inState } from '../../lib/catalogue/declare.ts';
import { lateSegments } from './families/late-segments.ts';

export default inState('CLOSED', [
  ...lateSegments('closed.after-fins', 'FINs'),
  {
    id: 'closed.after-fins.fin-ack-repeated',
    title: 'the FIN that closed the connection, again',
    closedBy: 'FINs',
    send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>',
    expect: { reply: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
    rules: ['RFC 793 3.9 CLOSED', 'RFC 793 3.4 group 1', '3.5.2 group 1', '3.10.7.1'],
  },
]);

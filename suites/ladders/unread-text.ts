/** RFC 1122 section 4.2.2.13: when the user closes with text unread, the peer must learn that it was lost. */
import { scenarios } from '../../lib/catalogue/declare.ts';

const FIN = { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' } as const;

export default scenarios('ladders', [
  {
    id: 'ladder.unread-text.close',
    title: 'the user closes with text unread: a reset tells the peer that the text was lost',
    state: 'ESTABLISHED',
    condition: 'text-unread',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>' },
      { user: 'CLOSE BOTH WAYS' },
      {
        // A reset takes its number from SND.NXT. No RFC says whether it has an ACK. In RFC 793 a close sends a FIN, and the user
        // may go on to read. The reset is from RFC 1122.
        expect: {
          rfc793: FIN,
          rfc1122: [
            { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', then: 'CLOSED' },
            { reply: '<SEQ=SND.NXT><CTL=RST>', then: 'CLOSED' },
            { ...FIN, level: 'permitted' },
          ],
        },
      },
    ],
    rules: ['RFC 793 3.5', 'RFC 1122 4.2.2.13 half-duplex', 'SHLD-3', 'MAY-1'],
  },
]);

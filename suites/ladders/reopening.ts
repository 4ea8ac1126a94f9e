/** RFC 1122 section 4.2.2.13: a TCP may reopen a connection from TIME-WAIT, but must be able to go back there. */
import { figure } from '../../lib/runner/declare-figure.ts';

figure({
  id: 'ladder.reopening.old-duplicate',
  title: 'a SYN that reopens the connection turns out to be an old duplicate: back to TIME-WAIT',
  start: 'TIME-WAIT',
  since: 'rfc1122',
  steps: [
    { send: '<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460>' },
    {
      expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>',
      // Whoever does not reopen has nothing to go back from; what he must answer is asked by the cases of TIME-WAIT.
      otherwise: [
        'silence',
        '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
        '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
        '<SEQ=SND.NXT><CTL=RST>',
        '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>',
      ],
      then: 'SYN-RECEIVED',
    },
    // By this reset the peer says that it never sent the SYN, as in figure 9.
    { send: '<SEQ=RCV.NXT><CTL=RST>' },
    { expect: 'silence', then: 'TIME-WAIT' },
  ],
  then: 'TIME-WAIT',
  cite: ['RFC 1122 4.2.2.13', 'RFC 9293 3.6.1'],
  requirements: ['MAY-2'],
});

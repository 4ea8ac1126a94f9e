/**
 * RFC 793 figures 13 and 14 (RFC 9293 figures 12 and 13): how a connection is closed. The ladders end in TIME-WAIT, without
 * the last line of each figure, where 2 MSL have passed.
 */
import { ladders } from '../../lib/catalogue/ladders.ts';

export default ladders('figures of RFC 793', [
  {
    id: 'figure-13.normal-close.tcp-a',
    title: 'the target closes first',
    start: 'ESTABLISHED',
    steps: [
      { user: 'close' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'FIN-WAIT-2' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
    ],
    then: 'TIME-WAIT',
    rules: ['RFC 793 figure 13', 'RFC 9293 figure 12', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },

  {
    id: 'figure-13.normal-close.tcp-b',
    title: 'the target closes second',
    start: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      { user: 'close' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'LAST-ACK' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'CLOSED' },
    ],
    then: 'CLOSED',
    rules: ['RFC 793 figure 13', 'RFC 9293 figure 12', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },

  // Both sides of the figure do the same.
  {
    id: 'figure-14.simultaneous-close.tcp-a',
    title: 'simultaneous close',
    start: 'ESTABLISHED',
    steps: [
      { user: 'close' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
      // It crosses the target's FIN, so it does not acknowledge it.
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSING' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
    ],
    then: 'TIME-WAIT',
    rules: ['RFC 793 figure 14', 'RFC 9293 figure 13', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },
]);

/** RFC 793 figures 10 and 11 (RFC 9293 figures 9 and 10): one side has crashed, and the other does not know it. */
import { scenarios } from '../../lib/catalogue/declare.ts';

export default scenarios('figures of RFC 793', [
  {
    id: 'figure-10.half-open-discovery.tcp-a',
    title: 'the target has crashed and opens again: it resets the old connection, and tries again',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      // The numbers of the old connection, as far from those of the new SYN as in the figure.
      { send: '<SEQ=300><ACK=ISS-300><CTL=ACK>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'SYN-SENT' },
      { expect: '<SEQ=ISS><CTL=SYN>', then: 'SYN-SENT' },
    ],
    rules: ['RFC 793 figure 10', 'RFC 9293 figure 9', '3.5.1 half-open', '3.5.2 group 2', '3.10.7.3 first'],
  },

  {
    id: 'figure-10.half-open-discovery.tcp-b',
    title: 'the peer has crashed: the target answers its new SYN, gets a reset and ends the connection',
    state: 'ESTABLISHED',
    steps: [
      // In the text of the figure it is outside the window.
      { send: '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=SYN>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'ESTABLISHED' },
      { send: '<SEQ=RCV.NXT><CTL=RST>' },
      { expect: 'silence', then: 'CLOSED' },
    ],
    rules: [
      'RFC 793 figure 10',
      'RFC 5961 4.2',
      'RFC 9293 figure 9',
      '3.5.1 half-open',
      '3.5.2 group 3',
      '3.5.3 RST processing',
      '3.10.7.4 first',
      '3.10.7.4 second',
    ],
  },

  {
    id: 'figure-11.half-open-active-side.tcp-a',
    title: 'the target has crashed: it answers text of the old connection by a reset',
    state: 'CLOSED',
    steps: [
      { send: '<SEQ=300><ACK=100><CTL=ACK><DATA=10>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
    ],
    rules: ['RFC 793 figure 11', 'RFC 9293 figure 10', '3.5.1 half-open', '3.5.2 group 1', '3.10.7.1'],
  },

  {
    id: 'figure-11.half-open-active-side.tcp-b',
    title: 'the peer has crashed: the target sends text, gets a reset and ends the connection',
    state: 'ESTABLISHED',
    steps: [
      { user: 'SEND 10' },
      {
        // The figure does not say whether PSH is set.
        expect: [
          '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK><DATA=10>',
          '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>',
        ],
        then: 'ESTABLISHED',
      },
      { send: '<SEQ=RCV.NXT><CTL=RST>' },
      { expect: 'silence', then: 'CLOSED' },
    ],
    rules: [
      'RFC 793 figure 11',
      'RFC 9293 figure 10',
      '3.5.1 half-open',
      '3.5.3 RST processing',
      '3.10.7.4 second',
    ],
  },
]);

/** RFC 793 figures 7 and 8 (RFC 9293 figures 6 and 7): how a connection is opened. */
import { scenarios } from '../../lib/catalogue/declare.ts';

export default scenarios('figures of RFC 793', [
  {
    id: 'figure-7.three-way-handshake.tcp-a',
    title: 'the target opens a connection and sends text on it',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      { send: '<SEQ=300><ACK=SND.NXT><CTL=SYN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=301><CTL=ACK>', then: 'ESTABLISHED' },
      { user: 'SEND 10' },
      {
        // The figure does not say whether PSH is set.
        expect: ['<SEQ=SND.NXT><ACK=301><CTL=ACK><DATA=10>', '<SEQ=SND.NXT><ACK=301><CTL=ACK,PSH><DATA=10>'],
        then: 'ESTABLISHED',
      },
    ],
    rules: ['RFC 793 figure 7', 'RFC 9293 figure 6', '3.5 three-way handshake', '3.10.7.3 fourth', 'MUST-2'],
  },

  {
    id: 'figure-7.three-way-handshake.tcp-b',
    title: 'the target accepts a connection and receives text',
    state: 'LISTEN',
    steps: [
      { send: '<SEQ=100><CTL=SYN>' },
      { expect: '<ACK=101><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=101><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
      // The same number again: an ACK takes up no sequence space.
      { send: '<SEQ=101><ACK=SND.NXT><CTL=ACK><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=111><CTL=ACK>', then: 'ESTABLISHED' },
    ],
    rules: [
      'RFC 793 figure 7',
      'RFC 9293 figure 6',
      '3.5 three-way handshake',
      '3.10.7.2 third',
      '3.10.7.4 fifth',
      '3.10.7.4 seventh',
      // Of every reply; here all are of one connection.
      'MUST-69',
      'RFC 2018 4',
    ],
  },

  {
    id: 'figure-8.simultaneous-open.tcp-a',
    title: 'simultaneous open, where the SYN,ACKs cross too',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      { send: '<SEQ=300><CTL=SYN>' },
      { expect: '<SEQ=ISS><ACK=301><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=300><ACK=SND.NXT><CTL=SYN,ACK>' },
      // By the figure this SYN,ACK establishes the connection: with an ACK in line 7 of RFC 793, without since RFC 1122 corrected it.
      // By the sequence check it gets the same ACK, and the peer's ACK in the next step establishes the connection.
      { expect: ['<SEQ=SND.NXT><ACK=301><CTL=ACK>', 'silence'] },
      { send: '<SEQ=301><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
    ],
    rules: [
      'RFC 793 figure 8',
      'RFC 793 3.9 first',
      'RFC 1122 4.2.2.10',
      'RFC 9293 figure 7',
      'MUST-10',
      '3.10.7.3 fourth',
      'A.2',
    ],
  },

  {
    id: 'figure-8.simultaneous-open.tcp-b',
    title: 'simultaneous open, where an ACK answers the SYN,ACK, as RFC 793 draws it',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      { send: '<SEQ=100><CTL=SYN>' },
      { expect: '<SEQ=ISS><ACK=101><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=101><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
    ],
    rules: ['RFC 793 figure 8', 'RFC 1122 4.2.2.10', 'MUST-10', '3.10.7.3 fourth', '3.10.7.4 fifth'],
  },
]);

/** RFC 793 figures 9 and 12 (RFC 9293 figures 8 and 11): how an old duplicate SYN is detected and ended. */
import { scenarios } from '../../lib/catalogue/declare.ts';

export default scenarios('figures of RFC 793', [
  {
    id: 'figure-9.old-duplicate-syn.tcp-a',
    title: 'the target opens; the peer answers an old SYN of the target, then the right one',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      // The number of the old SYN is 10 below that of the SYN that the target has just sent.
      { send: '<SEQ=300><ACK=ISS-9><CTL=SYN,ACK>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'SYN-SENT' },
      { send: '<SEQ=400><ACK=SND.NXT><CTL=SYN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=401><CTL=ACK>', then: 'ESTABLISHED' },
    ],
    rules: [
      'RFC 793 figure 9',
      'RFC 9293 figure 8',
      '3.5 old duplicate SYN',
      '3.5.2 group 2',
      '3.10.7.3 first',
      '3.10.7.3 fourth',
    ],
  },

  {
    id: 'figure-9.old-duplicate-syn.tcp-b',
    title: 'an old SYN arrives and is answered, the peer resets it, and the right SYN opens the connection',
    state: 'LISTEN',
    steps: [
      { send: '<SEQ=90><CTL=SYN>' },
      { expect: '<ACK=91><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=91><CTL=RST>' },
      { expect: 'silence', then: 'LISTEN' },
      { send: '<SEQ=100><CTL=SYN>' },
      { expect: '<ACK=101><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=101><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
    ],
    rules: [
      'RFC 793 figure 9',
      'RFC 9293 figure 8',
      '3.5 old duplicate SYN',
      '3.5.3 RST processing',
      '3.10.7.4 second',
      'MUST-11',
    ],
  },

  {
    id: 'figure-12.two-passive-sockets.tcp-a',
    title: 'a SYN,ACK that answers no SYN of the target',
    state: 'LISTEN',
    steps: [
      { send: '<SEQ=ANY><ACK=ANY><CTL=SYN,ACK>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'LISTEN' },
    ],
    rules: ['RFC 793 figure 12', 'RFC 9293 figure 11', '3.5.2 group 2', '3.10.7.2 second'],
  },

  {
    id: 'figure-12.two-passive-sockets.tcp-b',
    title: 'an old duplicate SYN, and the reset that leads back to LISTEN',
    state: 'LISTEN',
    steps: [
      { send: '<SEQ=ANY><CTL=SYN>' },
      { expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=RCV.NXT><CTL=RST>' },
      { expect: 'silence', then: 'LISTEN' },
    ],
    rules: [
      'RFC 793 figure 12',
      'RFC 9293 figure 11',
      '3.5 old duplicate SYN',
      '3.5.3 RST processing',
      '3.10.7.4 second',
      'MUST-11',
    ],
  },
]);

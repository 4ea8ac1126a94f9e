/**
 * RFC 793 figures 13 and 14 (RFC 9293 figures 12 and 13): how a connection is closed. The ladders end in TIME-WAIT, without
 * the last line of each figure, where 2 MSL have passed.
 */
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { State } from '../../lib/standard/state.ts';

const fin = (then: State) => ({ reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then });

export default scenarios('figures of RFC 793', [
  {
    id: 'figure-13.normal-close.tcp-a',
    title: 'the target closes first',
    state: 'ESTABLISHED',
    steps: [
      { user: 'CLOSE' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'FIN-WAIT-2' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
    ],
    rules: ['RFC 793 figure 13', 'RFC 9293 figure 12', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },

  {
    id: 'figure-13.normal-close.tcp-b',
    title: 'the target closes second',
    state: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      { user: 'CLOSE' },
      // RFC 793 page 61 says CLOSING, against its own figure; RFC 1122 section 4.2.2.20(a) corrects that.
      { expect: { rfc793: [fin('LAST-ACK'), fin('CLOSING')], rfc1122: fin('LAST-ACK') } },
      // The FIN may be sent again meanwhile, which changes no state (RFC 9293 section 3.10.8).
      { wait: 500 },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      {
        expect: {
          rfc793: [
            { reply: 'silence', then: 'CLOSED' },
            { reply: 'silence', then: 'TIME-WAIT' },
          ],
          rfc1122: { reply: 'silence', then: 'CLOSED' },
        },
      },
    ],
    rules: ['RFC 793 figure 13', 'RFC 9293 figure 12', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },

  // Both sides of the figure do the same.
  {
    id: 'figure-14.simultaneous-close.tcp-a',
    title: 'simultaneous close',
    state: 'ESTABLISHED',
    steps: [
      { user: 'CLOSE' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
      // It crosses the target's FIN, so it does not acknowledge it.
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSING' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
    ],
    rules: ['RFC 793 figure 14', 'RFC 9293 figure 13', '3.6 close', '3.10.7.4 fifth', '3.10.7.4 eighth'],
  },
]);

import { rulesOf } from './rule.ts';

const { text } = rulesOf('RFC 9293');

/**
 * The rules that have no number in appendix B of RFC 9293. Nearly all of reset generation, reset processing and SEGMENT
 * ARRIVES is among them. The ids of requirements are section and step, without the document.
 */
export const RFC_9293_SECTIONS = {
  '3.1 data offset': text(
    ['3.1', 'data offset'],
    'The data offset says where the text begins, after a header of at least 20 octets',
  ),
  '3.1 reserved bits': text(['3.1', 'reserved'], 'Reserved bits are ignored in received segments'),
  '3.3.1 connection record': text(
    '3.3.1',
    'Each connection has a record of its own, whose variables its segments and its user change',
  ),
  '3.4 acceptability': text('3.4', 'A segment is acceptable when its first or last octet is in the window'),
  '3.5 three-way handshake': text('3.5', 'SYN, SYN,ACK and ACK synchronize both directions'),
  '3.5 old duplicate SYN': text(
    '3.5',
    'The peer answers the answer to an old SYN by a reset, which ends the attempt',
  ),
  '3.5.1 half-open': text('3.5.1', 'The answer to its next segment reveals a half-open connection'),
  '3.5.2 group 1': text(
    ['3.5.2', 'group 1'],
    'No connection: any segment except a reset is answered by a reset',
  ),
  '3.5.2 group 2': text(
    ['3.5.2', 'group 2'],
    'Not synchronized: an ACK of octets never sent gets a reset, and the state stays',
  ),
  '3.5.2 group 3': text(
    ['3.5.2', 'group 3'],
    'Synchronized: an unacceptable segment gets an empty ACK, and the state stays',
  ),
  '3.5.3 RST validity': text(
    '3.5.3',
    'A reset is valid when its SEQ is in the window; in SYN-SENT, when its ACK acknowledges the SYN',
  ),
  '3.5.3 RST processing': text(
    '3.5.3',
    'A valid reset: LISTEN ignores it; SYN-RECEIVED after a passive open returns to LISTEN; the other states close',
  ),
  '3.6 close': text('3.6', 'Each direction is closed by its own FIN, which the other side acknowledges'),
  '3.7.2 path MTU': text(
    '3.7.2',
    'An ICMP error that a packet was too big tells its sender the size, and ends nothing',
  ),
  '3.10.1 active OPEN': text('3.10.1', 'An active OPEN sends <SEQ=ISS><CTL=SYN>', { carries: [] }),
  '3.10.1 exists': text('3.10.1', 'An OPEN of a connection that exists is refused, and changes nothing'),
  '3.10.4 CLOSE': text('3.10.4', 'CLOSE sends a FIN once all text is sent', { carries: [] }),
  '3.10.5 ABORT': text('3.10.5', 'ABORT sends a reset at SND.NXT'),
  '3.10.8 user timeout': text('3.10.8', 'When the user timeout expires, the connection is aborted', {
    carries: [],
  }),
  '3.10.8 TIME-WAIT timeout': text('3.10.8', 'When the TIME-WAIT timeout expires, the connection is gone'),
  '3.8.4 no answer': text(
    '3.8.4',
    'A peer that answers no keep-alive, however often it is asked, counts as dead',
    {
      carries: [],
    },
  ),
  '3.10.7 any state': text('3.10.7', 'Whatever the state, a SYN is answered', { carries: [] }),
  '3.10.7.1': text(
    '3.10.7.1',
    "CLOSED: a reset is dropped; any other segment is answered by a reset, whose form depends on the segment's ACK bit",
  ),
  '3.10.7.2 first': text(['3.10.7.2', 'first'], 'LISTEN: a reset is ignored'),
  '3.10.7.2 second': text(['3.10.7.2', 'second'], 'LISTEN: an ACK is answered by a reset with SEQ=SEG.ACK'),
  '3.10.7.2 third': text(
    ['3.10.7.2', 'third'],
    'LISTEN: the security of a SYN is checked, and the SYN is answered by a SYN,ACK',
  ),
  '3.10.7.2 fourth': text(['3.10.7.2', 'fourth'], 'LISTEN: anything else is dropped'),
  '3.10.7.3 first': text(
    ['3.10.7.3', 'first'],
    'SYN-SENT: an ACK outside ISS+1...SND.NXT gets a reset; if the segment is a reset, it is dropped',
  ),
  '3.10.7.3 second': text(
    ['3.10.7.3', 'second'],
    'SYN-SENT: a reset that acknowledges the SYN closes the connection; a reset without ACK is dropped',
  ),
  '3.10.7.3 third': text(
    ['3.10.7.3', 'third'],
    'SYN-SENT: another security is answered by a reset, and the state stays',
  ),
  '3.10.7.3 fourth': text(
    ['3.10.7.3', 'fourth'],
    'SYN-SENT: a SYN,ACK establishes the connection; a SYN without ACK is a simultaneous open',
  ),
  '3.10.7.3 fifth': text(['3.10.7.3', 'fifth'], 'SYN-SENT: a segment with neither SYN nor RST is dropped'),
  '3.10.7.4 first': text(
    ['3.10.7.4', 'first'],
    'Sequence number: an unacceptable segment gets an empty ACK and is dropped',
  ),
  '3.10.7.4 second': text(
    ['3.10.7.4', 'second'],
    'RST bit: a reset ends the connection, or leads back to LISTEN',
  ),
  '3.10.7.4 third': text(['3.10.7.4', 'third'], 'Security: another security is answered by a reset'),
  '3.10.7.4 fourth': text(
    ['3.10.7.4', 'fourth'],
    'SYN bit: a SYN gets a challenge ACK, or under RFC 793 a reset',
  ),
  '3.10.7.4 fifth': text(
    ['3.10.7.4', 'fifth'],
    'ACK field: a segment without ACK is dropped; a valid ACK advances SND.UNA and the state',
  ),
  '3.10.7.4 sixth': text(['3.10.7.4', 'sixth'], 'URG bit: the urgent pointer only advances'),
  '3.10.7.4 seventh': text(['3.10.7.4', 'seventh'], 'Text: text in order is accepted and acknowledged'),
  '3.10.7.4 eighth': text(['3.10.7.4', 'eighth'], 'FIN bit: a FIN is acknowledged and advances the state'),
  'A.1.1': text('A.1.1', 'Precedence is not compared'),
  'A.1.2': text('A.1.2', 'A TCP without multilevel security may ignore security options'),
  'A.2': text('A.2', 'The sequence check can keep a needed ACK field from being processed'),

  'RFC 9293 3.2': text('3.2', 'The formats of End of Option List, No-Operation and Maximum Segment Size', {
    carries: ['MUST-4'],
  }),
  '3.8 current acknowledgment': text(
    ['3.8', 'acknowledgment'],
    'Every segment of an established connection has the current acknowledgment',
  ),
  'RFC 9293 3.8.6.1': text(
    '3.8.6.1',
    'A segment that arrives at a zero window is answered with the next octet expected and the window',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 9293 3.10': text(
    '3.10',
    'An implementation may differ from these steps in detail, but not in substance',
    { carries: [] },
  ),
  'RFC 9293 figure 6': text('figure 6', 'A SYN, a SYN,ACK and an ACK open a connection', {
    carries: ['3.5 three-way handshake'],
  }),
  'RFC 9293 figure 7': text('figure 7', 'Two SYNs that cross open one connection', { carries: ['MUST-10'] }),
  'RFC 9293 figure 8': text('figure 8', 'The answer to an old SYN gets a reset, which ends the attempt', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 9293 figure 9': text(
    'figure 9',
    'A crashed side opens again, and resets the half-open connection of the other side',
    {
      carries: ['3.5.1 half-open'],
    },
  ),
  'RFC 9293 figure 10': text(
    'figure 10',
    'A crashed side answers text of the half-open connection by a reset',
    {
      carries: ['3.5.1 half-open'],
    },
  ),
  'RFC 9293 figure 11': text(
    'figure 11',
    'An old SYN between two listeners ends in a reset, and both listen again',
    {
      carries: ['3.5 old duplicate SYN'],
    },
  ),
  'RFC 9293 figure 12': text('figure 12', 'Each side closes by a FIN that the other acknowledges', {
    carries: ['3.6 close'],
  }),
  'RFC 9293 figure 13': text('figure 13', 'Two FINs that cross lead through CLOSING to TIME-WAIT', {
    carries: ['3.6 close'],
  }),
};

import { rulesOf } from './rule.ts';

const { text } = rulesOf('RFC 9293');

/**
 * The rules that appendix B of RFC 9293 does not number, among them nearly all of reset generation, reset processing and
 * SEGMENT ARRIVES. Those that are requirements go by section and step, without the document.
 */
export const RFC_9293_SECTIONS = {
  '3.1 data offset': text(
    ['3.1', 'data offset'],
    'The data offset says where the text begins, behind a header of at least 20 octets',
  ),
  '3.1 reserved bits': text(['3.1', 'reserved'], 'Reserved bits are ignored in received segments'),
  '3.4 acceptability': text('3.4', 'A segment is acceptable when either of its ends lies in the window'),
  '3.5 three-way handshake': text('3.5', 'SYN, SYN,ACK and ACK synchronize both directions'),
  '3.5 old duplicate SYN': text('3.5', 'An old SYN is undone by the reset that the peer answers with'),
  '3.5.1 half-open': text('3.5.1', 'A half-open connection is found out by the answer to its next segment'),
  '3.5.2 group 1': text(
    ['3.5.2', 'group 1'],
    'No connection: any segment but a reset is answered with a reset',
  ),
  '3.5.2 group 2': text(
    ['3.5.2', 'group 2'],
    'Not synchronized: an acknowledgment of what was never sent is reset, state kept',
  ),
  '3.5.2 group 3': text(
    ['3.5.2', 'group 3'],
    'Synchronized: an unacceptable segment earns an empty ACK, state kept',
  ),
  '3.5.3 RST validity': text(
    '3.5.3',
    'A reset counts when its SEQ is in the window; in SYN-SENT, when it ACKs our SYN',
  ),
  '3.5.3 RST processing': text(
    '3.5.3',
    'A valid reset: LISTEN ignores it, a passive opener listens again, others close',
  ),
  '3.6 close': text('3.6', 'Each direction is closed by a FIN of its own, acknowledged by the other side'),
  '3.10.7.1': text(
    '3.10.7.1',
    'CLOSED: drop a reset, answer anything else with a reset formed by its ACK bit',
  ),
  '3.10.7.2 first': text(['3.10.7.2', 'first'], 'LISTEN: a reset is ignored'),
  '3.10.7.2 second': text(
    ['3.10.7.2', 'second'],
    'LISTEN: an acknowledgment is answered with a reset at SEG.ACK',
  ),
  '3.10.7.2 third': text(
    ['3.10.7.2', 'third'],
    'LISTEN: a SYN is checked for security and answered with SYN,ACK',
  ),
  '3.10.7.2 fourth': text(['3.10.7.2', 'fourth'], 'LISTEN: anything else is dropped'),
  '3.10.7.3 first': text(
    ['3.10.7.3', 'first'],
    'SYN-SENT: an ACK outside ISS+1...SND.NXT is reset, or dropped with RST',
  ),
  '3.10.7.3 second': text(
    ['3.10.7.3', 'second'],
    'SYN-SENT: a reset that acknowledges our SYN closes; without ACK it is dropped',
  ),
  '3.10.7.3 third': text(
    ['3.10.7.3', 'third'],
    'SYN-SENT: a security mismatch is answered with a reset, state kept',
  ),
  '3.10.7.3 fourth': text(
    ['3.10.7.3', 'fourth'],
    'SYN-SENT: SYN,ACK establishes; a bare SYN opens simultaneously',
  ),
  '3.10.7.3 fifth': text(['3.10.7.3', 'fifth'], 'SYN-SENT: a segment with neither SYN nor RST is dropped'),
  '3.10.7.4 first': text(
    ['3.10.7.4', 'first'],
    'Sequence number: an unacceptable segment earns an empty ACK and is dropped',
  ),
  '3.10.7.4 second': text(['3.10.7.4', 'second'], 'RST bit: the connection is given up, or listens again'),
  '3.10.7.4 third': text(['3.10.7.4', 'third'], 'Security: a mismatch is answered with a reset'),
  '3.10.7.4 fourth': text(['3.10.7.4', 'fourth'], 'SYN bit: a challenge ACK, or by RFC 793 a reset'),
  '3.10.7.4 fifth': text(
    ['3.10.7.4', 'fifth'],
    'ACK field: without it drop; else advance SND.UNA and the state',
  ),
  '3.10.7.4 sixth': text(['3.10.7.4', 'sixth'], 'URG bit: the urgent pointer moves forward only'),
  '3.10.7.4 seventh': text(['3.10.7.4', 'seventh'], 'Text: what is in order is taken and acknowledged'),
  '3.10.7.4 eighth': text(['3.10.7.4', 'eighth'], 'FIN bit: it is acknowledged and moves the state'),
  'A.1.1': text('A.1.1', 'Precedence is not compared'),
  'A.1.2': text('A.1.2', 'A TCP without multilevel security may ignore security options'),
  'A.2': text('A.2', 'The sequence check can keep a needed ACK field from being processed'),

  'RFC 9293 3.2': text('3.2', 'What End of Option List, No-Operation and Maximum Segment Size look like', {
    carries: ['MUST-4'],
  }),
  'RFC 9293 3.8.6.1': text(
    '3.8.6.1',
    'A segment that arrives at a zero window is answered with the next octet expected and the window',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 9293 3.10': text(
    '3.10',
    'Other implementations may differ from these steps in detail, not in substance',
    { carries: [] },
  ),
  'RFC 9293 figure 6': text('figure 6', 'A SYN, a SYN,ACK and an ACK open a connection', {
    carries: ['3.5 three-way handshake'],
  }),
  'RFC 9293 figure 7': text('figure 7', 'Two SYNs that cross open one connection', { carries: ['MUST-10'] }),
  'RFC 9293 figure 8': text('figure 8', 'An old SYN is undone by the reset that its answer gets', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 9293 figure 9': text('figure 9', 'A crashed side resets the survivor when it opens again', {
    carries: ['3.5.1 half-open'],
  }),
  'RFC 9293 figure 10': text('figure 10', 'A crashed side resets the text that the survivor sends', {
    carries: ['3.5.1 half-open'],
  }),
  'RFC 9293 figure 11': text('figure 11', 'An old SYN between two listeners is undone by a reset', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 9293 figure 12': text('figure 12', 'Each side closes by a FIN that the other acknowledges', {
    carries: ['3.6 close'],
  }),
  'RFC 9293 figure 13': text('figure 13', 'Two FINs that cross lead through CLOSING to TIME-WAIT', {
    carries: ['3.6 close'],
  }),
};

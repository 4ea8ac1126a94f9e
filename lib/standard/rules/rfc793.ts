import { rulesOf } from './rule.ts';

const { text } = rulesOf('RFC 793');

/** RFC 793. What RFC 9293 still asks carries the requirement that it has become. */
export const RFC_793 = {
  'RFC 793 1.5': text('1.5', 'A segment that was damaged on its way is discarded', { carries: ['MUST-3'] }),
  'RFC 793 3.1 checksum': text(
    ['3.1', 'checksum'],
    'The checksum covers the pseudo header, the header and the text',
    { carries: ['MUST-3'] },
  ),
  'RFC 793 3.1 data offset': text(
    ['3.1', 'data offset'],
    'The data offset counts the words of the header and so tells where the text begins',
    { carries: ['3.1 data offset'] },
  ),
  'RFC 793 3.1 reserved': text(['3.1', 'reserved'], 'The reserved bits are zero', {
    carries: ['3.1 reserved bits'],
  }),
  'RFC 793 3.1 mandatory options': text(
    ['3.1', 'options'],
    'A TCP implements End of Option List, No-Operation and Maximum Segment Size',
    { carries: ['MUST-4'] },
  ),
  'RFC 793 3.1 option boundary': text(['3.1', 'options'], 'An option may begin on any octet', {
    carries: ['MUST-64'],
  }),
  'RFC 793 3.3 acceptability': text(
    ['3.3', 'acceptability'],
    'Whether a segment is acceptable follows from SEG.SEQ, SEG.LEN and RCV.WND in four cases',
    { carries: ['3.4 acceptability'] },
  ),
  'RFC 793 3.4 group 1': text(['3.4', 'group 1'], 'CLOSED: any segment but a reset is answered by a reset', {
    carries: ['3.5.2 group 1'],
  }),
  'RFC 793 3.4 group 2': text(
    ['3.4', 'group 2'],
    'Not synchronized: an acknowledgment of what was never sent is reset, and the state stays',
    { carries: ['3.5.2 group 2'] },
  ),
  'RFC 793 3.4 group 2 security': text(
    ['3.4', 'group 2'],
    'Not synchronized: another security level or compartment is reset, and the state stays',
    { carries: ['RFC 793 3.4 security'] },
  ),
  'RFC 793 3.4 group 2 precedence': text(
    ['3.4', 'group 2'],
    'Not synchronized: a higher precedence is taken on or reset, and one that differs behind the ACK of our SYN is reset',
    { carries: ['RFC 793 3.4 precedence'] },
  ),
  'RFC 793 3.4 group 3': text(
    ['3.4', 'group 3'],
    'Synchronized: an unacceptable segment gets an empty ACK and nothing else, and the state stays',
    { carries: ['3.5.2 group 3'] },
  ),
  'RFC 793 3.4 group 3 security': text(
    ['3.4', 'group 3'],
    'Synchronized: another security level or compartment is reset, and the connection is closed',
    { carries: ['RFC 793 3.4 security'] },
  ),
  'RFC 793 3.4 group 3 precedence': text(
    ['3.4', 'group 3'],
    'Synchronized: another precedence is reset, and the connection is closed',
    { carries: ['RFC 793 3.4 precedence'] },
  ),
  'RFC 793 3.4 RST validity': text(
    ['3.4', 'reset processing'],
    'A reset is valid when its SEQ is in the window; in SYN-SENT, when its ACK acknowledges the SYN',
    { carries: ['3.5.3 RST validity'] },
  ),
  'RFC 793 3.4 RST processing': text(
    ['3.4', 'reset processing'],
    'A valid reset: LISTEN ignores it, a passive opener goes back to LISTEN, the others close',
    { carries: ['3.5.3 RST processing'] },
  ),
  'RFC 793 3.4 security': text('3.4', 'A segment of another security level or compartment is reset'),
  'RFC 793 3.4 precedence': text('3.4', 'A segment of another precedence is reset, unless it can be raised'),
  'RFC 793 3.5': text('3.5', 'A user who closes may go on to receive until the other side has closed too', {
    carries: ['3.6 close'],
  }),
  'RFC 793 3.7 managing the window': text(
    ['3.7', 'managing the window'],
    'A segment that arrives at a zero window is answered with the next octet expected and the window',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 793 3.9 introduction': text(
    ['3.9', 'introduction'],
    'Other implementations may differ from these steps in detail, not in substance',
    { carries: [] },
  ),
  'RFC 793 3.9 CLOSED': text(
    ['3.9', 'CLOSED'],
    'A reset is discarded; any other segment is answered by a reset, formed by its ACK bit',
    { carries: ['3.10.7.1'] },
  ),
  'RFC 793 3.9 LISTEN first': text(['3.9', 'LISTEN first'], 'A reset is ignored', {
    carries: ['3.10.7.2 first'],
  }),
  'RFC 793 3.9 LISTEN second': text(
    ['3.9', 'LISTEN second'],
    'Any acknowledgment is answered by a reset at SEG.ACK',
    { carries: ['3.10.7.2 second'] },
  ),
  'RFC 793 3.9 LISTEN third': text(
    ['3.9', 'LISTEN third'],
    'A SYN is checked for security and answered by SYN,ACK',
    { carries: ['3.10.7.2 third'] },
  ),
  'RFC 793 3.9 LISTEN third precedence': text(
    ['3.9', 'LISTEN third'],
    'A SYN of a higher precedence is taken on or reset; one of a lower precedence goes on',
    { carries: ['RFC 793 3.9 precedence'] },
  ),
  'RFC 793 3.9 LISTEN fourth': text(['3.9', 'LISTEN fourth'], 'Anything else is dropped', {
    carries: ['3.10.7.2 fourth'],
  }),
  'RFC 793 3.9 SYN-SENT first': text(
    ['3.9', 'SYN-SENT first'],
    'An ACK of anything but our SYN is reset, or dropped where the segment is a reset',
    { carries: ['3.10.7.3 first'] },
  ),
  'RFC 793 3.9 SYN-SENT second': text(
    ['3.9', 'SYN-SENT second'],
    'A reset that acknowledges our SYN closes the connection; any other is dropped',
    { carries: ['3.10.7.3 second'] },
  ),
  'RFC 793 3.9 SYN-SENT third': text(['3.9', 'SYN-SENT third'], 'Another security is answered by a reset', {
    carries: ['3.10.7.3 third'],
  }),
  'RFC 793 3.9 SYN-SENT third precedence': text(
    ['3.9', 'SYN-SENT third'],
    'With an ACK the precedence must match; without, a higher one is taken on or reset',
    { carries: ['RFC 793 3.9 precedence'] },
  ),
  'RFC 793 3.9 SYN-SENT fourth': text(
    ['3.9', 'SYN-SENT fourth'],
    'A SYN,ACK establishes the connection and is acknowledged; a SYN alone is answered by SYN,ACK',
    { carries: ['3.10.7.3 fourth'] },
  ),
  'RFC 793 3.9 SYN-SENT fifth': text(
    ['3.9', 'SYN-SENT fifth'],
    'A segment with neither SYN nor RST is dropped',
    { carries: ['3.10.7.3 fifth'] },
  ),
  'RFC 793 3.9 first': text(
    ['3.9', 'first'],
    'An unacceptable segment is acknowledged and dropped, a reset only dropped',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 793 3.9 first held': text(
    ['3.9', 'first'],
    'A segment that begins beyond RCV.NXT may be held for later processing',
    { carries: ['SHLD-31'] },
  ),
  'RFC 793 3.9 second': text(
    ['3.9', 'second'],
    'A reset ends the connection; a passive opener in SYN-RECEIVED goes back to LISTEN',
    { carries: ['3.10.7.4 second'] },
  ),
  'RFC 793 3.9 third': text(['3.9', 'third'], 'Another security is answered by a reset', {
    carries: ['3.10.7.4 third'],
  }),
  'RFC 793 3.9 third precedence': text(['3.9', 'third'], 'Another precedence is answered by a reset', {
    carries: ['RFC 793 3.9 precedence'],
  }),
  'RFC 793 3.9 fourth': text(['3.9', 'fourth'], 'A SYN in the window is an error: it is reset', {
    carries: ['3.10.7.4 fourth'],
  }),
  'RFC 793 3.9 fifth': text(
    ['3.9', 'fifth'],
    'A segment without ACK is dropped; an ACK of what was never sent is answered; a good one moves SND.UNA and the state',
    { carries: ['3.10.7.4 fifth'] },
  ),
  'RFC 793 3.9 sixth': text(['3.9', 'sixth'], 'The urgent pointer moves RCV.UP, and the user is told', {
    carries: ['3.10.7.4 sixth'],
  }),
  'RFC 793 3.9 seventh': text(
    ['3.9', 'seventh'],
    "Text is taken and acknowledged; behind the peer's FIN it is ignored",
    { carries: ['3.10.7.4 seventh'] },
  ),
  'RFC 793 3.9 eighth': text(['3.9', 'eighth'], 'A FIN is acknowledged and moves the state', {
    carries: ['3.10.7.4 eighth'],
  }),
  'RFC 793 3.9 precedence': text('3.9', 'SEGMENT ARRIVES compares precedence where it compares security'),
  'RFC 793 erratum 3301': text(
    'erratum 3301',
    'In SYN-RECEIVED an ACK of SND.UNA is not acceptable: only what lies above it establishes',
    { carries: ['3.10.7.4 fifth'] },
  ),
  'RFC 793 figure 7': text('figure 7', 'A SYN, a SYN,ACK and an ACK open a connection', {
    carries: ['3.5 three-way handshake'],
  }),
  'RFC 793 figure 8': text('figure 8', 'Two SYNs that cross open one connection', { carries: ['MUST-10'] }),
  'RFC 793 figure 9': text('figure 9', 'An old SYN is undone by the reset that its answer gets', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 793 figure 10': text('figure 10', 'A crashed side resets the survivor when it opens again', {
    carries: ['3.5.1 half-open'],
  }),
  'RFC 793 figure 11': text('figure 11', 'A crashed side resets the text that the survivor sends', {
    carries: ['3.5.1 half-open'],
  }),
  'RFC 793 figure 12': text('figure 12', 'An old SYN between two listeners is undone by a reset', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 793 figure 13': text('figure 13', 'Each side closes by a FIN that the other acknowledges', {
    carries: ['3.6 close'],
  }),
  'RFC 793 figure 14': text('figure 14', 'Two FINs that cross lead through CLOSING to TIME-WAIT', {
    carries: ['3.6 close'],
  }),
};

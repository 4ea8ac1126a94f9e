import { rulesOf } from './rule.ts';

const { text } = rulesOf('RFC 793');

/** RFC 793. A rule that RFC 9293 still has carries the requirement into which it has turned. */
export const RFC_793 = {
  'RFC 793 1.5': text('1.5', 'A segment that was damaged on the way is discarded', { carries: ['MUST-3'] }),
  'RFC 793 3.1 checksum': text(
    ['3.1', 'checksum'],
    'The checksum covers the pseudo header, the header and the text',
    { carries: ['MUST-3'] },
  ),
  'RFC 793 3.1 data offset': text(
    ['3.1', 'data offset'],
    'The data offset counts the words of the header, and so says where the text begins',
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
  'RFC 793 3.3 initial sequence number': text(
    ['3.3', 'initial sequence number selection'],
    'A clock chooses the initial sequence numbers',
    { carries: ['MUST-8'] },
  ),
  'RFC 793 3.3 acceptability': text(
    ['3.3', 'acceptability'],
    'SEG.SEQ, SEG.LEN and RCV.WND decide whether a segment is acceptable, in four cases',
    { carries: ['3.4 acceptability'] },
  ),
  'RFC 793 3.4 group 1': text(
    ['3.4', 'group 1'],
    'CLOSED: any segment except a reset is answered by a reset',
    {
      carries: ['3.5.2 group 1'],
    },
  ),
  'RFC 793 3.4 group 2': text(
    ['3.4', 'group 2'],
    'Not synchronized: an ACK of octets never sent gets a reset, and the state stays',
    { carries: ['3.5.2 group 2'] },
  ),
  'RFC 793 3.4 group 2 security': text(
    ['3.4', 'group 2'],
    'Not synchronized: another security level or compartment gets a reset, and the state stays',
    { carries: ['RFC 793 3.4 security'] },
  ),
  'RFC 793 3.4 group 2 precedence': text(
    ['3.4', 'group 2'],
    'Not synchronized: a higher precedence is adopted or gets a reset; after the SYN is acknowledged, another precedence gets a reset',
    { carries: ['RFC 793 3.4 precedence'] },
  ),
  'RFC 793 3.4 group 3': text(
    ['3.4', 'group 3'],
    'Synchronized: an unacceptable segment gets an empty ACK and nothing else, and the state stays',
    { carries: ['3.5.2 group 3'] },
  ),
  'RFC 793 3.4 group 3 security': text(
    ['3.4', 'group 3'],
    'Synchronized: another security level or compartment gets a reset, and the connection is closed',
    { carries: ['RFC 793 3.4 security'] },
  ),
  'RFC 793 3.4 group 3 precedence': text(
    ['3.4', 'group 3'],
    'Synchronized: another precedence gets a reset, and the connection is closed',
    { carries: ['RFC 793 3.4 precedence'] },
  ),
  'RFC 793 3.4 RST validity': text(
    ['3.4', 'reset processing'],
    'A reset is valid when its SEQ is in the window; in SYN-SENT, when its ACK acknowledges the SYN',
    { carries: ['3.5.3 RST validity'] },
  ),
  'RFC 793 3.4 RST processing': text(
    ['3.4', 'reset processing'],
    'A valid reset: LISTEN ignores it; SYN-RECEIVED after a passive open returns to LISTEN; the other states close',
    { carries: ['3.5.3 RST processing'] },
  ),
  'RFC 793 3.4 security': text('3.4', 'A segment of another security level or compartment gets a reset'),
  'RFC 793 3.4 precedence': text(
    '3.4',
    'A segment of another precedence gets a reset, unless the precedence can be raised',
  ),
  'RFC 793 3.5': text('3.5', 'A user who has closed may still receive until the other side has closed too', {
    carries: ['3.6 close'],
  }),
  'RFC 793 3.7 managing the window': text(
    ['3.7', 'managing the window'],
    'A segment that arrives at a zero window is answered with the next octet expected and the window',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 793 3.9 introduction': text(
    ['3.9', 'introduction'],
    'An implementation may differ from these steps in detail, but not in substance',
    { carries: [] },
  ),
  'RFC 793 3.9 ABORT': text(
    ['3.9', 'ABORT'],
    'ABORT sends <SEQ=SND.NXT><CTL=RST> once a SYN was received and until both sides have closed',
    { carries: ['3.10.5 ABORT'] },
  ),
  'RFC 793 3.9 TIME-WAIT timeout': text(
    ['3.9', 'TIME-WAIT TIMEOUT'],
    'When the TIME-WAIT timeout expires, the connection is gone',
    { carries: ['3.10.8 TIME-WAIT timeout'] },
  ),
  'RFC 793 3.9 CLOSED': text(
    ['3.9', 'CLOSED'],
    "A reset is discarded; any other segment is answered by a reset, whose form depends on the segment's ACK bit",
    { carries: ['3.10.7.1'] },
  ),
  'RFC 793 3.9 LISTEN first': text(['3.9', 'LISTEN first'], 'A reset is ignored', {
    carries: ['3.10.7.2 first'],
  }),
  'RFC 793 3.9 LISTEN second': text(
    ['3.9', 'LISTEN second'],
    'Any ACK is answered by a reset with SEQ=SEG.ACK',
    { carries: ['3.10.7.2 second'] },
  ),
  'RFC 793 3.9 LISTEN third': text(
    ['3.9', 'LISTEN third'],
    'The security of a SYN is checked, and the SYN is answered by a SYN,ACK',
    { carries: ['3.10.7.2 third'] },
  ),
  'RFC 793 3.9 LISTEN third precedence': text(
    ['3.9', 'LISTEN third'],
    'A higher precedence of a SYN is adopted or gets a reset; a lower one is accepted',
    { carries: ['RFC 793 3.9 precedence'] },
  ),
  'RFC 793 3.9 LISTEN fourth': text(['3.9', 'LISTEN fourth'], 'Anything else is dropped', {
    carries: ['3.10.7.2 fourth'],
  }),
  'RFC 793 3.9 SYN-SENT first': text(
    ['3.9', 'SYN-SENT first'],
    'An ACK of anything but the SYN sent gets a reset; if the segment is a reset, it is dropped',
    { carries: ['3.10.7.3 first'] },
  ),
  'RFC 793 3.9 SYN-SENT second': text(
    ['3.9', 'SYN-SENT second'],
    'A reset that acknowledges the SYN sent closes the connection; any other reset is dropped',
    { carries: ['3.10.7.3 second'] },
  ),
  'RFC 793 3.9 SYN-SENT third': text(['3.9', 'SYN-SENT third'], 'Another security is answered by a reset', {
    carries: ['3.10.7.3 third'],
  }),
  'RFC 793 3.9 SYN-SENT third precedence': text(
    ['3.9', 'SYN-SENT third'],
    'With an ACK the precedence must match; without one, a higher precedence is adopted or gets a reset',
    { carries: ['RFC 793 3.9 precedence'] },
  ),
  'RFC 793 3.9 SYN-SENT fourth': text(
    ['3.9', 'SYN-SENT fourth'],
    'A SYN,ACK establishes the connection and is acknowledged; a SYN without ACK is answered by a SYN,ACK',
    { carries: ['3.10.7.3 fourth'] },
  ),
  'RFC 793 3.9 SYN-SENT fifth': text(
    ['3.9', 'SYN-SENT fifth'],
    'A segment with neither SYN nor RST is dropped',
    { carries: ['3.10.7.3 fifth'] },
  ),
  'RFC 793 3.9 first': text(
    ['3.9', 'first'],
    'An unacceptable segment gets an empty ACK and is dropped; an unacceptable reset is only dropped',
    { carries: ['3.10.7.4 first'] },
  ),
  'RFC 793 3.9 first held': text(
    ['3.9', 'first'],
    'A segment that begins beyond RCV.NXT may be held for later processing',
    { carries: ['SHLD-31'] },
  ),
  'RFC 793 3.9 second': text(
    ['3.9', 'second'],
    'A reset ends the connection; SYN-RECEIVED after a passive open returns to LISTEN',
    { carries: ['3.10.7.4 second'] },
  ),
  'RFC 793 3.9 third': text(['3.9', 'third'], 'Another security is answered by a reset', {
    carries: ['3.10.7.4 third'],
  }),
  'RFC 793 3.9 third precedence': text(['3.9', 'third'], 'Another precedence is answered by a reset', {
    carries: ['RFC 793 3.9 precedence'],
  }),
  'RFC 793 3.9 fourth': text(['3.9', 'fourth'], 'A SYN in the window is an error, and gets a reset', {
    carries: ['3.10.7.4 fourth'],
  }),
  'RFC 793 3.9 fifth': text(
    ['3.9', 'fifth'],
    'A segment without ACK is dropped; an ACK of octets never sent gets an empty ACK; a valid ACK advances SND.UNA and the state',
    { carries: ['3.10.7.4 fifth'] },
  ),
  'RFC 793 3.9 sixth': text(['3.9', 'sixth'], 'The urgent pointer advances RCV.UP, and the user is told', {
    carries: ['3.10.7.4 sixth'],
  }),
  'RFC 793 3.9 seventh': text(
    ['3.9', 'seventh'],
    "Text is accepted and acknowledged; after the peer's FIN it is ignored",
    { carries: ['3.10.7.4 seventh'] },
  ),
  'RFC 793 3.9 eighth': text(['3.9', 'eighth'], 'A FIN is acknowledged and advances the state', {
    carries: ['3.10.7.4 eighth'],
  }),
  'RFC 793 3.9 precedence': text('3.9', 'SEGMENT ARRIVES compares precedence where it compares security'),
  'RFC 793 erratum 3301': text(
    'erratum 3301',
    'In SYN-RECEIVED an ACK of SND.UNA is not acceptable: only a higher ACK establishes the connection',
    { carries: ['3.10.7.4 fifth'] },
  ),
  'RFC 793 figure 7': text('figure 7', 'A SYN, a SYN,ACK and an ACK open a connection', {
    carries: ['3.5 three-way handshake'],
  }),
  'RFC 793 figure 8': text('figure 8', 'Two SYNs that cross open one connection', { carries: ['MUST-10'] }),
  'RFC 793 figure 9': text('figure 9', 'The answer to an old SYN gets a reset, which ends the attempt', {
    carries: ['3.5 old duplicate SYN'],
  }),
  'RFC 793 figure 10': text(
    'figure 10',
    'A crashed side opens again, and resets the half-open connection of the other side',
    {
      carries: ['3.5.1 half-open'],
    },
  ),
  'RFC 793 figure 11': text(
    'figure 11',
    'A crashed side answers text of the half-open connection by a reset',
    {
      carries: ['3.5.1 half-open'],
    },
  ),
  'RFC 793 figure 12': text(
    'figure 12',
    'An old SYN between two listeners ends in a reset, and both listen again',
    {
      carries: ['3.5 old duplicate SYN'],
    },
  ),
  'RFC 793 figure 13': text('figure 13', 'Each side closes by a FIN that the other acknowledges', {
    carries: ['3.6 close'],
  }),
  'RFC 793 figure 14': text('figure 14', 'Two FINs that cross lead through CLOSING to TIME-WAIT', {
    carries: ['3.6 close'],
  }),
};

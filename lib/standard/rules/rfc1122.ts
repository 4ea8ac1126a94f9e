import { rulesOf } from './rule.ts';

const { must, should, may, text } = rulesOf('RFC 1122');

/** RFC 1122 section 4.2. */
export const RFC_1122 = {
  'RFC 1122 4.2.2.4': must('4.2.2.4', 'Urgent text of any length is supported', {
    carries: ['MUST-30', 'MUST-31'],
  }),
  'RFC 1122 4.2.2.5 any segment': must('4.2.2.5', 'An option can be received in any segment', {
    carries: ['MUST-5'],
  }),
  'RFC 1122 4.2.2.5 unknown option': must('4.2.2.5', 'An option that is not implemented is ignored', {
    carries: ['MUST-6'],
  }),
  'RFC 1122 4.2.2.5 illegal length': must(
    '4.2.2.5',
    'An illegal option length does no harm; a reset of the connection is suggested',
    { carries: ['MUST-7'] },
  ),
  'RFC 1122 4.2.2.7': must('4.2.2.7', 'The receiver checks the checksum', { carries: ['MUST-3'] }),
  'RFC 1122 4.2.2.10': must('4.2.2.10', 'Simultaneous open is supported, as corrected in figure 8', {
    carries: ['MUST-10'],
  }),
  'RFC 1122 4.2.2.11': must('4.2.2.11', 'SYN-RECEIVED remembers whether the open was passive or active'),
  'RFC 1122 4.2.2.12': should('4.2.2.12', 'A received reset may carry text'),
  'RFC 1122 4.2.2.13 half-duplex': should(
    '4.2.2.13',
    'Text that arrives after the user has closed should get a reset',
  ),
  'RFC 1122 4.2.2.13 TIME-WAIT': may('4.2.2.13', 'A newer SYN may reopen a connection in TIME-WAIT'),
  'RFC 1122 4.2.2.20 queueing': should('4.2.2.20', 'Segments out of order are queued', {
    carries: ['SHLD-31'],
  }),
  'RFC 1122 4.2.2.20 aggregation': must(
    '4.2.2.20',
    'One ACK answers several segments where that is possible',
    {
      carries: [],
    },
  ),
  'RFC 1122 4.2.2.20 b': text(
    ['4.2.2.20', '(b)'],
    'LISTEN answers a SYN of another security or precedence by a reset with SEQ=0 and an ACK',
  ),
  'RFC 1122 4.2.2.20 d': text(
    ['4.2.2.20', '(d)'],
    'Security and precedence are compared in every synchronized state',
  ),
  'RFC 1122 4.2.2.20 e': text(
    ['4.2.2.20', '(e)'],
    'After a passive open, a SYN in the window leads back to LISTEN',
  ),
  'RFC 1122 4.2.2.20 g': text(
    ['4.2.2.20', '(g)'],
    'An ACK equal to SND.UNA is a duplicate, but it updates the window',
  ),
  'RFC 1122 4.2.2.21': may(
    '4.2.2.21',
    'A segment in the window, but not at its left edge, may be acknowledged',
  ),
  'RFC 1122 4.2.3.1': must('4.2.3.1', 'Each interval after which the same is sent again is longer', {
    carries: ['MUST-18', 'MUST-19'],
  }),
  'RFC 1122 4.2.3.2': must('4.2.3.2', 'An ACK is delayed by less than half a second', {
    carries: ['MUST-40'],
  }),
  'RFC 1122 4.2.3.5': must('4.2.3.5', 'A SYN is sent again for at least three minutes', {
    carries: ['MUST-23'],
  }),
  'RFC 1122 4.2.3.6': must(
    '4.2.3.6',
    'Keep-alives are off by default, and come after two hours at the earliest',
    {
      carries: ['MUST-25', 'MUST-28'],
    },
  ),
  'RFC 1122 4.2.3.8': must('4.2.3.8', 'IP options that a TCP does not understand are ignored', {
    carries: ['MUST-50'],
  }),
  'RFC 1122 4.2.3.9 soft': must(
    ['4.2.3.9', 'codes 0, 1, 5'],
    'Unreachable codes 0, 1 and 5, time exceeded and parameter problem do not abort a connection',
    { carries: ['MUST-56'] },
  ),
  'RFC 1122 4.2.3.9 hard': should(
    ['4.2.3.9', 'codes 2-4'],
    'Unreachable codes 2 to 4 abort the connection that they are about',
    { carries: ['SHLD-26'] },
  ),
  'RFC 1122 3.2.1.3': must('3.2.1.3', 'A packet from an address that no host has is discarded silently', {
    carries: ['MUST-63'],
  }),
  'RFC 1122 4.2.3.10 OPEN': must(
    ['4.2.3.10', 'OPEN'],
    'OPEN to a broadcast or multicast address is refused',
    {
      carries: ['MUST-46'],
    },
  ),
  'RFC 1122 4.2.3.10': must('4.2.3.10', 'A SYN to a broadcast or multicast address is discarded'),
};

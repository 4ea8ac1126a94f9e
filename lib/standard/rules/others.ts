import { rulesOf } from './rule.ts';

const rfc1337 = rulesOf('RFC 1337');
const rfc2018 = rulesOf('RFC 2018');
const rfc2873 = rulesOf('RFC 2873');
const rfc5927 = rulesOf('RFC 5927');
const rfc5961 = rulesOf('RFC 5961');
const rfc6298 = rulesOf('RFC 6298');
const rfc6191 = rulesOf('RFC 6191');
const rfc7323 = rulesOf('RFC 7323');

/** The documents that change or extend SEGMENT ARRIVES between RFC 1122 and RFC 9293. */
export const OTHERS = {
  'RFC 1337': rfc1337.text(['3', 'F1'], 'A reset may be ignored in TIME-WAIT'),
  'RFC 2873 4': rfc2873.text('4', 'The precedence of received segments is ignored'),
  'RFC 5927 4.1': rfc5927.text(
    '4.1',
    'An ICMP error may be ignored unless its segment is in flight, by SND.UNA =< SEG.SEQ < SND.NXT',
    { carries: [] },
  ),
  'RFC 5961 3.2': rfc5961.must(
    '3.2',
    'A reset must be at RCV.NXT; elsewhere in the window it gets a challenge ACK',
  ),
  'RFC 5961 4.2': rfc5961.must(
    '4.2',
    'A SYN on a synchronized connection gets a challenge ACK, whatever its SEQ is',
  ),
  'RFC 5961 5.2': rfc5961.may('5.2', 'An ACK older than SND.UNA-MAX.SND.WND is answered and dropped'),
  'RFC 5961 7': rfc5961.should('7', 'The rate of challenge ACKs is limited'),
  'RFC 6191 2': rfc6191.text('2', 'Timestamps decide whether a SYN may end TIME-WAIT'),
  'RFC 6298 5 (5.5)': rfc6298.must(
    ['5', '(5.5)'],
    'RTO is doubled whenever its timer expires; it stays so until a round trip is measured anew',
    { carries: ['MUST-18'] },
  ),
  'RFC 6298 5 (5.7)': rfc6298.must(
    ['5', '(5.7)'],
    'After a SYN that was sent again, text is sent again after three seconds at the earliest',
    { carries: ['MUST-18'] },
  ),
  'RFC 7323 2.2': rfc7323.must(
    '2.2',
    'A window scale is sent only in a SYN, or in the answer to a SYN that has it, and is ignored elsewhere',
  ),
  'RFC 7323 3.2 not negotiated': rfc7323.text(
    '3.2',
    'Timestamps that were not negotiated are neither sent nor used',
  ),
  'RFC 2018 2': rfc2018.must('2', 'SACK-permitted is sent only in SYNs'),
  'RFC 2018 4': rfc2018.must('4', 'SACK blocks are sent only to a peer that has permitted them'),
  'RFC 7323 3.2': rfc7323.should(
    '3.2',
    'A segment without the negotiated timestamps should be dropped; it is never answered by a reset',
  ),
  'RFC 7323 5.3 R1': rfc7323.text(
    ['5.3', 'R1'],
    'A segment older than TS.Recent, unless it is a reset, is answered with an ACK and dropped',
  ),
  'RFC 7323 5.3 R2': rfc7323.text(['5.3', 'R2'], 'The window check follows, as usual'),
  'RFC 7323 5.3 R3': rfc7323.text(
    ['5.3', 'R3'],
    'TS.Recent follows the segment that spans the last acknowledgment',
  ),
  'RFC 7323 5.3 R4': rfc7323.text(['5.3', 'R4'], 'A segment in sequence is accepted'),
  'RFC 7323 5.3 R5': rfc7323.text(['5.3', 'R5'], 'A segment in the window but out of sequence is queued'),
};

import type { Requirement } from './types.ts';

const wire = (id: string, section: string, text: string): Requirement => ({
  id,
  section,
  text,
  observable: 'W',
});

/**
 * The rules that appendix B of RFC 9293 does not number, among them nearly all of reset generation, reset processing and
 * SEGMENT ARRIVES. An id without a document is a section of RFC 9293.
 */
export const ANCHORS: readonly Requirement[] = [
  wire(
    '3.1 data offset',
    '3.1',
    'The data offset says where the text begins, behind a header of at least 20 octets',
  ),
  wire('3.1 reserved bits', '3.1', 'Reserved bits are ignored in received segments'),
  wire('3.4 acceptability', '3.4', 'A segment is acceptable when either of its ends lies in the window'),
  wire('3.5 three-way handshake', '3.5', 'SYN, SYN,ACK and ACK synchronize both directions'),
  wire('3.5 old duplicate SYN', '3.5', 'An old SYN is undone by the reset that the peer answers with'),
  wire('3.5.1 half-open', '3.5.1', 'A half-open connection is found out by the answer to its next segment'),
  wire('3.5.2 group 1', '3.5.2', 'No connection: any segment but a reset is answered with a reset'),
  wire(
    '3.5.2 group 2',
    '3.5.2',
    'Not synchronized: an acknowledgment of what was never sent is reset, state kept',
  ),
  wire('3.5.2 group 3', '3.5.2', 'Synchronized: an unacceptable segment earns an empty ACK, state kept'),
  wire(
    '3.5.3 RST validity',
    '3.5.3',
    'A reset counts when its SEQ is in the window; in SYN-SENT, when it ACKs our SYN',
  ),
  wire(
    '3.5.3 RST processing',
    '3.5.3',
    'A valid reset: LISTEN ignores it, a passive opener listens again, others close',
  ),
  wire('3.6 close', '3.6', 'Each direction is closed by a FIN of its own, acknowledged by the other side'),
  wire(
    '3.10.7.1',
    '3.10.7.1',
    'CLOSED: drop a reset, answer anything else with a reset formed by its ACK bit',
  ),
  wire('3.10.7.2 first', '3.10.7.2', 'LISTEN: a reset is ignored'),
  wire('3.10.7.2 second', '3.10.7.2', 'LISTEN: an acknowledgment is answered with a reset at SEG.ACK'),
  wire('3.10.7.2 third', '3.10.7.2', 'LISTEN: a SYN is checked for security and answered with SYN,ACK'),
  wire('3.10.7.2 fourth', '3.10.7.2', 'LISTEN: anything else is dropped'),
  wire(
    '3.10.7.3 first',
    '3.10.7.3',
    'SYN-SENT: an ACK outside ISS+1...SND.NXT is reset, or dropped with RST',
  ),
  wire(
    '3.10.7.3 second',
    '3.10.7.3',
    'SYN-SENT: a reset that acknowledges our SYN closes; without ACK it is dropped',
  ),
  wire('3.10.7.3 third', '3.10.7.3', 'SYN-SENT: a security mismatch is answered with a reset, state kept'),
  wire('3.10.7.3 fourth', '3.10.7.3', 'SYN-SENT: SYN,ACK establishes; a bare SYN opens simultaneously'),
  wire('3.10.7.3 fifth', '3.10.7.3', 'SYN-SENT: a segment with neither SYN nor RST is dropped'),
  wire(
    '3.10.7.4 first',
    '3.10.7.4',
    'Sequence number: an unacceptable segment earns an empty ACK and is dropped',
  ),
  wire('3.10.7.4 second', '3.10.7.4', 'RST bit: the connection is given up, or listens again'),
  wire('3.10.7.4 third', '3.10.7.4', 'Security: a mismatch is answered with a reset'),
  wire('3.10.7.4 fourth', '3.10.7.4', 'SYN bit: a challenge ACK, or by RFC 793 a reset'),
  wire('3.10.7.4 fifth', '3.10.7.4', 'ACK field: without it drop; else advance SND.UNA and the state'),
  wire('3.10.7.4 sixth', '3.10.7.4', 'URG bit: the urgent pointer moves forward only'),
  wire('3.10.7.4 seventh', '3.10.7.4', 'Text: what is in order is taken and acknowledged'),
  wire('3.10.7.4 eighth', '3.10.7.4', 'FIN bit: it is acknowledged and moves the state'),
  wire('A.1.1', 'A.1.1', 'Precedence is not compared'),
  wire('A.1.2', 'A.1.2', 'A TCP without multilevel security may ignore security options'),
  wire('A.2', 'A.2', 'The sequence check can keep a needed ACK field from being processed'),
  wire('RFC 793 3.4 security', 'RFC 793 3.4', 'A segment of another security level or compartment is reset'),
  wire(
    'RFC 793 3.4 precedence',
    'RFC 793 3.4',
    'A segment of another precedence is reset, unless it can be raised',
  ),
  wire(
    'RFC 793 3.9 precedence',
    'RFC 793 3.9',
    'SEGMENT ARRIVES compares precedence where it compares security',
  ),
  wire(
    'RFC 1122 4.2.2.11',
    'RFC 1122 4.2.2.11',
    'SYN-RECEIVED remembers whether the open was passive or active',
  ),
  wire('RFC 1122 4.2.2.12', 'RFC 1122 4.2.2.12', 'A received reset may carry text'),
  wire(
    'RFC 1122 4.2.2.13 half-duplex',
    'RFC 1122 4.2.2.13',
    'Text that nobody is left to read should be reset',
  ),
  wire(
    'RFC 1122 4.2.2.13 TIME-WAIT',
    'RFC 1122 4.2.2.13',
    'A newer SYN may reopen a connection in TIME-WAIT',
  ),
  wire('RFC 1122 4.2.2.20 b', 'RFC 1122 4.2.2.20', 'LISTEN resets a mismatched SYN with SEQ=0 and an ACK'),
  wire('RFC 1122 4.2.2.20 d', 'RFC 1122 4.2.2.20', 'Security is compared in every synchronized state'),
  wire(
    'RFC 1122 4.2.2.20 e',
    'RFC 1122 4.2.2.20',
    'A SYN in the window sends a passive opener back to LISTEN',
  ),
  wire(
    'RFC 1122 4.2.2.20 g',
    'RFC 1122 4.2.2.20',
    'An ACK equal to SND.UNA is a duplicate, yet updates the window',
  ),
  wire(
    'RFC 1122 4.2.2.21',
    'RFC 1122 4.2.2.21',
    'A segment beyond the left edge of the window may be acknowledged',
  ),
  wire(
    'RFC 1122 4.2.3.10',
    'RFC 1122 4.2.3.10',
    'What was sent to a broadcast or multicast address is discarded',
  ),
  wire('RFC 1337', 'RFC 1337 3', 'A reset may be ignored in TIME-WAIT'),
  wire('RFC 2873 4', 'RFC 2873 4', 'The precedence of received segments is ignored'),
  wire(
    'RFC 5961 3.2',
    'RFC 5961 3.2',
    'A reset must be at RCV.NXT; elsewhere in the window it is challenged',
  ),
  wire('RFC 5961 4.2', 'RFC 5961 4.2', 'A SYN on a synchronized connection is challenged, whatever its SEQ'),
  wire('RFC 5961 5.2', 'RFC 5961 5.2', 'An ACK older than SND.UNA-MAX.SND.WND is answered and dropped'),
  wire('RFC 5961 7', 'RFC 5961 7', 'Challenge ACKs are throttled'),
  wire('RFC 6191 2', 'RFC 6191 2', 'Timestamps decide whether a SYN may end TIME-WAIT'),
  wire(
    'RFC 7323 2.2',
    'RFC 7323 2.2',
    'A window scale is sent in a SYN, or in answer to one that has it, and ignored in other segments',
  ),
  wire(
    'RFC 7323 3.2 not negotiated',
    'RFC 7323 3.2',
    'Timestamps that were not negotiated are neither sent nor heeded',
  ),
  wire('RFC 2018 2', 'RFC 2018 2', 'SACK-permitted is sent in SYNs alone'),
  wire('RFC 2018 4', 'RFC 2018 4', 'SACK blocks are sent only to who has permitted them'),
  wire(
    'RFC 7323 3.2',
    'RFC 7323 3.2',
    'A segment that lacks negotiated timestamps should be dropped, never reset',
  ),
  wire(
    'RFC 7323 5.3 R1',
    'RFC 7323 5.3',
    'A segment older than TS.Recent is answered with an ACK and dropped',
  ),
  wire('RFC 7323 5.3 R2', 'RFC 7323 5.3', 'Then comes the window check, as ever'),
  wire('RFC 7323 5.3 R3', 'RFC 7323 5.3', 'TS.Recent follows the segment that spans the last acknowledgment'),
  wire('RFC 7323 5.3 R4', 'RFC 7323 5.3', 'A segment in sequence is accepted'),
  wire('RFC 7323 5.3 R5', 'RFC 7323 5.3', 'A segment in the window but out of sequence is held'),
];

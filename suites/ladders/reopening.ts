/** RFC 1122 section 4.2.2.13: a TCP may reopen a connection from TIME-WAIT, but must be able to go back there. */
import { ladders } from '../../lib/catalogue/ladders.ts';
import type { LadderStep } from '../../lib/catalogue/ladder.ts';

/**
 * @param syn beyond all numbers of the old connection, so that any TCP that reopens connections reopens this one
 * @param rst the peer's reset for the answer to a SYN that it did not send, as in figure 9
 */
const turnsOutToBeOld = (syn: string, rst: string): readonly LadderStep[] => [
  { send: syn },
  {
    expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>',
    // A TCP that does not reopen cannot go back. The cases of TIME-WAIT test its answers.
    otherwise: [
      'silence',
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
      '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
      '<SEQ=SND.NXT><CTL=RST>',
      '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>',
    ],
    then: 'SYN-RECEIVED',
  },
  { send: rst },
  { expect: 'silence', then: 'TIME-WAIT' },
];

export default ladders('ladders', [
  {
    id: 'ladder.reopening.old-duplicate',
    title: 'a SYN that reopens the connection turns out to be an old duplicate: back to TIME-WAIT',
    start: 'TIME-WAIT',
    since: 'rfc1122',
    steps: turnsOutToBeOld('<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460>', '<SEQ=RCV.NXT><CTL=RST>'),
    then: 'TIME-WAIT',
    rules: ['RFC 1122 4.2.2.13 TIME-WAIT', 'MAY-2'],
  },

  // With timestamps RFC 6191 asks for reopening, so more TCPs do it.
  {
    id: 'ladder.reopening.old-duplicate-with-timestamps',
    title:
      'a SYN that reopens the connection by a newer timestamp turns out to be an old duplicate: back to TIME-WAIT',
    start: 'TIME-WAIT',
    condition: 'timestamps',
    since: 'rfc1122',
    steps: turnsOutToBeOld(
      '<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460><TSVAL=TS.RECENT+1>',
      // Its timestamp is as new as the SYN's, so that only the reset is tested.
      '<SEQ=RCV.NXT><CTL=RST><TSVAL=TS.RECENT+1>',
    ),
    then: 'TIME-WAIT',
    rules: ['RFC 1122 4.2.2.13 TIME-WAIT', 'RFC 6191 2', 'MAY-2', 'SHLD-4'],
  },
]);

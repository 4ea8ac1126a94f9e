/** RFC 1122 section 4.2.2.13: a TCP may reopen a connection from TIME-WAIT, but must be able to go back there. */
import { ladders } from '../../lib/catalogue/ladders.ts';
import type { LadderStep } from '../../lib/catalogue/ladder.ts';

/**
 * @param syn beyond all numbers of the old connection, so that whoever reopens at all does it
 * @param rst by which the peer says that it never sent the SYN, as in figure 9
 */
const turnsOutToBeOld = (syn: string, rst: string): readonly LadderStep[] => [
  { send: syn },
  {
    expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>',
    // Whoever does not reopen has nothing to go back from; what he must answer is asked by the cases of TIME-WAIT.
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

  // With timestamps RFC 6191 asks for the reopening, so that more TCPs have something to go back from.
  {
    id: 'ladder.reopening.old-duplicate-with-timestamps',
    title:
      'a SYN that reopens the connection by a newer timestamp turns out to be an old duplicate: back to TIME-WAIT',
    start: 'TIME-WAIT',
    condition: 'timestamps',
    since: 'rfc1122',
    steps: turnsOutToBeOld(
      '<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460><TSVAL=TS.RECENT+1>',
      // As new as the SYN, so that nothing but its being a reset is asked.
      '<SEQ=RCV.NXT><CTL=RST><TSVAL=TS.RECENT+1>',
    ),
    then: 'TIME-WAIT',
    rules: ['RFC 1122 4.2.2.13 TIME-WAIT', 'RFC 6191 2', 'MAY-2', 'SHLD-4'],
  },
]);

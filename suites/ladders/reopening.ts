/** RFC 1122 section 4.2.2.13: a TCP may reopen a connection from TIME-WAIT, but must be able to go back there. */

import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';

// A TCP that does not reopen cannot go back. The cases of TIME-WAIT test its answers.
const NOT_REOPENED = [
  'silence',
  '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>',
  '<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>',
  '<SEQ=SND.NXT><CTL=RST>',
  '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>',
].map((reply) => ({ reply, ends: true, leftOpen: 'reopening by choice' }) as const);

const REOPENED = { reply: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' } as const;

/**
 * @param syn beyond all numbers of the old connection, so that any TCP that reopens connections reopens this one
 * @param rst the peer's reset for the answer to a SYN that it did not send, as in figure 9
 */
const turnsOutToBeOld = (syn: string, rst: string): readonly StepDeclaration[] => [
  { send: syn },
  {
    expect: {
      rfc793: [{ ...REOPENED, ends: true, leftOpen: 'reopening by choice' }, ...NOT_REOPENED],
      rfc1122: [{ ...REOPENED, level: 'permitted' }, ...NOT_REOPENED],
      rfc9293: [{ ...REOPENED, level: 'recommended' }, ...NOT_REOPENED],
    },
  },
  { send: rst },
  { expect: 'silence', then: 'TIME-WAIT' },
];

export default scenarios('ladders', [
  {
    id: 'ladder.reopening.old-duplicate',
    title: 'a SYN that reopens the connection turns out to be an old duplicate: back to TIME-WAIT',
    state: 'TIME-WAIT',
    steps: turnsOutToBeOld('<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460>', '<SEQ=RCV.NXT><CTL=RST>'),
    rules: ['RFC 1122 4.2.2.13 TIME-WAIT', 'MAY-2'],
  },

  // With timestamps RFC 6191 asks for reopening, so more TCPs do it.
  {
    id: 'ladder.reopening.old-duplicate-with-timestamps',
    title:
      'a SYN that reopens the connection by a newer timestamp turns out to be an old duplicate: back to TIME-WAIT',
    state: 'TIME-WAIT',
    condition: 'timestamps',
    steps: turnsOutToBeOld(
      '<SEQ=RCV.NXT+RCV.WND+1000><CTL=SYN><MSS=1460><TSVAL=TS.RECENT+1>',
      // Its timestamp is as new as the SYN's, so that only the reset is tested.
      '<SEQ=RCV.NXT><CTL=RST><TSVAL=TS.RECENT+1>',
    ),
    rules: ['RFC 1122 4.2.2.13 TIME-WAIT', 'RFC 6191 2', 'MAY-2', 'SHLD-4'],
  },
]);

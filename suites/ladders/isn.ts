/**
 * RFC 9293 section 3.4.1: a clock takes part in the choice of initial sequence numbers. So no two connections between the same ports
 * begin at the same one, however soon they follow each other.
 */
import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';

const SYNS = [1000, 2000, 3000, 4000];

const opensAndResets = (seq: number): readonly StepDeclaration[] => [
  { send: `<SEQ=${seq}><CTL=SYN><MSS=1460>` },
  { expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED', newIss: true },
  { send: '<SEQ=RCV.NXT><CTL=RST>' },
  { expect: 'silence', then: 'LISTEN' },
];

const OPENS_AND_IS_REFUSED: readonly StepDeclaration[] = [
  { user: 'OPEN ACTIVE' },
  { expect: '<CTL=SYN>', then: 'SYN-SENT', newIss: true },
  { send: '<SEQ=0><ACK=SND.NXT><CTL=RST,ACK>' },
  { expect: 'silence', then: 'CLOSED' },
];

export default scenarios('ladders', [
  {
    id: 'ladder.isn.passive',
    title: 'the peer opens and resets four connections: each SYN,ACK has another ISS',
    state: 'LISTEN',
    steps: SYNS.flatMap(opensAndResets),
    rules: ['MUST-8', 'RFC 793 3.3 initial sequence number'],
  },
  {
    id: 'ladder.isn.active',
    title: 'the peer refuses three connections that the user opens: each SYN has another ISS',
    state: 'CLOSED',
    steps: [...OPENS_AND_IS_REFUSED, ...OPENS_AND_IS_REFUSED, ...OPENS_AND_IS_REFUSED],
    rules: ['MUST-8', 'RFC 793 3.3 initial sequence number'],
  },
]);

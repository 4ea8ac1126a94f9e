/**
 * RFC 9293 section 3.9.1.1: the local address of a connection is chosen before its first SYN, and all its segments have it. The tester
 * takes no segment that comes from elsewhere.
 */
import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import { ackOf, SENDS_TEN } from './families/parts.ts';

const BOTH_WAYS: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  { expect: ackOf(10), then: 'ESTABLISHED' },
  ...SENDS_TEN,
];

export default scenarios('ladders', [
  {
    id: 'ladder.address.active',
    title:
      'the user opens and names no local address: the SYN and all that follows come from that of the target',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN ACTIVE' },
      { expect: '<CTL=SYN>', then: 'SYN-SENT' },
      { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>' },
      { expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' },
      ...BOTH_WAYS,
    ],
    rules: ['MUST-44', 'MUST-45'],
  },
  {
    id: 'ladder.address.passive',
    title: 'the peer opens: all segments come from the address that its SYN went to',
    state: 'LISTEN',
    steps: [
      { send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
      { expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
      ...BOTH_WAYS,
    ],
    rules: ['MUST-45'],
  },
]);

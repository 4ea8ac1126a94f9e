/**
 * RFC 9293 section 3.4.1: a clock takes part in the choice of initial sequence numbers. So no two connections between the same ports
 * begin at the same one, however soon they follow each other.
 */
import type { ByProfile, StepDeclaration, StepExpectation } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';

const as = (reply: string): ByProfile<StepExpectation> => reply;

const SYNS = [1000, 2000, 3000, 4000];

/** ISN = M + F(localip, localport, remoteip, remoteport, secretkey) is a SHOULD; before RFC 9293, M alone is what is asked for. */
const lies =
  (where: 'later' | 'apart') =>
  (reply: string): ByProfile<StepExpectation> => ({
    rfc793: reply,
    rfc9293: [
      { reply, with: { iss: where }, level: 'recommended' },
      { reply, level: 'permitted' },
    ],
  });

const opensAndResets = (seq: number, expecting = as): readonly StepDeclaration[] => [
  { send: `<SEQ=${seq}><CTL=SYN><MSS=1460>` },
  { expect: expecting('<ACK=SEG.SEQ+1><CTL=SYN,ACK>'), then: 'SYN-RECEIVED', newIss: true },
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
    steps: SYNS.flatMap((seq) => opensAndResets(seq)),
    rules: ['MUST-8', 'RFC 793 3.3 initial sequence number'],
  },
  {
    id: 'ladder.isn.clock',
    title: 'the peer opens and resets four connections from one port: each ISS is later than the one before',
    state: 'LISTEN',
    steps: SYNS.flatMap((seq, index) => opensAndResets(seq, index > 0 ? lies('later') : undefined)),
    rules: ['SHLD-1'],
  },
  {
    id: 'ladder.isn.secret',
    title:
      'the user opens four connections from four ports: their ISSs do not lie together, as those of a clock alone do',
    state: 'CLOSED',
    steps: [
      ...[1, 2, 3].flatMap(() => OPENS_AND_IS_REFUSED),
      { user: 'OPEN ACTIVE' },
      { expect: lies('apart')('<CTL=SYN>'), then: 'SYN-SENT' },
    ],
    rules: ['SHLD-1'],
  },
  {
    id: 'ladder.isn.active',
    title: 'the peer refuses three connections that the user opens: each SYN has another ISS',
    state: 'CLOSED',
    steps: [...OPENS_AND_IS_REFUSED, ...OPENS_AND_IS_REFUSED, ...OPENS_AND_IS_REFUSED],
    rules: ['MUST-8', 'RFC 793 3.3 initial sequence number'],
  },
]);

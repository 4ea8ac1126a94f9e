/** RFC 9293 section 3.7.1: the MSS option of the target's own SYNs, and that it takes segments as large as it says. */
import type {
  ByProfile,
  StateName,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';

type Declaration = StepsDeclaration & { state: StateName };

const SYN = '<SEQ=ISS><CTL=SYN>';
const SYN_ACK = '<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>';
const SYN_ACK_OF_OURS = '<ACK=SEG.SEQ+1><CTL=SYN,ACK>';

/** A TCP that takes no more than everybody does need not say so. RFC 793 does not say who sends the option, nor how large it may be. */
const says = (...replies: readonly string[]): ByProfile<StepExpectation> => ({
  rfc793: replies,
  rfc1122: replies.flatMap((reply): StepOutcome[] => [
    { reply, with: { mss: 'sent' }, level: 'recommended' },
    { reply, with: { mss: 'not sent' }, level: 'permitted' },
  ]),
});

const inSyn = (
  name: string,
  title: string,
  state: StateName,
  steps: readonly StepDeclaration[],
): Declaration => ({
  id: `ladder.mss.${name}`,
  title: `${title} has the MSS option, and its value is one that IP can deliver`,
  state,
  steps,
  rules: ['MUST-14', 'MUST-67', 'SHLD-5', 'MAY-3'],
});

export default scenarios('ladders', [
  inSyn('syn', 'a SYN', 'CLOSED', [
    { user: 'OPEN ACTIVE' },
    { expect: says('<CTL=SYN>'), then: 'SYN-SENT' },
    { state: 'SYN-SENT' },
  ]),
  inSyn('syn-again', 'a SYN that is sent again', 'SYN-SENT', [{ expect: says(SYN), next: true }]),
  inSyn('syn-ack', 'a SYN,ACK', 'LISTEN', [
    { send: '<SEQ=1000><CTL=SYN><MSS=1460>' },
    { expect: says(SYN_ACK_OF_OURS), then: 'SYN-RECEIVED' },
    { state: 'SYN-RECEIVED' },
  ]),
  inSyn('syn-ack-without-option', 'the SYN,ACK to a SYN that has none', 'LISTEN', [
    { send: '<SEQ=1000><CTL=SYN>' },
    { expect: says(SYN_ACK_OF_OURS), then: 'SYN-RECEIVED' },
    { state: 'SYN-RECEIVED' },
  ]),
  inSyn('syn-ack-again', 'a SYN,ACK that is sent again', 'SYN-RECEIVED (passive)', [
    { expect: says(SYN_ACK), next: true },
  ]),
  // Whether such a SYN is answered at all has cases of its own.
  inSyn('syn-ack-of-crossed-syns', 'the SYN,ACK where two SYNs have crossed', 'SYN-RECEIVED (active)', [
    // The SYN is what was sent first, and may be sent again as it was.
    { expect: says(SYN_ACK, SYN), next: true },
  ]),
  {
    id: 'ladder.mss.taken',
    title: 'text as large as the MSS option of the target allows is taken whole',
    state: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=RCV.MSS>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+SEG.LEN><CTL=ACK>', then: 'ESTABLISHED' },
      { state: 'ESTABLISHED' },
    ],
    rules: ['MUST-14', 'MUST-67', '3.10.7.4 seventh'],
  },
]);

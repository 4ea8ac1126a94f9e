/** RFC 3168 section 6.1.1: a SYN with ECE and CWR asks for ECN, and a SYN,ACK with ECE alone agrees to it. */
import type { StateName, StepOutcome, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';

const answers = (reply: string): { readonly rfc793: string; readonly rfc9293: readonly StepOutcome[] } => ({
  // Before RFC 3168 these bits were reserved.
  rfc793: reply,
  rfc9293: [
    { reply, with: { ecn: 'agreed' }, level: 'recommended' },
    { reply, with: { ecn: 'not agreed' }, level: 'permitted' },
  ],
});

const asks = (
  name: string,
  title: string,
  state: StateName,
  send: string,
  expect: StepsDeclaration['steps'][number],
): StepsDeclaration & { state: StateName } => ({
  ...{ id: `ladder.ecn.${name}`, title, state, steps: [{ send }, expect, { state: 'SYN-RECEIVED' }] },
  rules: ['SHLD-8'],
});

export default scenarios('ladders', [
  asks(
    'asked-for',
    'a SYN asks for ECN: the SYN,ACK has ECE alone, or does without',
    'LISTEN',
    '<SEQ=1000><CTL=SYN,ECE,CWR><MSS=1460>',
    { expect: answers('<ACK=SEG.SEQ+1><CTL=SYN,ACK>'), then: 'SYN-RECEIVED' },
  ),
  asks(
    'not-asked-for',
    'a SYN does not ask for ECN: nor does the SYN,ACK agree to it',
    'LISTEN',
    '<SEQ=1000><CTL=SYN><MSS=1460>',
    {
      expect: {
        rfc793: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>',
        rfc9293: { reply: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', with: { ecn: 'not agreed' } },
      },
      then: 'SYN-RECEIVED',
    },
  ),
]);

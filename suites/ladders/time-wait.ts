/**
 * RFC 9293 section 3.10.7.4: the ways into TIME-WAIT. Acknowledged FINs do not show whether the state has forgotten the peer's
 * FIN. The seventh step does: after that FIN, text is no longer accepted.
 */

import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';

const RULES: readonly RuleId[] = [
  'RFC 793 3.9 fifth',
  'RFC 793 3.9 eighth',
  '3.10.7.4 fifth',
  '3.10.7.4 seventh',
  '3.10.7.4 eighth',
];

const closes: readonly StepDeclaration[] = [
  { user: 'CLOSE' },
  { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>', then: 'FIN-WAIT-1' },
];

const ignoresText: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  // The text is ignored. An ACK may be sent or not, but its number does not advance.
  { expect: ['silence', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>'], then: 'TIME-WAIT' },
];

export default scenarios('ladders', [
  {
    id: 'ladder.time-wait.from-fin-wait-1',
    title: "a FIN that acknowledges the target's FIN leads to TIME-WAIT, where text is not accepted",
    state: 'ESTABLISHED',
    steps: [
      ...closes,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
      ...ignoresText,
    ],
    rules: RULES,
  },

  {
    id: 'ladder.time-wait.from-fin-wait-2',
    title: "a FIN after the ACK of the target's FIN leads to TIME-WAIT, where text is not accepted",
    state: 'ESTABLISHED',
    steps: [
      ...closes,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'FIN-WAIT-2' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
      ...ignoresText,
    ],
    rules: RULES,
  },

  {
    id: 'ladder.time-wait.from-closing',
    title:
      "simultaneous close, the target's FIN sent again: its ACK leads to TIME-WAIT, where text is not accepted",
    state: 'ESTABLISHED',
    steps: [
      ...closes,
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSING' },
      // A retransmission changes no state. On a slow path the timer would fire before the next line anyway.
      { expect: '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=FIN,ACK>' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
      ...ignoresText,
    ],
    rules: RULES,
  },
]);

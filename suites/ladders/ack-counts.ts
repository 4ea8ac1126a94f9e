/**
 * RFC 9293 section 3.10.7.4, fifth: the ACK field counts wherever a segment comes that far, whatever else it brings; and nowhere else.
 * What is sent again shows SND.UNA.
 */
import type { StepDeclaration, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ACK, FIN_AGAIN, SENDS_TEN, SETTLED, sendsTenAndCloses, TEN_AGAIN, text } from './families/parts.ts';

const FIFTH: readonly RuleId[] = ['RFC 793 3.9 fifth', '3.10.7.4 fifth'];

const ladder = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  rules: readonly RuleId[] = [],
): StepsDeclaration & { state: 'ESTABLISHED' } => ({
  ...{ id: `ladder.ack-counts.${name}`, title, state: 'ESTABLISHED' },
  steps: [...SENDS_TEN, ...steps],
  rules: [...FIFTH, ...rules],
});

const peerCloses: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
  { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
];

/** In CLOSE-WAIT, text follows the peer's FIN. */
const inCloseWait = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  rules: readonly RuleId[] = [],
) => ({
  ...ladder(`${name}-in-close-wait`, title, []),
  steps: [...peerCloses, ...SENDS_TEN, ...steps],
  rules: [...FIFTH, ...rules],
});

const plain: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
  { expect: 'silence' },
  SETTLED,
];

/** It does not come as far as the fifth step, or is no acknowledgment. */
const lost = (send: string, reply: string): readonly StepDeclaration[] => [
  { send },
  { expect: reply },
  TEN_AGAIN,
];

export default scenarios('ladders', [
  ladder('plain', 'an empty ACK acknowledges text: the target does not retransmit the text', plain),
  inCloseWait(
    'plain',
    'an empty ACK acknowledges text in CLOSE-WAIT: the target does not retransmit the text',
    plain,
  ),
  inCloseWait(
    'text',
    "text that the peer sends after its FIN acknowledges the target's: the target does not retransmit it",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ['silence', { reply: ACK, leftOpen: 'text behind the FIN' }] },
      SETTLED,
    ],
    ['3.10.7.4 seventh'],
  ),
  ladder(
    'fin',
    "the peer's FIN acknowledges text: the target does not retransmit the text",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      SETTLED,
    ],
    ['3.10.7.4 eighth'],
  ),
  ladder(
    'text',
    "the peer's text acknowledges the target's: the target does not retransmit it",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
      SETTLED,
    ],
    ['3.10.7.4 seventh'],
  ),
  ladder(
    'text-and-fin',
    "the peer's text and FIN acknowledge the target's text: the target does not retransmit it",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+11><CTL=ACK>', then: 'CLOSE-WAIT' },
      SETTLED,
    ],
    ['3.10.7.4 eighth'],
  ),
  ladder(
    'urgent',
    "the peer's urgent text acknowledges the target's text: the target does not retransmit it",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><URG=5><CTL=ACK,URG><DATA=10>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=ACK>', then: 'ESTABLISHED' },
      SETTLED,
    ],
    ['3.10.7.4 sixth'],
  ),
  ladder('partly', 'an ACK of half the text: the target retransmits only the other half', [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT-5><CTL=ACK>' },
    { expect: 'silence' },
    // The segment that was sent may come whole: a segment leaves the queue when all of it is acknowledged.
    { expect: [...text(5, 'SND.NXT-5'), ...text(10, 'SND.NXT-10')] },
  ]),

  ladder(
    'rst-before-window',
    'a reset outside the window acknowledges text: the target ignores it, and retransmits the text',
    lost('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=RST,ACK>', 'silence'),
    ['3.10.7.4 first', '3.5.3 RST validity'],
  ),
  ladder(
    'before-window',
    'an empty segment outside the window acknowledges text: the target drops it, and retransmits the text',
    lost('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>', ACK),
    ['3.10.7.4 first'],
  ),
  ladder(
    'beyond-window',
    "text beyond the window acknowledges the target's: the target drops it, and retransmits its own",
    lost('<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>', ACK),
    ['3.10.7.4 first'],
  ),
  ladder(
    'beyond-snd-nxt',
    'an ACK of an octet never sent acknowledges nothing: the target retransmits its text',
    lost('<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>', ACK),
  ),
  ladder(
    'without-ack-bit',
    'text without the ACK bit acknowledges nothing: the target retransmits its own text',
    lost('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=PSH><DATA=10>', 'silence'),
  ),
  {
    ...ladder(
      'wrong-checksum',
      'an ACK with a wrong checksum acknowledges nothing: the target retransmits its text',
      lost('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>', 'silence'),
      ['MUST-3'],
    ),
    condition: 'wrong-checksum',
  },
  inCloseWait(
    'before-window',
    'an empty segment outside the window acknowledges text in CLOSE-WAIT: the target retransmits the text',
    lost('<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK>', ACK),
    ['3.10.7.4 first'],
  ),

  {
    id: 'ladder.ack-counts.fin-of-both',
    title: "the peer's FIN acknowledges the target's text and FIN: the target retransmits neither",
    state: 'ESTABLISHED',
    steps: [
      ...sendsTenAndCloses('FIN-WAIT-1'),
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
      SETTLED,
    ],
    rules: [...FIFTH, '3.10.7.4 eighth'],
  },
  {
    id: 'ladder.ack-counts.text-before-fin',
    title:
      'an ACK of the text, not of the FIN after it: the state stays FIN-WAIT-1, and only the FIN comes again',
    state: 'ESTABLISHED',
    steps: [
      ...sendsTenAndCloses('FIN-WAIT-1'),
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT-1><CTL=ACK>' },
      { expect: 'silence', then: 'FIN-WAIT-1' },
      FIN_AGAIN,
    ],
    rules: [...FIFTH, '3.6 close'],
  },
]);

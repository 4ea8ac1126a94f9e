/**
 * RFC 9293 section 3.10.7.4: the ways into TIME-WAIT. Acknowledged FINs do not show whether the state has forgotten the peer's
 * FIN. The seventh step does: after that FIN, text is no longer accepted.
 */

import type { StepDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ACK } from './families/parts.ts';

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

const FIN_AGAIN = '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=FIN,ACK>';
/** The connection is gone. What form the reset has is the subject of other cases. */
const GONE = ['<CTL=RST>', '<CTL=RST,ACK>', 'silence'].map(
  (reply) => ({ reply, then: 'CLOSED', ends: true }) as const,
);

const finAgain: readonly StepDeclaration[] = [{ send: FIN_AGAIN }, { expect: [ACK, ...GONE] }];

/** In seconds, after which connections that entered TIME-WAIT together are looked at, each once; nothing else happens to them. */
const LOOKS = [30, 50, 70, 90, 180, 250];

/**
 * In seconds, when the FIN comes again on the first one. Each is longer than the time between the looks after it: where a connection is
 * still there at one look and gone at the next, 2 MSL from then on are not over.
 */
const FINS = [22, 95, 185];

const looks = (on: string): readonly StepDeclaration[] => [
  { on, send: '<SEQ=RCV.NXT-2><ACK=SND.NXT><CTL=ACK><DATA=1>' },
  { on, expect: [ACK, ...GONE] },
];

const nameOf = (seconds: number): string => `after-${seconds}-s`;

const EVENTS = [
  ...LOOKS.map((at) => ({ at, steps: looks(nameOf(at)) })),
  ...FINS.map((at) => ({ at, steps: finAgain })),
].toSorted((one, other) => one.at - other.at);

const ignoresText: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  // The text is ignored. An ACK may be sent or not, but its number does not advance.
  { expect: ['silence', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>'], then: 'TIME-WAIT' },
];

/** RFC 793 section 3.3 takes the MSL to be two minutes: later than twice that, no connection is in TIME-WAIT. */
const AFTER_2_MSL = 245_000;

const isOver: readonly StepDeclaration[] = [
  { wait: AFTER_2_MSL },
  { send: FIN_AGAIN },
  // What form the reset has is the subject of other cases.
  { expect: ['<SEQ=SEG.ACK><CTL=RST>', { reply: '<CTL=RST,ACK>', ends: true }], then: 'CLOSED' },
];
const OVER: readonly RuleId[] = [...RULES, 'RFC 793 3.9 TIME-WAIT timeout', '3.10.8 TIME-WAIT timeout'];

const finsCross: readonly StepDeclaration[] = [
  ...closes,
  { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
  { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSING' },
];

/**
 * 2 MSL is four minutes, but MSL may be another (RFC 9293 section 3.4.2). It is the life of a packet, which RFC 791 section 3.2 counts
 * in whole seconds, so 2 MSL are never less than two.
 */
const LEAST_2_MSL = 2000;
const MARGIN = 200;

export default scenarios('ladders', [
  {
    id: 'ladder.time-wait.lingers',
    title:
      'almost two seconds after both FINs, the FIN comes again: TIME-WAIT is not over, and acknowledges it',
    state: 'FIN-WAIT-2',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
      { wait: LEAST_2_MSL - MARGIN - 600 },
      { send: FIN_AGAIN },
      { expect: ACK, then: 'TIME-WAIT' },
    ],
    rules: ['MUST-13', '3.10.7.4 eighth'],
  },
  {
    id: 'ladder.time-wait.begun-anew',
    title: "the peer's FIN comes again in TIME-WAIT: 2 MSL begin anew, and the connection outlives another",
    state: 'TIME-WAIT',
    beside: Object.fromEntries(LOOKS.map((at) => [nameOf(at), { state: 'TIME-WAIT' }])),
    steps: [
      ...EVENTS.flatMap(({ at, steps }, index) => [
        { wait: (at - (EVENTS[index - 1]?.at ?? 0)) * 1000 },
        ...steps,
      ]),
      { state: 'TIME-WAIT' },
    ],
    rules: ['RFC 793 3.9 eighth', '3.10.7.4 eighth'],
    slow: true,
  },
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
      ...finsCross,
      // A retransmission changes no state. On a slow path the timer would fire before the next line anyway.
      { expect: '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=FIN,ACK>' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
      ...ignoresText,
    ],
    rules: RULES,
  },

  {
    id: 'ladder.time-wait.fin-again-after-closing',
    title: "simultaneous close, then the peer's FIN again: it is acknowledged in TIME-WAIT",
    state: 'ESTABLISHED',
    steps: [
      ...finsCross,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
      { send: FIN_AGAIN },
      { expect: ACK, then: 'TIME-WAIT' },
    ],
    rules: RULES,
  },
  {
    id: 'ladder.time-wait.over-after-fin-wait-2',
    title: "2 MSL after the peer's FIN in FIN-WAIT-2, the FIN comes again: it gets a reset, as in CLOSED",
    state: 'FIN-WAIT-2',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'TIME-WAIT' },
      ...isOver,
    ],
    rules: OVER,
    slow: true,
  },
  {
    id: 'ladder.time-wait.over-after-closing',
    title: "2 MSL after a simultaneous close, the peer's FIN comes again: it gets a reset, as in CLOSED",
    state: 'ESTABLISHED',
    steps: [
      ...finsCross,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'TIME-WAIT' },
      ...isOver,
    ],
    rules: OVER,
    slow: true,
  },
]);

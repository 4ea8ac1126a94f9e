/** RFC 9293 section 3.10.7.4 with text that the user has not read, or that the peer has not acknowledged; and CLOSE with such text. */
import type { StateName, StepDeclaration, StepsDeclaration } from '../../lib/catalogue/case.ts';
import type { Condition } from '../../lib/catalogue/conditions.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import { emptyAck, replacedByRfc5961, resetOfAnyForm } from '../3-synchronized/families/expectations.ts';
import { ACK, ackOf, SENDS_TEN } from './families/parts.ts';

type Declaration = StepsDeclaration & { state: StateName };

/** A state in which text is received; where its FIN leads; and what the peer acknowledges there. */
interface Receiving {
  readonly state: 'ESTABLISHED' | 'FIN-WAIT-1' | 'FIN-WAIT-2';
  readonly afterFin: State;
  readonly ack: string;
}

const RECEIVING: readonly Receiving[] = [
  { state: 'ESTABLISHED', afterFin: 'CLOSE-WAIT', ack: 'SND.NXT' },
  { state: 'FIN-WAIT-1', afterFin: 'CLOSING', ack: 'SND.UNA' },
  { state: 'FIN-WAIT-2', afterFin: 'TIME-WAIT', ack: 'SND.NXT' },
];

interface Met {
  readonly name: string;
  readonly what: string;
  readonly steps: (receiving: Receiving) => readonly StepDeclaration[];
  readonly rules: readonly RuleId[];
}

const MET: readonly Met[] = [
  {
    name: 'rst',
    what: 'a reset ends the connection',
    steps: () => [{ send: '<SEQ=RCV.NXT><CTL=RST>' }, { expect: 'silence', then: 'CLOSED' }],
    rules: ['3.10.7.4 second'],
  },
  {
    name: 'fin',
    what: 'a FIN is acknowledged',
    steps: ({ afterFin, ack }) => [
      { send: `<SEQ=RCV.NXT><ACK=${ack}><CTL=FIN,ACK>` },
      { expect: ackOf(1), then: afterFin },
    ],
    rules: ['3.10.7.4 eighth'],
  },
  {
    name: 'syn',
    what: 'a SYN in the window gets a challenge ACK, or resets the connection',
    steps: ({ state }) => [
      { send: '<SEQ=RCV.NXT><CTL=SYN>' },
      { expect: replacedByRfc5961('syn', resetOfAnyForm(false), [emptyAck(state)]) },
    ],
    rules: ['RFC 5961 4.2', '3.10.7.4 fourth'],
  },
  {
    name: 'text',
    what: 'the target accepts more text',
    steps: ({ state, ack }) => [
      { send: `<SEQ=RCV.NXT><ACK=${ack}><CTL=ACK,PSH><DATA=10>` },
      { expect: ackOf(10), then: state },
    ],
    rules: ['3.10.7.4 seventh'],
  },
];

const unread = (receiving: Receiving, { name, what, steps, rules }: Met): Declaration => ({
  id: `ladder.queues.unread-${name}-${receiving.state.toLowerCase()}`,
  title: `text is unread in ${receiving.state}: ${what}`,
  ...{ state: receiving.state, condition: 'text-unread', rules },
  steps: [
    { send: `<SEQ=RCV.NXT><ACK=${receiving.ack}><CTL=ACK,PSH><DATA=10>` },
    { expect: ackOf(10), then: receiving.state },
    ...steps(receiving),
  ],
});

const IN_FLIGHT: Receiving = { state: 'ESTABLISHED', afterFin: 'CLOSE-WAIT', ack: 'SND.UNA' };

const inFlight = ({ name, what, steps, rules }: Met): Declaration => ({
  id: `ladder.queues.in-flight-${name}`,
  title: `text is in flight: ${what}`,
  ...{ state: 'ESTABLISHED', rules, steps: [...SENDS_TEN, ...steps(IN_FLIGHT)] },
});

const CLOSES: StepDeclaration = { user: 'CLOSE BOTH WAYS' };
const FIN = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>';
const LOST: readonly RuleId[] = ['RFC 793 3.5', 'RFC 1122 4.2.2.13 half-duplex', 'SHLD-3', 'MAY-1'];

const closes = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  condition: readonly Condition[] = ['text-unread'],
): Declaration => ({
  ...{ id: `ladder.queues.close-${name}`, title, state: 'ESTABLISHED', condition, rules: LOST },
  steps,
});

/** RFC 793 page 61 has CLOSING after CLOSE-WAIT, which RFC 1122 section 4.2.2.20(a) corrects. */
const AFTER_CLOSE_WAIT = [
  { reply: FIN, then: 'LAST-ACK' },
  { reply: FIN, then: 'CLOSING' },
] as const;

export default scenarios('ladders', [
  ...RECEIVING.flatMap((receiving) => MET.map((met) => unread(receiving, met))),
  ...MET.map(inFlight),
  {
    id: 'ladder.queues.acknowledged-in-time',
    title: 'the target acknowledges each of two segments of text within half a second',
    ...{ state: 'ESTABLISHED', rules: ['MUST-40', '3.10.7.4 seventh'] },
    steps: [1, 2].flatMap(() => [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      // RFC 793 has no limit; but every case waits for a reply for little longer.
      { expect: ackOf(10), within: 500 },
    ]),
  },
  {
    id: 'ladder.queues.unread-received-later',
    title: 'text waits until the user receives it',
    ...{ state: 'ESTABLISHED', condition: 'text-unread', rules: ['3.10.7.4 seventh'] },
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ackOf(10) },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ackOf(10) },
      { user: 'RECEIVE' },
      { expect: ['silence', { reply: ACK, leftOpen: 'window update', ends: true }], delivered: 20 },
    ],
  },
  {
    id: 'ladder.queues.unread-with-fin-received-later',
    title: 'text waits until the user receives it, also when a FIN came with it',
    ...{ state: 'ESTABLISHED', condition: 'text-unread' },
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>' },
      { expect: ackOf(11), then: 'CLOSE-WAIT' },
      { user: 'RECEIVE' },
      { expect: ['silence', { reply: ACK, leftOpen: 'window update', ends: true }], delivered: 10 },
    ],
    rules: ['3.10.7.4 seventh', '3.10.7.4 eighth'],
  },

  closes(
    'all-read',
    'the user closes after it has read all text: the target sends a FIN, and no reset',
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ackOf(10) },
      CLOSES,
      { expect: FIN, then: 'FIN-WAIT-1' },
    ],
    [],
  ),
  closes('old-text', 'the user closes after a duplicate of old text: the target sends a FIN, and no reset', [
    { send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>' },
    { expect: ACK },
    CLOSES,
    { expect: FIN, then: 'FIN-WAIT-1' },
  ]),
  closes('fin-unread', 'the user closes after a FIN without text: the target sends a FIN, and no reset', [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
    { expect: ackOf(1), then: 'CLOSE-WAIT' },
    CLOSES,
    { expect: { rfc793: AFTER_CLOSE_WAIT, rfc1122: AFTER_CLOSE_WAIT[0] } },
  ]),
  closes(
    'text-and-fin-unread',
    "the user closes with unread text before the peer's FIN: a reset tells the peer that the text is lost",
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK,PSH><DATA=10>' },
      { expect: ackOf(11), then: 'CLOSE-WAIT' },
      CLOSES,
      {
        expect: {
          rfc793: AFTER_CLOSE_WAIT,
          rfc1122: [
            { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', then: 'CLOSED' },
            { reply: '<SEQ=SND.NXT><CTL=RST>', then: 'CLOSED' },
            { ...AFTER_CLOSE_WAIT[0], level: 'permitted' },
          ],
        },
      },
    ],
  ),
]);

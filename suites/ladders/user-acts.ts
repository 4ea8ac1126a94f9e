/** RFC 9293 sections 3.10.4 and 3.10.5: CLOSE and ABORT in every state, and between two segments. */
import type { StateName, StepDeclaration, StepsDeclaration } from '../../lib/catalogue/case.ts';
import type { Condition } from '../../lib/catalogue/conditions.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import { ackOf, FIN_AGAIN, SENDS_TEN, sendsTenAndCloses, text } from './families/parts.ts';

type Declaration = StepsDeclaration & { state: StateName };

/** Once established, all segments carry the current acknowledgment (RFC 9293 section 3.8). */
const RESETS = ['<SEQ=SND.NXT><CTL=RST>', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>'];

const slug = (state: StateName): string => state.toLowerCase().replace(' (active)', '');

const ABORTED: readonly RuleId[] = ['RFC 793 3.9 ABORT', '3.10.5 ABORT'];
const CLOSES: readonly RuleId[] = ['RFC 793 3.5', '3.10.4 CLOSE'];

const aborts = (state: StateName, reply: StepDeclaration, condition?: Condition): Declaration => ({
  id: `ladder.abort.${slug(state)}${condition ? `-${condition}` : ''}`,
  title: `the user aborts the connection in ${state}${condition ? ' with text in flight' : ''}`,
  state,
  ...(condition ? { condition } : {}),
  steps: [{ user: 'ABORT' }, reply],
  rules: ABORTED,
});

const RESET: StepDeclaration = { expect: RESETS, then: 'CLOSED' };
const WITHOUT_A_WORD: StepDeclaration = { expect: 'silence', then: 'CLOSED' };

/** The FIN is behind all text; in these states it is the first that the target sends. */
const FIN = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>';

/**
 * The FIN follows the text at once, or when the text is acknowledged: RFC 5681 lets a TCP hold back what does not fit into its
 * congestion window, but with nothing in flight a segment always fits.
 */
const closesWithTextInFlight = (
  state: 'ESTABLISHED' | 'CLOSE-WAIT',
  ...then: readonly StepDeclaration[]
): Declaration => ({
  id: `ladder.close.text-in-flight${state === 'CLOSE-WAIT' ? '-in-close-wait' : ''}`,
  title: `the user closes in ${state} with text in flight: the FIN follows it, or its acknowledgment`,
  state,
  condition: 'text-in-flight',
  steps: [
    { user: 'CLOSE' },
    // Of the text alone: no step has looked for the FIN yet.
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: FIN },
    ...then,
  ],
  rules: CLOSES,
});

const closesTwice = (first: 'ESTABLISHED' | 'CLOSE-WAIT', then: State): Declaration => ({
  id: `ladder.close.twice-${slug(first)}`,
  title: `the user closes twice, first in ${first}: one FIN is sent`,
  state: first,
  steps: [{ user: 'CLOSE' }, { expect: lastAck(first, then) }, { user: 'CLOSE' }, { expect: 'silence' }],
  rules: CLOSES,
});

/** The call is refused, and the connection that is there goes on. */
const opensAgain = (state: Exclude<State, 'SYN-RECEIVED'>): Declaration => ({
  id: `ladder.open.again-${slug(state)}`,
  title: `the user opens the connection again in ${state}: it already exists, and goes on`,
  state,
  steps: [
    { user: 'OPEN ACTIVE AGAIN' },
    { expect: [{ reply: 'silence', then: state, with: { answer: 'connection already exists' } }] },
  ],
  rules: ['3.10.1 exists'],
});

/** RFC 793 page 61 has CLOSING after CLOSE-WAIT, which RFC 1122 section 4.2.2.20(a) corrects. */
function lastAck(from: State, then: State, fin = FIN) {
  const right = { reply: fin, then } as const;
  return from === 'CLOSE-WAIT'
    ? { rfc793: [right, { reply: fin, then: 'CLOSING' as const }], rfc1122: right }
    : right;
}

export default scenarios('ladders', [
  {
    id: 'ladder.open.to-multicast',
    title: 'the user opens a connection to a multicast address: it is refused, and no SYN is sent',
    state: 'CLOSED',
    steps: [
      { user: 'OPEN TO MULTICAST' },
      {
        expect: {
          // RFC 793 does not mention such addresses.
          rfc793: [
            { reply: 'silence', ends: true },
            { reply: '<CTL=SYN>', leftOpen: 'not unicast', ends: true },
          ],
          rfc1122: { reply: 'silence', then: 'CLOSED' },
        },
      },
    ],
    rules: ['RFC 1122 4.2.3.10 OPEN', 'MUST-46'],
  },
  ...(['SYN-SENT', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2'] as const).map(opensAgain),
  aborts('SYN-RECEIVED (active)', {
    expect: [
      { reply: RESETS[0] as string, then: 'CLOSED' },
      { reply: RESETS[1] as string, then: 'CLOSED', level: 'permitted' },
    ],
  }),
  aborts('ESTABLISHED', RESET),
  aborts('ESTABLISHED', RESET, 'text-in-flight'),
  aborts('FIN-WAIT-1', RESET),
  aborts('FIN-WAIT-2', RESET),
  aborts('CLOSE-WAIT', RESET),
  aborts('SYN-SENT', WITHOUT_A_WORD),
  aborts('CLOSING', WITHOUT_A_WORD),
  aborts('LAST-ACK', WITHOUT_A_WORD),

  {
    id: 'ladder.abort.text-unread',
    title: 'the user aborts with text unread: the reset has SEQ=SND.NXT',
    state: 'ESTABLISHED',
    condition: 'text-unread',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ackOf(10) },
      { user: 'ABORT' },
      RESET,
    ],
    rules: ABORTED,
  },
  {
    id: 'ladder.abort.text-behind-closed-window',
    title:
      'the user aborts while text waits behind a closed window: the reset has SEQ=SND.NXT, and not that of the text',
    state: 'ESTABLISHED',
    steps: [
      ...SENDS_TEN,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>' },
      { expect: 'silence' },
      { user: 'ABORT' },
      RESET,
    ],
    rules: ABORTED,
  },
  {
    id: 'ladder.abort.text-after-it',
    title: 'text that comes after an ABORT gets a reset, as in CLOSED',
    state: 'ESTABLISHED',
    steps: [
      { user: 'ABORT' },
      RESET,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
    ],
    rules: [...ABORTED, '3.10.7.1'],
  },

  closesTwice('ESTABLISHED', 'FIN-WAIT-1'),
  closesTwice('CLOSE-WAIT', 'LAST-ACK'),
  {
    id: 'ladder.close.syn-sent',
    title: 'the user closes in SYN-SENT: the target sends nothing, and resets the SYN,ACK that comes late',
    state: 'SYN-SENT',
    steps: [
      { user: 'CLOSE BOTH WAYS' },
      WITHOUT_A_WORD,
      { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>' },
      { expect: '<SEQ=SEG.ACK><CTL=RST>', then: 'CLOSED' },
    ],
    rules: [...CLOSES, '3.10.7.1'],
  },
  {
    id: 'ladder.close.syn-received',
    title: 'the user closes in SYN-RECEIVED with nothing to send: the FIN goes out at once',
    state: 'SYN-RECEIVED (active)',
    // No then: what proves FIN-WAIT-1 acknowledges the SYN and with it the FIN.
    steps: [
      { user: 'CLOSE' },
      { expect: FIN },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'FIN-WAIT-2' },
    ],
    rules: CLOSES,
  },
  closesWithTextInFlight(
    'ESTABLISHED',
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: 'silence', then: 'FIN-WAIT-2' },
  ),
  // What the ACK of this FIN does is the subject of the cases in LAST-ACK.
  closesWithTextInFlight('CLOSE-WAIT'),
  {
    id: 'ladder.close.behind-window-opened',
    title: 'text and CLOSE wait behind a closed window: when it opens, the text goes out, then the FIN',
    state: 'ESTABLISHED',
    steps: [
      ...SENDS_TEN,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT-10><CTL=ACK><WND=10>' },
      { expect: 'silence' },
      { user: 'CLOSE' },
      {
        expect: [FIN, { reply: 'silence', ends: true, leftOpen: 'FIN beyond the window' }],
        then: 'FIN-WAIT-1',
      },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=4380>' },
      { expect: 'silence', then: 'FIN-WAIT-2' },
    ],
    rules: [...CLOSES, '3.10.7.4 fifth'],
  },
  {
    id: 'ladder.close.text-lost-at-closed-window',
    title:
      'the user closes both directions at a closed window, and text is lost: the reset comes behind the FIN',
    state: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><WND=0>' },
      { expect: 'silence' },
      { user: 'CLOSE BOTH WAYS' },
      {
        expect: [
          FIN,
          { reply: 'silence', ends: true, leftOpen: 'FIN beyond the window' },
          // What waits may be probed for at once.
          { reply: '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK>', level: 'permitted', ends: true },
        ],
      },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      {
        expect: {
          rfc793: ackOf(10),
          rfc1122: [
            ...[...RESETS, '<SEQ=SND.NXT><ACK=RCV.NXT+10><CTL=RST,ACK>'].map(
              (reply) => ({ reply, then: 'CLOSED', level: 'recommended' }) as const,
            ),
            { reply: ackOf(10), level: 'permitted' },
          ],
        },
      },
    ],
    rules: [...CLOSES, '3.10.7.4 fifth', '3.10.7.4 seventh'],
  },
  {
    id: 'ladder.close.between-fin-and-ack',
    title:
      "the user sends and closes after the peer's FIN; the peer acknowledges the text, but not the target's FIN",
    state: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=FIN,ACK>' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT+1><CTL=ACK>', then: 'CLOSE-WAIT' },
      // RFC 793 page 61 says CLOSING.
      ...sendsTenAndCloses('LAST-ACK', 'CLOSING'),
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT-1><CTL=ACK>' },
      { expect: 'silence' },
      FIN_AGAIN,
    ],
    rules: [...CLOSES, '3.10.7.4 fifth'],
  },
  {
    id: 'ladder.send.close-wait',
    title: "the user sends text after the peer's FIN",
    state: 'CLOSE-WAIT',
    steps: [{ user: 'SEND 10' }, { expect: text(10), then: 'CLOSE-WAIT' }],
    rules: ['3.10.7.4 eighth', '3.6 close'],
  },
]);

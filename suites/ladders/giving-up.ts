/** RFC 9293 section 3.8.3: the user sets R2, and the connection is given up when that is over. */
import type { StateName, StepDeclaration, StepOutcome, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { SENDS_TEN, text } from './families/parts.ts';

/** Three seconds: whatever the retransmission timeout is, R2 is over when the next one of the waiting time is. */
const SET: StepDeclaration = { user: 'R2 3' };
/** In milliseconds. Four times R2, and a timeout of a backed-off timer more. */
const BEYOND_R2 = 20_000;

const GIVEN_UP = '<SEQ=SEG.ACK><CTL=RST>';
const TOLD = { told: ['connection aborted due to user timeout'] } as const;

const givesUp = (
  name: string,
  title: string,
  state: StateName,
  before: readonly StepDeclaration[],
  send: string,
  rules: readonly RuleId[],
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.giving-up.${name}`,
  title: `${title} is not acknowledged for longer than the user has set R2: the connection is given up`,
  state,
  steps: [
    SET,
    ...before,
    { wait: BEYOND_R2 },
    { send },
    { expect: [{ reply: GIVEN_UP, then: 'CLOSED', with: TOLD }] },
  ],
  rules,
  slow: true,
});

const ALL_ACKED = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>';
const PROBE: readonly StepOutcome[] = [
  ...[...text('ANY', 'SND.UNA'), ...text('ANY', 'SND.UNA-1000')].map((reply) => ({ reply })),
  { reply: '<SEQ=SND.UNA-1><ACK=RCV.NXT><CTL=ACK>', level: 'permitted' },
];

/** The peer answers each probe, and its window stays closed. */
const STAYS_CLOSED: readonly StepDeclaration[] = [
  {
    expect: [...PROBE, { reply: 'silence', level: 'permitted', ends: true }],
    next: true,
  },
  { send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK><WND=0>' },
];

export default scenarios('ladders', [
  ...(['ESTABLISHED', 'CLOSE-WAIT'] as const).map((state) =>
    givesUp(`text-${state.toLowerCase()}`, `text in ${state}`, state, SENDS_TEN, ALL_ACKED, [
      'MUST-20',
      'MUST-21',
    ]),
  ),
  givesUp(
    'syn',
    'a SYN',
    'CLOSED',
    [{ user: 'OPEN ACTIVE' }, { expect: '<CTL=SYN>', then: 'SYN-SENT' }],
    '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>',
    ['MUST-21', 'MUST-22'],
  ),
  {
    id: 'ladder.giving-up.beyond-window',
    title:
      'the peer has shrunk its window to zero and answers probes: text beyond it is no reason to give up',
    state: 'ESTABLISHED',
    condition: 'text-in-flight',
    steps: [
      // Probes that begin after 200 ms, and each take twice as long, are sent at none of these times: who gives up does so after two.
      { user: 'R2 2' },
      { send: '<SEQ=RCV.NXT><ACK=SND.UNA+1000><CTL=ACK><WND=0>' },
      // Of what such probes there are, the second has come when the silence is over, and the third has not.
      { wait: 200 },
      { expect: 'silence' },
      ...[1, 2, 3].flatMap(() => STAYS_CLOSED),
      { send: ALL_ACKED },
      {
        expect: [
          { reply: 'silence', then: 'ESTABLISHED', level: 'recommended' },
          { reply: GIVEN_UP, then: 'CLOSED', level: 'permitted', ends: true },
        ],
      },
    ],
    rules: ['SHLD-17'],
    slow: true,
  },
]);

/** RFC 9293 section 3.8.4: keep-alives that the user has asked for. Without that, an idle connection sends nothing: `idle.ts`. */
import type {
  ByProfile,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ackOf, SENDS_TEN, text } from './families/parts.ts';

const STATES = ['ESTABLISHED', 'CLOSE-WAIT'] as const;
type Place = (typeof STATES)[number];

/** In milliseconds: a second, the least that the upper tester can ask for; and by how much a clock of coarse ticks is early. */
const INTERVAL = 1000;
const TICK = 500;

const EMPTY = '<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK>';
const WITH_OCTET = ['ACK', 'ACK,PSH'].map((ctl) => `<SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=${ctl}><DATA=1>`);

/** One garbage octet is for peers of old. RFC 793 has no keep-alives. */
const PROBES: ByProfile<StepExpectation> = {
  rfc793: [
    ...[EMPTY, ...WITH_OCTET].map((reply) => ({ reply, level: 'permitted' }) as const),
    { reply: 'silence', ends: true },
  ],
  rfc1122: [
    { reply: EMPTY, level: 'recommended' },
    ...WITH_OCTET.map((reply): StepOutcome => ({ reply, level: 'permitted' })),
  ],
};

const PROBE: StepDeclaration = { expect: PROBES, next: true, notBefore: INTERVAL - TICK };
const ALL_ACKED = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>';
/** No other probe is to come between what follows. */
const OFF: StepDeclaration = { user: 'KEEP-ALIVE 0' };
const answered = (then: Place): readonly StepDeclaration[] => [
  OFF,
  { send: ALL_ACKED },
  { expect: 'silence', then },
];

const ladder = (
  name: string,
  title: string,
  state: Place,
  steps: readonly StepDeclaration[],
  rules: readonly RuleId[],
): StepsDeclaration & { state: Place } => ({
  id: `ladder.keep-alive.${name}-${state.toLowerCase()}`,
  title,
  state,
  steps,
  rules,
});

/** What the user hears of a peer that is there goes on. */
const goesOn = (state: Place): readonly StepDeclaration[] =>
  state === 'CLOSE-WAIT'
    ? [{ user: 'SEND 10' }, { expect: text(10), then: state }]
    : [{ send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' }, { expect: ackOf(10), then: state }];

export default scenarios('ladders', [
  ...STATES.map((state) =>
    ladder(
      'sent',
      `the user asks for keep-alives after a second: an idle connection is probed in ${state}`,
      state,
      [{ user: 'KEEP-ALIVE 1' }, PROBE, ...answered(state)],
      ['MUST-24', 'MUST-27', 'SHLD-12', 'MAY-5', 'MAY-6'],
    ),
  ),
  ...STATES.map((state) =>
    ladder(
      'turned-off',
      `the user turns keep-alives on and off again: nothing is sent in ${state}`,
      state,
      [
        { user: 'KEEP-ALIVE 1' },
        OFF,
        { send: ALL_ACKED },
        { expect: 'silence' },
        { expect: 'silence', settled: INTERVAL, then: state },
      ],
      ['MUST-24'],
    ),
  ),
  ...STATES.map((state) => ({
    ...ladder(
      'after-ack',
      `an ACK begins the interval of keep-alives anew in ${state}`,
      state,
      [
        { user: 'KEEP-ALIVE 3' },
        { wait: 2 * INTERVAL },
        { send: ALL_ACKED },
        // The interval that began before is over then, and the one that the ACK began is not, whatever the clock's ticks.
        { expect: 'silence', next: true, within: 4 * INTERVAL },
        OFF,
        { expect: 'silence', then: state },
      ],
      ['MUST-26'],
    ),
    slow: true as const,
  })),
  ...STATES.map((state) =>
    ladder(
      'unanswered',
      `a keep-alive is not answered within its interval: the connection goes on in ${state}`,
      state,
      [{ user: 'KEEP-ALIVE 1' }, PROBE, { wait: 1.1 * INTERVAL }, OFF, ...goesOn(state)],
      ['MUST-29'],
    ),
  ),
  {
    ...ladder(
      'in-flight',
      'keep-alives are on and text is in flight: the text is sent again, and no probe',
      'ESTABLISHED',
      [
        { user: 'KEEP-ALIVE 1' },
        ...SENDS_TEN,
        ...[1, 2, 3].map((): StepDeclaration => ({ expect: text(10, 'SND.NXT-10'), next: true })),
      ],
      ['MUST-26'],
    ),
    slow: true,
  },
]);

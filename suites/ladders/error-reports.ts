/** RFC 9293 sections 3.9.1.8 and 3.9.2.2: what the user is told of an error that ends no connection, if it wants to be told. */
import type {
  ByProfile,
  StepDeclaration,
  StepExpectation,
  StepOutcome,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { IcmpErrorName } from '../../lib/wire/icmp.ts';
import { SENDS_TEN, text } from './families/parts.ts';

const SOFT: readonly IcmpErrorName[] = [
  'net unreachable',
  'host unreachable',
  'time exceeded in transit',
  'parameter problem',
];

const TOLD = { reply: 'silence', then: 'ESTABLISHED', with: { told: ['soft error'] } } as const;
const NOT_TOLD = { reply: 'silence', then: 'ESTABLISHED', with: { told: [] } } as const;

/** RFC 793 does not mention ICMP, and may end the connection. */
const BY_RFC_793: readonly StepOutcome[] = [
  NOT_TOLD,
  { reply: 'silence', then: 'CLOSED' },
  ...['<SEQ=SND.NXT><CTL=RST>', '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>'].map(
    (reply): StepOutcome => ({
      ...{ reply, then: 'CLOSED', level: 'permitted', leftOpen: 'abort by ICMP' },
    }),
  ),
];

/** RFC 1122 section 4.2.3.9 lets a TCP tell of it when the connection times out. */
const HEARD: ByProfile<StepExpectation> = { rfc793: BY_RFC_793, rfc1122: [TOLD, NOT_TOLD], rfc9293: TOLD };

const UNHEARD: ByProfile<StepExpectation> = {
  rfc793: BY_RFC_793,
  rfc1122: [
    { ...NOT_TOLD, level: 'recommended' },
    { ...TOLD, level: 'permitted', ends: true },
  ],
};

const arrives = (
  error: IcmpErrorName,
  name: string,
  title: string,
  user: readonly ('ERROR REPORTS 0' | 'ERROR REPORTS 1')[],
  expect: ByProfile<StepExpectation>,
): StepsDeclaration & { state: 'ESTABLISHED' } => ({
  id: `ladder.error-reports.${error.replaceAll(' ', '-')}${name}`,
  title: `ICMP ${error} about what is in flight: ${title}`,
  state: 'ESTABLISHED',
  condition: 'text-in-flight',
  steps: [
    ...user.map((call) => ({ user: call })),
    { icmp: error, about: '<SEQ=SND.UNA><ACK=RCV.NXT><CTL=ACK><DATA=100>' },
    { expect },
  ],
  rules: [
    'RFC 1122 4.2.3.9 soft',
    ...(expect === HEARD ? (['MUST-47', 'SHLD-25'] as const) : (['SHLD-20'] as const)),
  ],
});

/** The ten octets come again, and the user is not told of excessive retransmissions yet. */
const NOT_TOLD_AGAIN: StepDeclaration = {
  expect: {
    rfc793: text(10, 'SND.NXT-10'),
    rfc1122: text(10, 'SND.NXT-10').flatMap((reply): readonly StepOutcome[] => [
      { reply, level: 'recommended', with: { told: [] } },
      { reply, level: 'permitted', ends: true, with: { told: ['excessive retransmissions'] } },
    ]),
  },
  next: true,
};

/** Long enough for R1 of whatever a TCP starts with and doubles: RFC 6298 begins with one second, after a SYN again with three. */
const BEYOND_R1 = 60_000;

export default scenarios('ladders', [
  ...SOFT.map((error) => arrives(error, '', 'the user is told', ['ERROR REPORTS 1'], HEARD)),
  arrives(
    'host unreachable',
    '-unheard',
    'a user that does not want to be told is not told',
    ['ERROR REPORTS 1', 'ERROR REPORTS 0'],
    UNHEARD,
  ),
  {
    id: 'ladder.error-reports.first-retransmissions',
    title: 'text is sent again once, and twice: that is not excessive, and the user is not told of it',
    state: 'ESTABLISHED',
    steps: [{ user: 'ERROR REPORTS 1' }, ...SENDS_TEN, NOT_TOLD_AGAIN, NOT_TOLD_AGAIN],
    rules: ['SHLD-10'],
    slow: true,
  },
  {
    id: 'ladder.error-reports.excessive-retransmissions',
    title: 'text is not acknowledged for a minute: the user is told of it before the connection is given up',
    state: 'ESTABLISHED',
    steps: [
      { user: 'ERROR REPORTS 1' },
      ...SENDS_TEN,
      { wait: BEYOND_R1 },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      {
        expect: {
          rfc793: { reply: 'silence', then: 'ESTABLISHED' },
          rfc1122: [
            {
              ...{ reply: 'silence', then: 'ESTABLISHED', level: 'recommended' },
              with: { told: ['excessive retransmissions'] },
            },
            { reply: 'silence', then: 'ESTABLISHED', level: 'permitted', with: { told: [] } },
          ],
        },
      },
    ],
    rules: ['SHLD-9'],
    slow: true,
  },
]);

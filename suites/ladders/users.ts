/**
 * RFC 9293 section 3.9.1: what a user may ask of the text that it sends and of the IP header around it, and what it is told in return.
 */
import type { StateName, StepDeclaration, StepOutcome, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { Aspects } from '../../lib/catalogue/scenario.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import { ACK, ackOf, text } from './families/parts.ts';

type Declaration = StepsDeclaration & { state: StateName };

const SENDING = ['ESTABLISHED', 'CLOSE-WAIT'] as const;

/** Urgent text with the pointer at so many octets, pushed or not. */
const urgentText = (pointer: number): readonly string[] =>
  ['ACK,URG', 'ACK,PSH,URG'].map((ctl) => `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=${ctl}><DATA=10><URG=${pointer}>`);

const urgent = (state: (typeof SENDING)[number]): Declaration => ({
  id: `ladder.urgent.sent-${state.toLowerCase()}`,
  title: `the user sends urgent text in ${state}: the urgent pointer says where it ends`,
  state,
  steps: [
    { user: 'SEND 10 URGENT' },
    {
      // RFC 793 has it point behind the urgent text on page 17, and to its last octet on page 56. RFC 1122 section 4.2.2.4 decides
      // for the latter, RFC 9293 section 3.8.5 for the former.
      expect: {
        rfc793: [...urgentText(9), ...urgentText(10)],
        rfc1122: urgentText(9),
        rfc9293: urgentText(10),
      },
      then: state,
    },
  ],
  rules: ['RFC 1122 4.2.2.4', 'MUST-30', 'MUST-62'],
});

const pushed = (state: (typeof SENDING)[number]): Declaration => ({
  id: `ladder.push.sent-${state.toLowerCase()}`,
  title: `the user pushes text in ${state}: PSH is set`,
  state,
  steps: [
    { user: 'SEND 10 PUSH' },
    { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK,PSH><DATA=10>', then: state },
  ],
  rules: ['MUST-60', 'MUST-61', 'MAY-15'],
});

const BOTH: readonly StepOutcome[] = text(10).flatMap((one) =>
  text(10, 'SND.NXT+10').map((other) => ({ reply: [one, other] })),
);

/** From RFC 1122 on the user chooses; RFC 793 knows no such choice. */
const chosen = (replies: readonly string[], aspects: Aspects) => ({
  rfc793: replies,
  rfc1122: replies.map((reply) => ({ reply, with: aspects })),
});

/** The user's choice is in every segment: the SYN, the ACK of the peer's, and text. */
const chosenBeforeOpen = (
  name: string,
  what: string,
  user: 'TTL 200' | 'DIFFSERV 4',
  aspects: Aspects,
  rules: readonly RuleId[],
): Declaration => ({
  id: `ladder.header-of-user.${name}`,
  title: `the user chooses ${what} before it opens a connection: every segment has it`,
  ...{ state: 'CLOSED', families: [4] },
  steps: [
    { user },
    { user: 'OPEN ACTIVE' },
    { expect: chosen(['<SEQ=ANY><CTL=SYN>'], aspects), then: 'SYN-SENT' },
    { send: '<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>' },
    { expect: chosen(['<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>'], aspects), then: 'ESTABLISHED' },
    { user: 'SEND 10' },
    { expect: chosen(text(10), aspects), then: 'ESTABLISHED' },
  ],
  rules,
});

const NOTHING_YET: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
  { expect: [{ reply: 'silence', with: { told: [] } }] },
];

const tells = (
  name: string,
  title: string,
  state: State,
  send: string,
  outcome: StepOutcome,
  rules: readonly RuleId[] = send === RST ? TOLD_OF_RST : TOLD_OF_FIN,
): Declaration => ({
  id: `ladder.told.${name}-${state.toLowerCase()}`,
  title,
  state: state as StateName,
  steps: [...NOTHING_YET, { send }, { expect: [outcome] }],
  rules,
});

const TOLD_OF_FIN: readonly RuleId[] = ['RFC 793 3.9 eighth', '3.10.7.4 eighth', 'MUST-12'];
const TOLD_OF_RST: readonly RuleId[] = ['RFC 793 3.9 second', '3.10.7.4 second', 'MUST-12'];

const FIN = '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>';
const RST = '<SEQ=RCV.NXT><CTL=RST>';

const closedByPeer: StepDeclaration = {
  expect: [{ reply: ackOf(1), then: 'CLOSE-WAIT', with: { told: ['connection closing'] } }],
};

export default scenarios('ladders', [
  ...SENDING.map(urgent),
  {
    id: 'ladder.urgent.delivered',
    title:
      'the peer sends text with the urgent pointer inside it, then at its end: the user is given all of the text',
    state: 'ESTABLISHED',
    steps: [5, 10].flatMap((urg) => [
      { send: `<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH,URG><DATA=10><URG=${urg}>` },
      { expect: ackOf(10), then: 'ESTABLISHED', delivered: 10 } as const,
    ]),
    rules: ['RFC 793 3.9 seventh', '3.10.7.4 seventh', 'MUST-31'],
  },
  tells(
    'urgent',
    'the peer sends urgent text, and the user is told',
    'ESTABLISHED',
    '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH,URG><DATA=10><URG=10>',
    { reply: ackOf(10), then: 'ESTABLISHED', with: { told: ['urgent data'] } },
    ['RFC 793 3.9 sixth', '3.10.7.4 sixth', 'MUST-30', 'MUST-32'],
  ),
  tells(
    'not-urgent',
    'text with an urgent pointer, but without URG: the user is not told of urgent text',
    'ESTABLISHED',
    '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10><URG=5>',
    { reply: ackOf(10), then: 'ESTABLISHED', with: { told: [] } },
    ['RFC 793 3.9 sixth', '3.10.7.4 sixth', 'MUST-32'],
  ),
  tells(
    'urgent-refused',
    'urgent text with an acknowledgment of octets never sent: it is refused before its urgent pointer counts',
    'ESTABLISHED',
    '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH,URG><DATA=10><URG=10>',
    { reply: ACK, then: 'ESTABLISHED', with: { told: [] } },
    ['RFC 793 3.9 fifth', '3.10.7.4 fifth', 'MUST-32'],
  ),
  tells('closed', 'the peer closes, and the user is told', 'ESTABLISHED', FIN, {
    ...{ reply: ackOf(1), then: 'CLOSE-WAIT', with: { told: ['connection closing'] } },
  }),
  tells('closed', 'the peer closes as well, and the user is told', 'FIN-WAIT-2', FIN, {
    ...{ reply: ackOf(1), then: 'TIME-WAIT', with: { told: ['connection closing'] } },
  }),
  tells('reset', 'the peer resets, and the user is told so, not that it has closed', 'ESTABLISHED', RST, {
    ...{ reply: 'silence', then: 'CLOSED', with: { told: ['connection reset'] } },
  }),
  tells('reset', 'the peer resets, and the user is told so, not that it has closed', 'FIN-WAIT-2', RST, {
    ...{ reply: 'silence', then: 'CLOSED', with: { told: ['connection reset'] } },
  }),
  {
    id: 'ladder.told.urgent-remains',
    title: 'urgent text is not read yet: the user can tell, and also when it has been read',
    state: 'ESTABLISHED',
    condition: 'text-unread',
    steps: [
      // The urgent text ends before the text does, whichever octet the pointer names.
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH,URG><DATA=10><URG=5>' },
      { expect: [{ reply: ackOf(10), with: { told: ['urgent data', 'urgent data remains'] } }] },
      { user: 'RECEIVE' },
      {
        expect: [
          { reply: 'silence', then: 'ESTABLISHED', with: { told: ['urgent data'] } },
          {
            reply: ACK,
            then: 'ESTABLISHED',
            with: { told: ['urgent data'] },
            leftOpen: 'window update',
            ends: true,
          },
        ],
      },
    ],
    rules: ['MUST-33'],
  },
  {
    id: 'ladder.told.text-and-closed',
    title: 'the peer closes behind text: the user gets the text, and is told',
    state: 'ESTABLISHED',
    steps: [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: [{ reply: ackOf(10), with: { told: [] } }], delivered: 10 },
      { send: FIN },
      closedByPeer,
    ],
    rules: ['MUST-12', '3.10.7.4 eighth'],
  },

  ...SENDING.map(pushed),
  {
    id: 'ladder.segment-sizes.nagle-off',
    title: 'the user has turned Nagle off: a small segment goes out while text is in flight',
    state: 'ESTABLISHED',
    steps: [
      { user: 'NAGLE OFF' },
      // Before a timer of the first segment lessens the congestion window.
      { user: 'SEND 10' },
      { user: 'SEND 10' },
      {
        expect: {
          rfc793: [...BOTH, ...text(10).map((reply) => ({ reply, ends: true }) as const)],
          rfc1122: BOTH,
        },
      },
    ],
    rules: ['MUST-17'],
  },

  chosenBeforeOpen('diffserv', 'a Diffserv field', 'DIFFSERV 4', { diffserv: 4 }, ['MUST-48', 'SHLD-22']),
  chosenBeforeOpen('ttl', 'a time to live', 'TTL 200', { ttl: 200 }, ['MUST-49']),
  {
    id: 'ladder.header-of-user.diffserv-changed',
    title: 'the user changes the Diffserv field of a connection: the next segments have the new one',
    ...{ state: 'ESTABLISHED', families: [4] },
    steps: [
      { user: 'DIFFSERV 4' },
      { user: 'SEND 10' },
      {
        expect: {
          rfc793: text(10),
          rfc1122: [
            ...text(10).map((reply) => ({ reply, level: 'recommended', with: { diffserv: 4 } }) as const),
            ...text(10).map((reply) => ({ reply, level: 'permitted' }) as const),
          ],
        },
        then: 'ESTABLISHED',
      },
    ],
    rules: ['SHLD-21', 'SHLD-22'],
  },
]);

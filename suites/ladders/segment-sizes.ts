/** RFC 9293 sections 3.7.1, 3.7.4 and 3.9.1.2: how large the segments are that text is sent in, and when a small one waits. */
import type { StateName, StepDeclaration, StepOutcome, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { ACK, ackOf, SENDS_TEN, text } from './families/parts.ts';

type Declaration = StepsDeclaration & { state: StateName };

const after = (segments: number, size: number): string =>
  segments * size === 0 ? 'SND.NXT' : `SND.NXT+${segments * size}`;

/** So many segments of one size, each pushed or not. */
const inARow = (size: number, segments: number): readonly (readonly string[])[] =>
  segments === 0
    ? [[]]
    : inARow(size, segments - 1).flatMap((before) =>
        text(size, after(segments - 1, size)).map((last) => [...before, last]),
      );

/** The congestion window may take no more than the first of them (RFC 9293 section 3.8.2). */
const segmentsOf = (size: number, most: number): readonly StepOutcome[] =>
  Array.from({ length: most }, (_, index) => inARow(size, index + 1)).flatMap((rows) =>
    rows.map((reply) => (reply.length < most ? { reply, ends: true } : { reply })),
  );

const SIZES: readonly RuleId[] = ['MUST-14', 'MUST-16', 'SHLD-28'];

const accepted = (option: string): readonly StepDeclaration[] => [
  { send: `<SEQ=1000><CTL=SYN>${option}` },
  { expect: '<ACK=SEG.SEQ+1><CTL=SYN,ACK>', then: 'SYN-RECEIVED' },
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
  { expect: 'silence', then: 'ESTABLISHED' },
];

const opened = (option: string): readonly StepDeclaration[] => [
  { send: `<SEQ=1000><ACK=SND.NXT><CTL=SYN,ACK>${option}` },
  { expect: '<SEQ=SND.NXT><ACK=SEG.SEQ+1><CTL=ACK>', then: 'ESTABLISHED' },
];

const sends = (size: number, segments: number): readonly StepDeclaration[] => [
  { user: `SEND ${size * segments}` },
  { expect: segmentsOf(size, segments) },
];

const small = (size: number): readonly Declaration[] => [
  {
    id: `ladder.segment-sizes.mss-${size}-of-syn`,
    title: `a SYN with an MSS of ${size}: text is sent in segments of ${size} octets`,
    state: 'LISTEN',
    steps: [...accepted(`<MSS=${size}>`), ...sends(size, 3)],
    rules: SIZES,
  },
  {
    id: `ladder.segment-sizes.mss-${size}-of-syn-ack`,
    title: `a SYN,ACK with an MSS of ${size}: text is sent in segments of ${size} octets`,
    state: 'SYN-SENT',
    steps: [...opened(`<MSS=${size}>`), ...sends(size, 3)],
    rules: SIZES,
  },
];

/** Of links: Ethernet first, where the lab is, and smaller ones that a target may have. */
const MTUS = [1500, 1492, 1480, 1460, 1450, 1440, 1400, 1280];
const IP_AND_TCP = { 4: 40, 6: 60 } as const;
/** RFC 9293 section 3.7.1: the largest packet that every host takes, less its headers. */
const DEFAULT_MSS = { 4: 536, 6: 1220 } as const;

/** So much text in segments of one size, and what is left in a smaller one: the first of them, the first two, and so on. */
const inSegmentsOf = (size: number, octets: number): readonly StepOutcome[] => {
  const full = Math.floor(octets / size);
  const rest = octets - full * size;
  const rows = Array.from({ length: full }, (_, index) => inARow(size, index + 1)).flat();
  const whole = inARow(size, full).flatMap((before) =>
    text(rest, after(full, size)).map((last) => [...before, last]),
  );
  return [...rows, ...(rest > 0 ? whole : [])].map((reply) => ({ reply, ends: true }));
};

const sendsByDefault = (family: 4 | 6): readonly StepDeclaration[] => {
  const size = DEFAULT_MSS[family];
  const right = segmentsOf(size, 3);
  // RFC 793 section 3.1: where the option is not used, any segment size is allowed. As large as the link takes it, then.
  const ofLink = MTUS.flatMap((mtu) => inSegmentsOf(mtu - IP_AND_TCP[family], 3 * size));
  if (family === 4)
    return [{ user: `SEND ${3 * size}` }, { expect: { rfc793: [...right, ...ofLink], rfc1122: right } }];
  // RFC 1122 section 4.2.2.6 has one default for all, and knows of no IPv6.
  const older = Array.from({ length: 6 }, (_, last) => ({
    reply: Array.from(
      { length: last + 1 },
      (_, index) => text(DEFAULT_MSS[4], after(index, DEFAULT_MSS[4]))[0] ?? '',
    ),
    ends: true as const,
  }));
  return [
    { user: `SEND ${3 * size}` },
    { expect: { rfc793: [...right, ...older, ...ofLink], rfc1122: [...right, ...older], rfc9293: right } },
  ];
};

const withoutOption = (family: 4 | 6): readonly Declaration[] => [
  {
    id: `ladder.segment-sizes.no-mss-in-syn-over-ipv${family}`,
    title: `a SYN without MSS: text is sent in segments of ${DEFAULT_MSS[family]} octets`,
    ...{ state: 'LISTEN', families: [family] },
    steps: [...accepted(''), ...sendsByDefault(family)],
    rules: ['MUST-15', 'SHLD-28'],
  },
  {
    id: `ladder.segment-sizes.no-mss-in-syn-ack-over-ipv${family}`,
    title: `a SYN,ACK without MSS: text is sent in segments of ${DEFAULT_MSS[family]} octets`,
    ...{ state: 'SYN-SENT', families: [family] },
    steps: [...opened(''), ...sendsByDefault(family)],
    rules: ['MUST-15', 'SHLD-28'],
  },
];

const OPTION_OF_TIMESTAMPS = 12;

/** Two segments as large as the link takes them. */
function fillsLink(family: 4 | 6, options = 0): readonly StepDeclaration[] {
  const [largest = 0, ...smaller] = MTUS.map((mtu) => mtu - IP_AND_TCP[family] - options);
  const ofSmallerLinks = smaller.flatMap((size) =>
    segmentsOf(size, 2).map((one) => ({ ...one, ends: true as const })),
  );
  return [{ user: `SEND ${2 * largest}` }, { expect: [...segmentsOf(largest, 2), ...ofSmallerLinks] }];
}

const asTheLinkTakes = (family: 4 | 6): readonly Declaration[] => [
  {
    id: `ladder.segment-sizes.mss-beyond-link-over-ipv${family}`,
    title: 'a SYN with an MSS of 9000: text is sent in segments that fit the link',
    ...{ state: 'LISTEN', families: [family] },
    steps: [...accepted('<MSS=9000>'), ...fillsLink(family)],
    rules: ['MUST-16', 'SHLD-28'],
  },
  {
    id: `ladder.segment-sizes.mss-beyond-link-of-syn-ack-over-ipv${family}`,
    title: 'a SYN,ACK with an MSS of 9000: text is sent in segments that fit the link',
    ...{ state: 'SYN-SENT', families: [family] },
    steps: [...opened('<MSS=9000>'), ...fillsLink(family)],
    rules: ['MUST-16', 'SHLD-28'],
  },
  {
    id: `ladder.segment-sizes.options-taken-off-over-ipv${family}`,
    title: 'timestamps take 12 octets of each segment, so the text of a segment is 12 octets shorter',
    ...{ state: 'ESTABLISHED', condition: 'timestamps', families: [family] },
    steps: fillsLink(family, OPTION_OF_TIMESTAMPS),
    rules: ['MUST-16', 'SHLD-28'],
  },
];

const WAITS: StepOutcome = { reply: 'silence', leftOpen: 'Nagle' };
const AT_ONCE: readonly StepOutcome[] = text(10).map((reply) => ({ reply, leftOpen: 'Nagle' }));

/** A small text is in flight, and another waits. */
const SECOND_WAITS: readonly StepDeclaration[] = [
  ...SENDS_TEN,
  { user: 'SEND 10' },
  {
    expect: {
      rfc793: [AT_ONCE, WAITS].flat().map((one) => ({ ...one, ends: true })),
      rfc1122: [WAITS, ...AT_ONCE.map((one) => ({ ...one, level: 'permitted', ends: true }) as const)],
    },
  },
];

/** What gets an ACK gets it also where text waits, and no segment goes out that could bring the ACK. */
const acknowledgedBeside = (
  name: string,
  what: string,
  send: string,
  octets: number,
  rules: readonly RuleId[],
): StepsDeclaration & { state: 'ESTABLISHED' } => ({
  ...{ id: `ladder.segment-sizes.${name}-while-text-waits`, state: 'ESTABLISHED' },
  title: `${what} while a small segment waits: the ACK does not wait with it`,
  steps: [
    ...SECOND_WAITS,
    { send },
    {
      expect: [
        { reply: octets === 0 ? ACK : ackOf(octets) },
        // Nagle is a SHOULD: the text may go now, too, and bring the ACK.
        ...tenWithAckOf(octets).flatMap((both): readonly StepOutcome[] => [
          { reply: [octets === 0 ? ACK : ackOf(octets), both], level: 'permitted' },
          { reply: both, level: 'permitted', ends: true },
        ]),
      ],
      within: 500,
    },
  ],
  rules,
});

/** Ten octets that acknowledge so many, pushed or not. */
const tenWithAckOf = (octets: number): readonly string[] =>
  text(10).map((one) => one.replace('RCV.NXT', octets === 0 ? 'RCV.NXT' : `RCV.NXT+${octets}`));

/** The peer's ten octets are acknowledged by the waiting text, or before or after it. */
const ACKED_BESIDE: readonly StepOutcome[] = [
  ...tenWithAckOf(10).map((both) => ({ reply: [ackOf(10), both] })),
  ...tenWithAckOf(10).map((reply) => ({ reply, ends: true }) as const),
  ...text(10).map(
    (first) => ({ reply: [first, '<SEQ=SND.NXT+10><ACK=RCV.NXT+10><CTL=ACK>'], ends: true }) as const,
  ),
];

const FILLED = 200;

/** Text in segments of these sizes, each pushed or not. */
const inPieces = (
  outcome: Omit<StepOutcome, 'reply'>,
  ...divisions: readonly (readonly number[])[]
): readonly StepOutcome[] =>
  divisions.flatMap((sizes) => {
    const rows = sizes.reduce<readonly (readonly string[])[]>(
      (before, size, index) => {
        const at = sizes.slice(0, index).reduce((sum, one) => sum + one, 0);
        return before.flatMap((row) => text(size, after(1, at)).map((one) => [...row, one]));
      },
      [[]],
    );
    return rows.map((reply) => ({ reply, ...outcome }));
  });

export default scenarios('ladders', [
  ...small(200),
  ...small(536),
  ...withoutOption(4),
  ...withoutOption(6),
  ...asTheLinkTakes(4),
  ...asTheLinkTakes(6),
  {
    id: 'ladder.segment-sizes.small-text-waits',
    title: 'a small segment waits while text is in flight, and goes out when that is acknowledged',
    state: 'ESTABLISHED',
    steps: [...SECOND_WAITS, { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' }, { expect: text(10) }],
    rules: ['SHLD-7', 'MUST-60'],
  },
  {
    id: 'ladder.segment-sizes.small-text-waits-for-text',
    title:
      "a small segment waits for an acknowledgment, which the peer's text brings: both are answered in time",
    state: 'ESTABLISHED',
    steps: [
      ...SECOND_WAITS,
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
      { expect: ACKED_BESIDE, within: 500 },
    ],
    rules: ['SHLD-7', 'MUST-60', 'MUST-40', '3.10.7.4 fifth', '3.10.7.4 seventh'],
  },
  acknowledgedBeside(
    'text',
    "the peer's text arrives",
    '<SEQ=RCV.NXT><ACK=SND.NXT-10><CTL=ACK,PSH><DATA=10>',
    10,
    ['MUST-40', '3.10.7.4 seventh'],
  ),
  acknowledgedBeside('fin', "the peer's FIN arrives", '<SEQ=RCV.NXT><ACK=SND.NXT-10><CTL=FIN,ACK>', 1, [
    'MUST-40',
    '3.10.7.4 eighth',
  ]),
  acknowledgedBeside(
    'old-segment',
    'an empty segment before the window arrives',
    '<SEQ=RCV.NXT-1><ACK=SND.NXT-10><CTL=ACK>',
    0,
    ['3.5.2 group 3', '3.10.7.4 first'],
  ),
  {
    id: 'ladder.segment-sizes.small-text-fills-segment',
    title:
      'small text waits while other text is in flight, until there is enough of it for a full-sized segment',
    state: 'LISTEN',
    steps: [
      ...accepted(`<MSS=${FILLED}>`),
      // Once a segment is acknowledged, the congestion window takes more than one.
      { user: `SEND ${FILLED}` },
      { expect: text(FILLED) },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
      // Before a timer of the first ten octets lessens the congestion window.
      { user: 'SEND 10' },
      { user: 'SEND 10' },
      { user: `SEND ${FILLED - 10}` },
      {
        expect: {
          rfc793: [
            ...inPieces({}, [10, 10, FILLED - 10]),
            ...inPieces({ ends: true }, [10, FILLED], [10, 10], [10]),
          ],
          rfc1122: [
            ...inPieces({}, [10, FILLED], [10]),
            ...inPieces({ level: 'permitted' }, [10, 10, FILLED - 10], [10, 10]),
          ],
        },
      },
      // The congestion window may have held the rest back; with nothing in flight it takes a segment (RFC 5681 section 3.1).
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      {
        expect: {
          rfc793: 'silence',
          rfc1122: [
            { reply: 'silence', leftOpen: 'congestion window' },
            ...inPieces({}, [FILLED], [FILLED - 10]),
          ],
        },
      },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence' },
      // Nothing has waited for good: the FIN is behind all text.
      { user: 'CLOSE' },
      { expect: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK>' },
    ],
    rules: ['SHLD-7'],
  },
]);

/**
 * RFC 9293 section 3.10.7.4, first and seventh: text beyond a gap is held, and given to the user in order, once, when the gap is
 * filled (RFC 1122 section 4.2.2.20, SHLD-31).
 */
import type {
  ByProfile,
  StepDeclaration,
  StepExpectation,
  StepsDeclaration,
} from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import type { State } from '../../lib/standard/state.ts';
import { acknowledgedOrNot, ackOf } from './families/parts.ts';

const RULES: readonly RuleId[] = [
  'RFC 793 3.9 first held',
  'RFC 793 3.9 seventh',
  'RFC 1122 4.2.2.20 queueing',
  'SHLD-31',
  '3.10.7.4 seventh',
];

type Receiving = 'ESTABLISHED' | 'FIN-WAIT-1' | 'FIN-WAIT-2';

const ladder = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  { state = 'ESTABLISHED' as Receiving, rules = [] as readonly RuleId[] } = {},
): StepsDeclaration & { state: Receiving } => ({
  ...{ id: `ladder.reassembly.${name}`, title, state, steps },
  rules: [...RULES, ...rules],
});

/** So many octets of text, so many beyond RCV.NXT. */
const piece = (from: number, octets: number, ctl = 'ACK'): string =>
  `<SEQ=RCV.NXT${from > 0 ? `+${from}` : ''}><ACK=SND.NXT><CTL=${ctl}>${octets > 0 ? `<DATA=${octets}>` : ''}`;

/** Segments beyond a gap, which they leave open. */
const beyond = (...segments: readonly string[]): readonly StepDeclaration[] => [
  { send: segments },
  { expect: acknowledgedOrNot(segments.length) },
];

/**
 * What the ACK counts when the gap is filled: all that follows without another gap. A TCP that has not held some of it, or has given it
 * up, asks for it again, and the scenario ends.
 *
 * @param least what the segment that fills the gap brings
 */
const upTo = (octets: number, then: State, least: number): ByProfile<StepExpectation> => {
  const all = { reply: ackOf(octets), then };
  // RFC 1122 section 4.2.2.20 has a TCP process all that it has before it sends an ACK.
  const once = { ...all, with: { segments: 1 } };
  const fewer = Array.from({ length: Math.ceil((octets - least) / 5) }, (_, index) => least + 5 * index);
  const dropped = fewer.map((count) => ({ reply: ackOf(count), ends: true }) as const);
  return {
    rfc793: [all, ...dropped],
    rfc1122: [once, ...dropped.map((each) => ({ ...each, level: 'permitted' }) as const)],
  };
};

const filled = (
  by: string,
  octets: number,
  least: number,
  { then = 'ESTABLISHED' as State, delivered = octets } = {},
): readonly StepDeclaration[] => [
  { send: by },
  { expect: upTo(octets, then, least) },
  { expect: 'silence', delivered, then },
];

const permutations = (items: readonly number[]): readonly (readonly number[])[] =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );

/** Five segments, of which the first comes last: the others in every order. */
const orders = permutations([2, 3, 4, 5]).map((order) =>
  ladder(
    `order-${order.join('')}1`,
    `five segments of text come in the order ${order.join(', ')}, 1: all of it is delivered`,
    [...beyond(...order.map((number) => piece(10 * (number - 1), 10))), ...filled(piece(0, 10), 50, 10)],
    { rules: ['MAY-13', 'RFC 1122 4.2.2.21', 'MUST-58', 'MUST-59'] },
  ),
);

/** What lies beyond a gap, what fills it, and how many octets there are then. */
const overlaps: readonly (readonly [
  name: string,
  what: string,
  held: readonly string[],
  by: string,
  octets: number,
  least: number,
])[] = [
  ['left', 'reaches into a held segment', [piece(10, 10)], piece(0, 15), 20, 15],
  ['up-to-its-end', 'reaches to the end of a held segment', [piece(10, 10)], piece(0, 20), 20, 20],
  ['covering', 'covers a held segment and more', [piece(10, 10)], piece(0, 30), 30, 30],
  ['right', 'meets two held segments that overlap', [piece(10, 10), piece(15, 10)], piece(0, 10), 25, 10],
  [
    'right-first',
    'meets two held segments that overlap, the later first',
    [piece(15, 10), piece(10, 10)],
    piece(0, 10),
    25,
    10,
  ],
  ['equal', 'meets a held segment that came twice', [piece(10, 10), piece(10, 10)], piece(0, 10), 20, 10],
  [
    'inside',
    'meets a held segment, and another inside it',
    [piece(10, 20), piece(15, 5)],
    piece(0, 10),
    30,
    10,
  ],
  [
    'around',
    'meets a held segment, and another that covers it',
    [piece(15, 5), piece(10, 20)],
    piece(0, 10),
    30,
    10,
  ],
  ['two-gaps', 'leaves the next gap open', [piece(10, 10), piece(30, 10)], piece(0, 10), 20, 10],
  [
    'old-part',
    'begins before RCV.NXT',
    [piece(10, 10)],
    '<SEQ=RCV.NXT-5><ACK=SND.NXT><CTL=ACK><DATA=15>',
    20,
    10,
  ],
];

const FIN_BEYOND: readonly (readonly [Receiving, State])[] = [
  ['ESTABLISHED', 'CLOSE-WAIT'],
  ['FIN-WAIT-1', 'CLOSING'],
  ['FIN-WAIT-2', 'TIME-WAIT'],
];
const EIGHTH = { rules: ['3.10.7.4 eighth', 'RFC 793 3.9 eighth'] as const };
/** In FIN-WAIT-1 the peer does not acknowledge the FIN. */
const inState = (state: Receiving, steps: readonly StepDeclaration[]): readonly StepDeclaration[] =>
  state !== 'FIN-WAIT-1'
    ? steps
    : steps.map((step) =>
        'send' in step
          ? { ...step, send: [step.send].flat().map((one) => one.replace('ACK=SND.NXT', 'ACK=SND.UNA')) }
          : step,
      );

const fins = FIN_BEYOND.flatMap(([state, then]) => {
  const suffix = state === 'ESTABLISHED' ? '' : `-in-${state.toLowerCase()}`;
  const where = state === 'ESTABLISHED' ? '' : ` in ${state}`;
  return [
    ladder(
      `fin-beyond-gap${suffix}`,
      `a FIN beyond a gap${where} counts when all text before it has arrived`,
      inState(state, [
        ...beyond(piece(20, 0, 'FIN,ACK')),
        { send: piece(0, 10) },
        { expect: ackOf(10), then: state },
        ...filled(piece(0, 10), 11, 10, { then, delivered: 20 }),
      ]),
      { state, ...EIGHTH },
    ),
    ladder(
      `text-and-fin-beyond-gap${suffix}`,
      `text and FIN beyond a gap${where}: both count when the gap is filled`,
      inState(state, [
        ...beyond(piece(10, 10, 'FIN,ACK')),
        ...filled(piece(0, 10), 21, 10, { then, delivered: 20 }),
      ]),
      { state, ...EIGHTH },
    ),
    ladder(
      `gap-filled${suffix}`,
      `text beyond a gap${where} is delivered when the gap is filled`,
      inState(state, [...beyond(piece(10, 10)), ...filled(piece(0, 10), 20, 10, { then: state })]),
      { state },
    ),
  ];
});

export default scenarios('ladders', [
  ...orders,
  ...overlaps.map(([name, what, held, by, octets, least]) =>
    ladder(`overlap-${name}`, `text that fills a gap ${what}: each octet is delivered once`, [
      ...beyond(...held),
      ...filled(by, octets, least),
    ]),
  ),
  ...fins,
  ladder(
    'fin-overlaps',
    'text and FIN that begin before a held segment: each octet is delivered once, and the FIN counts',
    [
      ...beyond(piece(10, 10)),
      ...filled(piece(0, 25, 'FIN,ACK'), 26, 26, { then: 'CLOSE-WAIT', delivered: 25 }),
    ],
    EIGHTH,
  ),
  ladder(
    'fin-again-with-text',
    'a FIN comes again with the text before it, some of it new: the FIN counts once',
    [
      ...beyond(piece(20, 0, 'FIN,ACK')),
      ...filled(piece(0, 20, 'FIN,ACK'), 21, 21, { then: 'CLOSE-WAIT', delivered: 20 }),
    ],
    EIGHTH,
  ),
]);

/** RFC 9293 section 3.8.6.3: when an acknowledgment is sent. */
import type { StepDeclaration, StepsDeclaration, StateName } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import { ackOf, SENDS_TEN } from './families/parts.ts';

/** Milliseconds that an acknowledgment may be delayed by. */
const MOST_DELAYED = 500;

const TEXT: readonly StepDeclaration[] = [
  { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>' },
  { expect: ackOf(10), within: MOST_DELAYED },
];

const soon = (
  name: string,
  title: string,
  state: StateName,
  steps: readonly StepDeclaration[],
): StepsDeclaration & { state: StateName } => ({
  id: `ladder.delayed-ack.${name}`,
  title: `${title} is acknowledged within half a second`,
  state,
  steps,
  rules: ['MUST-40', 'RFC 1122 4.2.3.2'],
});

const FULL = { 4: 1460, 6: 1440 } as const;
const SEGMENTS = 3;

const fullSized = (count: number, octets: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `<SEQ=${index === 0 ? 'RCV.NXT' : `RCV.NXT+${index * octets}`}><ACK=SND.NXT><CTL=ACK><DATA=${octets}>`,
  );

/** The ways to acknowledge some segments, the last one among them. @returns after which segments an ACK goes out */
const waysOf = (last: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** (last - 1) }, (_, bits) => [
    ...Array.from({ length: last - 1 }, (_, index) => index + 1).filter((one) => bits & (1 << (one - 1))),
    last,
  ]);

/** Those that the target finds in its queue together are to be acknowledged together (RFC 9293 MUST-58, MUST-59). */
function atOnce(family: 4 | 6): StepsDeclaration & { state: StateName } {
  const octets = FULL[family];
  return {
    id: `ladder.delayed-ack.every-second-ipv${family}`,
    title: 'three full-sized segments at once: all are acknowledged within half a second',
    state: 'ESTABLISHED',
    families: [family],
    steps: [
      { send: fullSized(SEGMENTS, octets) },
      {
        expect: waysOf(SEGMENTS).map((way) => ({ reply: way.map((one) => ackOf(one * octets)) })),
        within: MOST_DELAYED,
      },
    ],
    rules: ['MUST-40', 'RFC 1122 4.2.3.2'],
  };
}

const SPACED = 4;
// Longer than a segment lies in a queue. All four come before a timer of 200 ms, which delays the ACK of the first, runs out.
const APART = 50;

/** RFC 9293 SHLD-19: of two consecutive full-sized segments, the target acknowledges at least one at once. */
function oneByOne(family: 4 | 6): StepsDeclaration & { state: StateName } {
  const octets = FULL[family];
  const isOfEverySecond = (way: readonly number[]): boolean =>
    way.every((one, index) => one - (way[index - 1] ?? 0) <= 2);
  return {
    id: `ladder.delayed-ack.every-second-spaced-ipv${family}`,
    title: 'full-sized segments come one by one: at least every second is acknowledged at once',
    state: 'ESTABLISHED',
    families: [family],
    steps: [
      { send: fullSized(SPACED, octets), spaced: APART },
      {
        expect: waysOf(SPACED).map((way) => ({
          reply: way.map((one) => ackOf(one * octets)),
          level: isOfEverySecond(way) ? ('recommended' as const) : ('permitted' as const),
        })),
        within: MOST_DELAYED,
      },
    ],
    rules: ['SHLD-19', 'RFC 1122 4.2.3.2'],
  };
}

export default scenarios('ladders', [
  soon('text-after-text', "text after the target's own text", 'ESTABLISHED', [
    ...SENDS_TEN,
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
    { expect: 'silence' },
    ...TEXT,
  ]),
  soon('text-fin-wait-2', 'text after other text in FIN-WAIT-2', 'FIN-WAIT-2', [...TEXT, ...TEXT]),
  soon('fin', 'a FIN after text', 'ESTABLISHED', [
    ...TEXT,
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
    { expect: ackOf(1), within: MOST_DELAYED, then: 'CLOSE-WAIT' },
  ]),
  soon('fin-fin-wait-2', 'a FIN after text in FIN-WAIT-2', 'FIN-WAIT-2', [
    ...TEXT,
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>' },
    { expect: ackOf(1), within: MOST_DELAYED, then: 'TIME-WAIT' },
  ]),
  atOnce(4),
  atOnce(6),
  oneByOne(4),
  oneByOne(6),
]);

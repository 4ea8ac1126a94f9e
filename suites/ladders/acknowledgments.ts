/** RFC 9293 section 3.8.6.3: when an acknowledgment is sent. */
import type { StepDeclaration, StepOutcome, StepsDeclaration, StateName } from '../../lib/catalogue/case.ts';
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

/** The ways to acknowledge some segments, the last one among them. @returns after which segments an ACK goes out */
const waysOf = (last: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** (last - 1) }, (_, bits) => [
    ...Array.from({ length: last - 1 }, (_, index) => index + 1).filter((one) => bits & (1 << (one - 1))),
    last,
  ]);

const isEverySecond = (way: readonly number[]): boolean =>
  way.every((one, index) => one - (way[index - 1] ?? 0) <= 2);

/** RFC 1122 section 4.2.3.2 and RFC 9293 section 3.8.6.3 make it a SHOULD. RFC 793 does not speak of it. */
function everySecond(family: 4 | 6): StepsDeclaration & { state: StateName } {
  const octets = FULL[family];
  const reply = (way: readonly number[]) => way.map((one) => ackOf(one * octets));
  const ways = waysOf(SEGMENTS);
  const often = ways.filter(isEverySecond).map((way): StepOutcome => ({ reply: reply(way) }));
  const seldom = ways.filter((way) => !isEverySecond(way)).map((way): StepOutcome => ({ reply: reply(way) }));
  const at = (index: number) => (index === 0 ? 'RCV.NXT' : `RCV.NXT+${index * octets}`);
  return {
    id: `ladder.delayed-ack.every-second-ipv${family}`,
    title: 'three full-sized segments at once: at least every second is acknowledged',
    state: 'ESTABLISHED',
    families: [family],
    steps: [
      {
        send: Array.from(
          { length: SEGMENTS },
          (_, index) => `<SEQ=${at(index)}><ACK=SND.NXT><CTL=ACK><DATA=${octets}>`,
        ),
      },
      {
        expect: {
          rfc793: [...often, ...seldom],
          rfc1122: [
            ...often.map((one) => ({ ...one, level: 'recommended' }) as const),
            ...seldom.map((one) => ({ ...one, level: 'permitted' }) as const),
          ],
        },
        within: MOST_DELAYED,
      },
    ],
    rules: ['SHLD-19', 'RFC 1122 4.2.3.2 every second'],
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
  everySecond(4),
  everySecond(6),
]);

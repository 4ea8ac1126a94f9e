/**
 * RFC 7323 sections 3.2 and 4.3: every segment but a reset carries the timestamps that were negotiated, and TSecr is TS.Recent: that
 * of the segment that spans the last acknowledgment.
 */
import type { StateName, StepDeclaration, StepsDeclaration } from '../../lib/catalogue/case.ts';
import { scenarios } from '../../lib/catalogue/declare.ts';
import type { RuleId } from '../../lib/standard/rules.ts';
import { acknowledgedOrNot } from './families/parts.ts';

const ladder = (
  name: string,
  title: string,
  steps: readonly StepDeclaration[],
  rules: readonly RuleId[] = [],
  state: StateName = 'ESTABLISHED',
): StepsDeclaration & { state: StateName } => ({
  ...{ id: `ladder.timestamps.${name}`, title, state, condition: 'timestamps', steps },
  rules: ['RFC 7323 3.2', 'RFC 7323 5.3 R3', ...rules],
});

const plus = (more: number): string => (more === 0 ? '' : `+${more}`);

/** Newer than TS.Recent by so much. */
const text = (newer: number, at = 'RCV.NXT'): string =>
  `<SEQ=${at}><ACK=SND.NXT><CTL=ACK,PSH><DATA=10><TSVAL=TS.RECENT${plus(newer)}>`;
const ack = (octets: number, newer: number): string =>
  `<SEQ=SND.NXT><ACK=RCV.NXT${plus(octets)}><CTL=ACK><TSECR=TS.RECENT${plus(newer)}>`;

/** A segment that was acknowledged before has an ACK, which tells TS.Recent. */
const tells = (newer: number): readonly StepDeclaration[] => [
  { send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>' },
  { expect: ack(0, newer) },
];

const SENT_TEXT = ['ACK', 'ACK,PSH'].map(
  (ctl) => `<SEQ=SND.NXT><ACK=RCV.NXT><CTL=${ctl}><DATA=10><TSECR=TS.RECENT>`,
);
const SENT_FIN = '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=FIN,ACK><TSECR=TS.RECENT>';
const TAKEN: readonly StepDeclaration[] = [{ send: text(5) }, { expect: ack(10, 5) }];

export default scenarios('ladders', [
  ladder('text', 'the ACK of text echoes the timestamp of the text', [...TAKEN, ...tells(0)]),
  ladder('text-twice', 'the ACK of each of two segments echoes the timestamp of that segment', [
    ...TAKEN,
    { send: text(7) },
    { expect: ack(10, 7) },
  ]),
  ladder(
    'same-timestamp',
    'text with the same TSval as the text before: the target accepts it, and echoes TSval',
    [...TAKEN, { send: text(0) }, { expect: ack(10, 0) }],
  ),
  ladder(
    'fin',
    'the ACK of a FIN echoes the timestamp of the FIN',
    [
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK><TSVAL=TS.RECENT+5>' },
      { expect: ack(1, 5), then: 'CLOSE-WAIT' },
      ...tells(0),
    ],
    ['3.10.7.4 eighth'],
  ),
  ladder('empty-ack', 'an empty segment in sequence changes TS.Recent: the next ACK echoes it', [
    { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK><TSVAL=TS.RECENT+5>' },
    { expect: 'silence' },
    ...tells(0),
  ]),
  ladder('beyond-gap', 'text beyond a gap does not change TS.Recent; the text that fills the gap does', [
    { send: text(5, 'RCV.NXT+10') },
    {
      expect: acknowledgedOrNot().map((one) =>
        one.reply === 'silence' ? one : { ...one, reply: ack(0, 0) },
      ),
    },
    { send: text(3) },
    { expect: [ack(20, 3), { reply: ack(10, 3), ends: true }] },
  ]),
  ladder(
    'old-text',
    'old text does not change TS.Recent',
    [
      { send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1><TSVAL=TS.RECENT+5>' },
      // Section 5.3 refuses the segment (R2) before it takes the timestamp (R3); appendix D takes it before.
      { expect: [ack(0, 0), { reply: ack(0, 5), ends: true }] },
      ...tells(0),
    ],
    ['3.10.7.4 first'],
  ),
  ladder(
    'beyond-window',
    'text beyond the window does not change TS.Recent',
    [{ send: text(5, 'RCV.NXT+RCV.WND+1') }, { expect: ack(0, 0) }, ...tells(0)],
    ['3.10.7.4 first'],
  ),
  ladder('sent-text', "text echoes the timestamp of the peer's last segment", [
    ...TAKEN,
    { user: 'SEND 10' },
    { expect: SENT_TEXT },
  ]),
  ladder('sent-fin', "a FIN echoes the timestamp of the peer's last segment", [
    ...TAKEN,
    { user: 'CLOSE' },
    { expect: SENT_FIN, then: 'FIN-WAIT-1' },
  ]),
  ladder(
    'fin-wait-2',
    'in FIN-WAIT-2 the ACK of text echoes the timestamp of the text',
    [...TAKEN, ...tells(0)],
    [],
    'FIN-WAIT-2',
  ),
  ladder(
    'ack-after-old-text',
    "old text is answered, and the ACK of the target's SYN echoes the timestamp of that answer: it establishes",
    [
      // The target's clock of timestamps is to tick meanwhile.
      { wait: 50 },
      { send: '<SEQ=RCV.NXT-1><ACK=SND.NXT><CTL=ACK><DATA=1>' },
      { expect: ack(0, 0), then: 'SYN-RECEIVED' },
      { send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>' },
      { expect: 'silence', then: 'ESTABLISHED' },
    ],
    ['3.10.7.4 first', 'RFC 793 3.9 fifth', '3.10.7.4 fifth'],
    'SYN-RECEIVED (passive)',
  ),
]);

import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import {
  acknowledgmentOf,
  always,
  emptyAck,
  leftOpen,
  named,
  nothingDueButPermitted,
  type Outcomes,
  permitted,
  type Row,
  type Subject,
  silence,
  textTaken,
} from './expectations.ts';
import { ACK, ACK_INSIDE, SEQUENCE, TEXT, UNACCEPTABLE } from './rules.ts';

/** First step: empty segments across the window, except at RCV.NXT, which belongs to the fifth step. */
export const emptySegments = (subject: Subject): readonly CaseDeclaration[] => [
  ...outside(subject, [
    {
      name: 'ack.one-before',
      title: 'empty segment one octet before the window',
      send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'ack.far-before',
      title: 'empty segment far before the window',
      send: `<SEQ=RCV.NXT-2^30><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'ack.at-right-edge',
      title: 'empty segment at the right edge, the first number outside the window',
      send: `<SEQ=RCV.NXT+RCV.WND><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'ack.beyond',
      title: 'empty segment far beyond the window',
      send: `<SEQ=RCV.NXT+RCV.WND+2^30><ACK=${subject.ack}><CTL=ACK>`,
    },
  ]),
  ...inside(subject, [
    {
      name: 'ack.middle',
      title: 'empty segment in the middle of the window',
      send: `<SEQ=RCV.NXT+RCV.WND/2><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'ack.last-in-window',
      title: 'empty segment at the last number of the window',
      send: `<SEQ=RCV.NXT+RCV.WND-1><ACK=${subject.ack}><CTL=ACK>`,
    },
  ]),
];

/**
 * First step: acknowledgments of the target's FIN far outside the window. Nothing of them is processed, not even the ACK field.
 * One octet before the window this is not tested, because RFC 9293 A.2 describes needed ACKs that the check loses there.
 */
export const strayAcknowledgmentsOfOurFin = (subject: Subject): readonly CaseDeclaration[] =>
  outside(subject, [
    {
      name: 'ack.far-before-of-our-fin',
      title: "ACK of the target's FIN, on an empty segment far before the window",
      send: '<SEQ=RCV.NXT-2^30><ACK=SND.NXT><CTL=ACK>',
    },
    {
      name: 'ack.beyond-of-our-fin',
      title: "ACK of the target's FIN, on an empty segment far beyond the window",
      send: '<SEQ=RCV.NXT+RCV.WND+2^30><ACK=SND.NXT><CTL=ACK>',
    },
  ]);

/** First step: text that is not acceptable, and text across an edge of the window. */
export const textAcrossTheWindow = (subject: Subject): readonly CaseDeclaration[] => [
  ...outside(subject, [
    {
      name: 'text.old-duplicate',
      title: 'text that was already received, up to the left edge',
      send: `<SEQ=RCV.NXT-10><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    },
    {
      name: 'text.one-before',
      title: 'one octet of old text, like a keep-alive probe',
      send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=ACK><DATA=1>`,
    },
    {
      name: 'text.at-right-edge',
      title: 'text that begins at the right edge, outside the window',
      send: `<SEQ=RCV.NXT+RCV.WND><ACK=${subject.ack}><CTL=ACK><DATA=10>`,
    },
    {
      name: 'text.beyond',
      title: 'text far beyond the window',
      send: `<SEQ=RCV.NXT+RCV.WND+2^30><ACK=${subject.ack}><CTL=ACK><DATA=10>`,
    },
  ]),
  {
    id: named(subject, 'text.straddles-left-edge'),
    title: 'four octets of old text and six octets of new text',
    send: `<SEQ=RCV.NXT-4><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: always(...textTaken(subject, 6)),
    rules: [...SEQUENCE, ...TEXT],
  },
  {
    id: named(subject, 'text.contains-window'),
    title: 'text that begins before the window and ends after it',
    send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=ACK><DATA=RCV.WND+2>`,
    expect: always(...containsWindow(subject)),
    rules: [...UNACCEPTABLE, ...TEXT],
  },
];

/**
 * Both ends of the segment fail the test, although it fills the window. A TCP that trims first accepts the rest. Both are
 * readings of RFC 793. The octet after the window may be accepted too: a TCP could trim it off, but the seventh step accepts
 * text until the buffer is full, and a buffer may hold more than was advertised.
 */
function containsWindow({ state, takesText }: Subject): Outcomes {
  return takesText
    ? [
        emptyAck(state),
        acknowledgmentOf('RCV.WND', state),
        ...permitted(acknowledgmentOf('RCV.WND+1', state)),
      ]
    : [emptyAck(state), ...leftOpen('ends of the segment', silence(state))];
}

const outside = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, name),
    title,
    send,
    expect: always(emptyAck(subject.state)),
    rules: UNACCEPTABLE,
  }));

const inside = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, name),
    title,
    send,
    expect: always(...nothingDueButPermitted(subject)),
    rules: [...SEQUENCE, ...ACK, ...ACK_INSIDE],
  }));

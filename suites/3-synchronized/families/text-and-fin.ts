import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import type { State } from '../../../lib/standard/state.ts';
import { tooOld } from './ack.ts';
import {
  acknowledgmentOf,
  always,
  emptyAck,
  named,
  outOfOrder,
  permitted,
  type Row,
  type Subject,
  textTaken,
} from './expectations.ts';
import { ACK_RANGE, ACK_UNACCEPTABLE, FIN, OUT_OF_ORDER, SEQUENCE, TEXT, UNACCEPTABLE } from './rules.ts';

/** Seventh step: text in order, and beyond a gap. */
export const text = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'text.in-order'),
    title: subject.takesText ? 'text in order' : "text after the peer's FIN",
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: always(...textTaken(subject, 10)),
    rules: TEXT,
  },
  ...beyondAGap(subject, [
    {
      name: 'text.out-of-order',
      title: 'text inside the window beyond a gap',
      send: `<SEQ=RCV.NXT+20><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    },
    {
      name: 'text.last-in-window',
      title: 'one octet of text at the last number of the window',
      send: `<SEQ=RCV.NXT+RCV.WND-1><ACK=${subject.ack}><CTL=ACK><DATA=1>`,
    },
    {
      name: 'text.straddles-right-edge',
      title: 'two octets of text, the second outside the window',
      send: `<SEQ=RCV.NXT+RCV.WND-1><ACK=${subject.ack}><CTL=ACK><DATA=2>`,
    },
  ]),
  ...(subject.takesText ? [beyondFullWindow(subject)] : []),
];

/**
 * A TCP could trim off the text after the window. But the seventh step accepts text until the buffer is full, and a buffer
 * may hold more than was advertised.
 */
const beyondFullWindow = (subject: Subject): CaseDeclaration => ({
  id: named(subject, 'text.beyond-full-window'),
  title: 'text in order that is two octets longer than the window',
  send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=RCV.WND+2>`,
  expect: always(
    acknowledgmentOf('RCV.WND', subject.state),
    ...permitted(acknowledgmentOf('RCV.WND+2', subject.state)),
  ),
  rules: [...SEQUENCE, ...TEXT],
});

/** Eighth step: FINs that do not reach it, in every synchronized state. */
export const refusedFins = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'fin.one-before'),
    title: subject.takesText ? 'FIN one octet before the window' : "the peer's FIN again",
    send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=FIN,ACK>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...FIN],
  },
  {
    id: named(subject, 'fin.at-right-edge'),
    title: 'FIN at the right edge, the first number outside the window',
    send: `<SEQ=RCV.NXT+RCV.WND><ACK=${subject.ack}><CTL=FIN,ACK>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...FIN],
  },
  {
    id: named(subject, 'fin.beyond'),
    title: 'FIN far beyond the window',
    send: `<SEQ=RCV.NXT+RCV.WND+2^30><ACK=${subject.ack}><CTL=FIN,ACK>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...FIN],
  },
  ...beyondAGap(subject, [
    {
      name: 'fin.last-in-window',
      title: 'FIN at the last number of the window, beyond a gap',
      send: `<SEQ=RCV.NXT+RCV.WND-1><ACK=${subject.ack}><CTL=FIN,ACK>`,
    },
  ]),
  {
    id: named(subject, 'fin.ack-beyond-snd-nxt'),
    title: 'FIN in order that acknowledges an octet never sent',
    send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK>',
    expect: always(emptyAck(subject.state)),
    rules: [...ACK_UNACCEPTABLE, ...FIN],
  },
  {
    id: named(subject, 'fin.ack-beyond-snd-nxt-with-text'),
    title: 'text in order and a FIN that acknowledge an octet never sent',
    send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=FIN,ACK,PSH><DATA=10>',
    expect: always(emptyAck(subject.state)),
    rules: [...ACK_UNACCEPTABLE, ...TEXT, ...FIN],
  },
];

/** Eighth step: a FIN in order, which leads to `then`. */
export const finInOrder = (subject: Subject, row: Row, octets: number, then: State): CaseDeclaration => ({
  id: named(subject, `fin.${row.name}`),
  title: row.title,
  send: row.send,
  expect: always(acknowledgmentOf(octets, then)),
  rules: octets > 1 ? [...TEXT, ...FIN] : FIN,
});

/** Eighth step, in states that still accept text: variants of the peer's FIN. In order, it leads to `then`. */
export const firstFin = (subject: Subject, then: State): readonly CaseDeclaration[] => [
  finInOrder(
    subject,
    {
      name: 'with-text',
      title: 'text in order and a FIN',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK,PSH><DATA=10>`,
    },
    11,
    then,
  ),
  finInOrder(
    subject,
    {
      name: 'behind-old-text',
      title: 'text that was already received, and behind it the FIN',
      send: `<SEQ=RCV.NXT-10><ACK=${subject.ack}><CTL=FIN,ACK,PSH><DATA=10>`,
    },
    1,
    then,
  ),
  finInOrder(
    subject,
    {
      name: 'old-ack',
      title: 'FIN in order with an ACK one octet older than the last',
      send: '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=FIN,ACK>',
    },
    1,
    then,
  ),
  {
    id: named(subject, 'fin.far-too-old-ack'),
    title: 'FIN in order with an ACK far older than any send window',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=FIN,ACK>',
    expect: tooOld(subject, [acknowledgmentOf(1, then)]),
    rules: [...ACK_RANGE, ...FIN],
  },
  ...beyondAGap(subject, [
    {
      name: 'fin.out-of-order',
      title: 'FIN inside the window beyond a gap',
      send: `<SEQ=RCV.NXT+20><ACK=${subject.ack}><CTL=FIN,ACK>`,
    },
  ]),
  {
    id: named(subject, 'fin.behind-full-window'),
    title: 'text that fills the window, and a FIN that no longer fits',
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK><DATA=RCV.WND>`,
    // A TCP could trim off what is after the window. But the seventh step accepts text until the buffer is full, and a buffer
    // may hold more than was advertised. Then the FIN is in order.
    expect: always(
      acknowledgmentOf('RCV.WND', subject.state),
      ...permitted(acknowledgmentOf('RCV.WND+1', then)),
    ),
    rules: [...SEQUENCE, ...TEXT, ...FIN],
  },
];

/** After the peer's FIN: its text and FIN again. */
export const repeatedTextAndFin = (subject: Subject): CaseDeclaration => ({
  id: named(subject, 'fin.repeated-with-text'),
  title: "the peer's last text and its FIN again",
  send: `<SEQ=RCV.NXT-11><ACK=${subject.ack}><CTL=FIN,ACK,PSH><DATA=10>`,
  expect: always(emptyAck(subject.state)),
  rules: [...UNACCEPTABLE, ...FIN],
});

const beyondAGap = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, name),
    title,
    send,
    expect: always(...outOfOrder(subject)),
    rules: [...OUT_OF_ORDER, ...(name.startsWith('fin') ? FIN : TEXT)],
  }));

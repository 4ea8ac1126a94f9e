import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import { always, named, nothingDue, type Row, type Subject, textTaken } from './expectations.ts';
import { TEXT, URG } from './rules.ts';

/**
 * Sixth step: the TCP tells the user of the urgent pointer, and sends no answer. The pointer counts from SEG.SEQ. Whatever it
 * says, every octet of the text has a number and is acknowledged, also one that the user receives out of band.
 */
export const urgent = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'urg.empty'),
    title: 'empty segment at RCV.NXT whose urgent pointer announces text to come',
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><URG=10>`,
    expect: always(...nothingDue(subject)),
    rules: URG,
  },
  ...withText(subject, [
    {
      name: 'inside-text',
      title: 'text in order with the urgent pointer inside the text',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><DATA=10><URG=5>`,
    },
    {
      name: 'at-end-of-text',
      title: 'text in order with the urgent pointer at the end of the text',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><DATA=10><URG=10>`,
    },
    {
      name: 'beyond-text',
      title: 'text in order with the urgent pointer beyond the text',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><DATA=10><URG=20>`,
    },
    {
      name: 'pointer-zero',
      title: 'text in order with URG and an urgent pointer of 0',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><DATA=10><URG=0>`,
    },
    {
      name: 'pointer-without-urg',
      title: 'text in order with an urgent pointer, but without URG',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10><URG=5>`,
    },
  ]),
];

const withText = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, `urg.${name}`),
    title,
    send,
    expect: always(...textTaken(subject, 10)),
    rules: [...URG, ...TEXT],
  }));

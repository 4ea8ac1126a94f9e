import type { CaseDeclaration, Condition } from '../../../lib/catalogue/case.ts';
import { always, named, type Subject, silence } from './expectations.ts';
import { CHECKSUM } from './rules.ts';

const condition: Condition = 'wrong-checksum';

/** Before the first step: wrong checksums. With a right checksum, each segment would get an answer or change the connection. */
export const wrongChecksums = (subject: Subject): readonly CaseDeclaration[] =>
  [
    {
      name: 'text.wrong-checksum',
      title: 'text outside the window with a wrong checksum',
      send: `<SEQ=RCV.NXT+RCV.WND><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    },
    {
      name: 'text.in-order-wrong-checksum',
      title: 'text in order with a wrong checksum',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    },
    {
      name: 'fin.wrong-checksum',
      title: 'FIN in order with a wrong checksum',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK>`,
    },
    {
      name: 'ack.wrong-checksum',
      title: 'ACK of octets never sent with a wrong checksum',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
    },
    {
      name: 'rst.wrong-checksum',
      title: 'RST at RCV.NXT with a wrong checksum',
      send: '<SEQ=RCV.NXT><CTL=RST>',
    },
    {
      name: 'syn.wrong-checksum',
      title: 'SYN at RCV.NXT with a wrong checksum',
      send: '<SEQ=RCV.NXT><CTL=SYN>',
    },
  ].map(({ name, title, send }) => ({
    id: named(subject, name),
    title,
    condition,
    send,
    expect: always(silence(subject.state)),
    rules: CHECKSUM,
  }));

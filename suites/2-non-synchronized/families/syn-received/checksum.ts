import type { CaseDeclaration } from '../../../../lib/catalogue/case.ts';
import type { Origin } from '../../../../lib/standard/state.ts';
import { DROPPED } from './outcomes.ts';

/** Before the first step: wrong checksums. With a right checksum, each segment would get an answer or change the connection. */
export const wrongChecksums = (origin: Origin): readonly CaseDeclaration[] =>
  [
    {
      stimulus: 'ack.wrong-checksum',
      title: 'the ACK that completes the handshake, with a wrong checksum',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK>',
    },
    {
      stimulus: 'ack.snd-una-wrong-checksum',
      title: 'ACK of ISS with a wrong checksum',
      send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=ACK>',
    },
    {
      stimulus: 'text.wrong-checksum',
      title: 'handshake ACK with text and a wrong checksum',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=ACK,PSH><DATA=10>',
    },
    {
      stimulus: 'fin.wrong-checksum',
      title: 'handshake ACK with FIN and a wrong checksum',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=FIN,ACK>',
    },
    {
      stimulus: 'rst.wrong-checksum',
      title: 'RST at RCV.NXT with a wrong checksum',
      send: '<SEQ=RCV.NXT><CTL=RST>',
    },
    {
      stimulus: 'syn.wrong-checksum',
      title: 'SYN at RCV.NXT with a wrong checksum',
      send: '<SEQ=RCV.NXT><CTL=SYN>',
    },
  ].map(({ stimulus, title, send }) => ({
    id: `syn-received.${origin}.${stimulus}`,
    title,
    condition: 'wrong-checksum',
    send,
    expect: DROPPED,
    rules: ['RFC 793 3.1 checksum', 'RFC 1122 4.2.2.7', 'MUST-3'],
  }));

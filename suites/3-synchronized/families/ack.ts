import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import type { State } from '../../../lib/standard/state.ts';
import {
  always,
  anyOf,
  type ByProfile,
  byProfile,
  eitherWay,
  emptyAck,
  leftOpen,
  named,
  nothingDue,
  type Outcomes,
  permitted,
  type Row,
  type Subject,
  silence,
  textTaken,
} from './expectations.ts';
import { ACK, ACK_INSIDE, ACK_RANGE, ACK_UNACCEPTABLE, TEXT, UNACCEPTABLE } from './rules.ts';

/**
 * Fifth step: no ACK bit. In the window such a segment is dropped in every state, TIME-WAIT included. Outside the window the
 * first step acknowledges it.
 */
export const withoutAck = (subject: Subject): readonly CaseDeclaration[] => [
  ...dropped(subject, [
    { name: 'empty', title: 'acceptable segment with no flags', send: '<SEQ=RCV.NXT>' },
    { name: 'text', title: 'text in order without ACK', send: '<SEQ=RCV.NXT><CTL=PSH><DATA=10>' },
    { name: 'fin', title: 'FIN in order without ACK', send: '<SEQ=RCV.NXT><CTL=FIN>' },
    { name: 'urg', title: 'acceptable segment with only URG', send: '<SEQ=RCV.NXT><CTL=URG>' },
  ]),
  {
    id: named(subject, 'no-ack.one-before'),
    title: 'segment before the window with no flags: the sequence number is checked first',
    send: '<SEQ=RCV.NXT-1>',
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...ACK],
  },
  {
    id: named(subject, 'no-ack.at-right-edge'),
    title: 'text at the right edge without ACK: the sequence number is checked first',
    send: '<SEQ=RCV.NXT+RCV.WND><CTL=PSH><DATA=10>',
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...ACK],
  },
  ...[
    { name: 'one-before', seq: 'RCV.NXT-1', title: 'FIN one octet before the window, without ACK' },
    { name: 'at-right-edge', seq: 'RCV.NXT+RCV.WND', title: 'FIN at the right edge, without ACK' },
    { name: 'beyond', seq: 'RCV.NXT+RCV.WND+2^30', title: 'FIN far beyond the window, without ACK' },
  ].map(({ name, seq, title }) => ({
    id: named(subject, `no-ack.fin-${name}`),
    title,
    send: `<SEQ=${seq}><CTL=FIN>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...ACK],
  })),
  {
    // Without ACK it is dropped. RFC 1122 lets a TCP acknowledge a valid segment beyond the left edge, and does not say
    // whether a segment without ACK is valid.
    id: named(subject, 'no-ack.fin-last-in-window'),
    title: 'FIN at the last number of the window, without ACK',
    send: '<SEQ=RCV.NXT+RCV.WND-1><CTL=FIN>',
    expect: always(
      silence(subject.state),
      ...leftOpen('begins further on', ...permitted(emptyAck(subject.state))),
    ),
    rules: [...ACK, ...ACK_INSIDE],
  },
];

/** Fifth step: an acknowledgment at RCV.NXT that asks for no reply. */
export const acknowledgment = (
  subject: Subject,
  row: Row & Pick<CaseDeclaration, 'condition'>,
  then: State = subject.state,
): CaseDeclaration => ({
  id: named(subject, `ack.${row.name}`),
  title: row.title,
  ...(row.condition ? { condition: row.condition } : {}),
  send: row.send,
  expect: always(...(then === subject.state ? nothingDue(subject) : [silence(then)])),
  rules: ACK,
});

/** Fifth step: old acknowledgments. They are ignored; RFC 5961 sets a limit. */
export const oldAcknowledgments = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'ack.old-by-one'),
    title: 'ACK one octet older than the last',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=ACK>',
    expect: always(...nothingDue(subject)),
    rules: ACK_RANGE,
  },
  {
    id: named(subject, 'ack.old-by-max-window'),
    title: 'ACK as old as the largest send window allows',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-MAX.SND.WND><CTL=ACK>',
    expect: always(...nothingDue(subject)),
    rules: ACK_RANGE,
  },
  {
    id: named(subject, 'ack.older-than-max-window'),
    title: 'ACK one octet older than the largest send window allows',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-MAX.SND.WND-1><CTL=ACK>',
    expect: tooOld(subject, nothingDue(subject)),
    rules: ACK_RANGE,
  },
  {
    id: named(subject, 'ack.far-too-old'),
    title: 'ACK far older than any send window',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=ACK>',
    expect: tooOld(subject, nothingDue(subject)),
    rules: ACK_RANGE,
  },
  {
    id: named(subject, 'text.old-ack'),
    title: 'text in order with an ACK one octet older than the last',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=ACK,PSH><DATA=10>',
    expect: always(...textTaken(subject, 10)),
    rules: [...ACK_RANGE, ...TEXT],
  },
  {
    id: named(subject, 'text.far-too-old-ack'),
    title: 'text in order with an ACK far older than any send window',
    send: '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=ACK,PSH><DATA=10>',
    expect: tooOld(subject, textTaken(subject, 10)),
    rules: [...ACK_RANGE, ...TEXT],
  },
];

/** Fifth step: ACKs of octets never sent. They get an empty ACK, and nothing else in them is processed. */
export const futureAcknowledgments = (subject: Subject): readonly CaseDeclaration[] =>
  [
    {
      name: 'ack.beyond-snd-nxt',
      title: 'ACK of one octet never sent',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
      rules: ACK_UNACCEPTABLE,
    },
    {
      name: 'ack.far-beyond-snd-nxt',
      title: 'ACK far beyond anything sent',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=ACK>',
      rules: ACK_UNACCEPTABLE,
    },
    {
      name: 'ack.one-before-and-beyond-snd-nxt',
      title: 'ACK of an octet never sent, on a segment before the window',
      send: '<SEQ=RCV.NXT-1><ACK=SND.NXT+1><CTL=ACK>',
      rules: [...UNACCEPTABLE, ...ACK_UNACCEPTABLE],
    },
    {
      name: 'text.ack-beyond-snd-nxt',
      title: 'text in order that acknowledges an octet never sent',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
      rules: ACK_UNACCEPTABLE,
    },
  ].map(({ name, title, send, rules }) => ({
    id: named(subject, name),
    title,
    send,
    expect: always(emptyAck(subject.state)),
    rules,
  }));

/**
 * An acknowledgment below SND.UNA-MAX.SND.WND. A TCP that has adopted the check of RFC 5961 answers and discards the segment;
 * section 5.2 is a MAY. Under RFC 9293 a TCP that has adopted the check applies it to all incoming segments.
 */
export function tooOld({ state }: Subject, ignored: Outcomes): ByProfile {
  const challenge = emptyAck(state);
  return byProfile({
    rfc793: ignored,
    rfc5961: anyOf(challenge, ...leftOpen('ACK check', ...permitted(...ignored))),
    rfc9293: eitherWay('ack', [challenge], ignored),
  });
}

const dropped = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, `no-ack.${name}`),
    title,
    send,
    expect: always(silence(subject.state)),
    rules: ACK,
  }));

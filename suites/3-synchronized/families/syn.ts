import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import {
  always,
  anyOf,
  type ByProfile,
  byProfile,
  eitherWay,
  emptyAck,
  leftOpen,
  named,
  permitted,
  replacedByRfc5961,
  resetOfAnyForm,
  type Subject,
  textTaken,
} from './expectations.ts';
import { type Rules, SEQUENCE, SYN, TEXT, UNACCEPTABLE } from './rules.ts';

/** Whether a SYN is in the window, and whether its number is newer than the last one that the peer used. */
export interface Place {
  readonly inWindow: boolean;
  readonly newer: boolean;
}

const INSIDE: Place = { inWindow: true, newer: true };
const BEFORE: Place = { inWindow: false, newer: false };
const BEYOND: Place = { inWindow: false, newer: true };

/** A SYN in the window resets the connection. RFC 5961 sends a challenge ACK, wherever the SYN is. */
export const unexpectedSyn =
  (subject: Subject, carriesAck = false) =>
  ({ inWindow }: Place): ByProfile =>
    inWindow
      ? replacedByRfc5961('syn', resetOfAnyForm(carriesAck), [emptyAck(subject.state)])
      : always(emptyAck(subject.state));

/**
 * Fourth step: SYNs across the window, with and without other flags. The expectation for a SYN without flags depends on the
 * state: in TIME-WAIT it may open a new connection.
 */
export const syns = (
  subject: Subject,
  alone: (place: Place) => ByProfile = unexpectedSyn(subject),
  also: Rules = [],
): readonly CaseDeclaration[] => {
  const withAck = unexpectedSyn(subject, true);
  const inside = [...SYN, ...also];
  const outside = [...UNACCEPTABLE, ...SYN, ...also];
  return [
    {
      id: named(subject, 'syn.at-rcv-nxt'),
      title: 'SYN at RCV.NXT',
      send: '<SEQ=RCV.NXT><CTL=SYN>',
      expect: alone(INSIDE),
      rules: inside,
    },
    {
      id: named(subject, 'syn.middle'),
      title: 'SYN in the middle of the window',
      send: '<SEQ=RCV.NXT+RCV.WND/2><CTL=SYN>',
      expect: alone(INSIDE),
      rules: inside,
    },
    {
      id: named(subject, 'syn.last-in-window'),
      title: 'SYN at the last number of the window',
      send: '<SEQ=RCV.NXT+RCV.WND-1><CTL=SYN>',
      expect: alone(INSIDE),
      rules: inside,
    },
    {
      id: named(subject, 'syn.one-before'),
      title: 'SYN one octet before the window',
      send: '<SEQ=RCV.NXT-1><CTL=SYN>',
      expect: alone(BEFORE),
      rules: outside,
    },
    {
      id: named(subject, 'syn.at-right-edge'),
      title: 'SYN at the right edge, the first number outside the window',
      send: '<SEQ=RCV.NXT+RCV.WND><CTL=SYN>',
      expect: alone(BEYOND),
      rules: outside,
    },
    {
      id: named(subject, 'syn.beyond'),
      title: 'SYN far beyond the window',
      send: '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=SYN>',
      expect: alone(BEYOND),
      rules: outside,
    },
    {
      id: named(subject, 'syn.far-before'),
      title: 'SYN far before the window',
      send: '<SEQ=RCV.NXT-2^30><CTL=SYN>',
      expect: alone(BEFORE),
      rules: outside,
    },
    ...[
      { name: 'at-rcv-nxt', seq: 'RCV.NXT', title: 'SYN,FIN at RCV.NXT', place: INSIDE },
      {
        name: 'middle',
        seq: 'RCV.NXT+RCV.WND/2',
        title: 'SYN,FIN in the middle of the window',
        place: INSIDE,
      },
      {
        name: 'beyond',
        seq: 'RCV.NXT+RCV.WND+2^30',
        title: 'SYN,FIN far beyond the window',
        place: BEYOND,
      },
      {
        name: 'far-before',
        seq: 'RCV.NXT-2^30',
        title: 'SYN,FIN far before the window',
        place: BEFORE,
      },
    ].map(({ name, seq, title, place }) => ({
      id: named(subject, `syn-fin.${name}`),
      title,
      send: `<SEQ=${seq}><CTL=SYN,FIN>`,
      expect: alone(place),
      rules: place.inWindow ? inside : outside,
    })),
    {
      id: named(subject, 'syn-ack.at-rcv-nxt'),
      title: 'SYN,ACK at RCV.NXT',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK>',
      expect: withAck(INSIDE),
      rules: SYN,
    },
    {
      id: named(subject, 'syn-ack.one-before'),
      title: 'SYN,ACK one octet before the window',
      send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=SYN,ACK>`,
      expect: withAck(BEFORE),
      rules: [...UNACCEPTABLE, ...SYN],
    },
    {
      id: named(subject, 'syn-ack.at-right-edge'),
      title: 'SYN,ACK at the right edge, the first number outside the window',
      send: '<SEQ=RCV.NXT+RCV.WND><ACK=SND.NXT><CTL=SYN,ACK>',
      expect: withAck(BEYOND),
      rules: [...UNACCEPTABLE, ...SYN],
    },
    {
      id: named(subject, 'syn-ack.with-fin'),
      title: 'SYN,FIN,ACK at RCV.NXT',
      send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,FIN,ACK>',
      expect: withAck(INSIDE),
      rules: SYN,
    },
    {
      id: named(subject, 'syn-ack.old-with-new-text'),
      title: 'SYN,ACK one octet before the window, with new text',
      send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=SYN,ACK,PSH><DATA=11>`,
      expect: oldSynNewText(subject),
      rules: [...SEQUENCE, ...SYN, ...TEXT],
    },
  ];
};

/**
 * The SYN is old, but its text is new. In RFC 793 only a SYN in the window is an error, so the text is processed. It also
 * says that the first step has acknowledged every other SYN. Neither is a reset. RFC 5961 sends a challenge ACK for any
 * number. A TCP that trims the SYN before that sees only the text.
 */
function oldSynNewText(subject: Subject): ByProfile {
  const text = textTaken(subject, 11);
  const older = anyOf(...text, ...permitted(emptyAck(subject.state)));
  const newer = anyOf(emptyAck(subject.state), ...leftOpen('SYN trimmed off', ...permitted(...text)));
  return byProfile({ rfc793: older, rfc5961: newer, rfc9293: eitherWay('syn', newer, older) });
}

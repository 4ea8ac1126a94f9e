import type { CaseDeclaration, Condition, Outcome } from '../../../lib/catalogue/case.ts';
import type { State } from '../../../lib/standard/state.ts';
import {
  acknowledgmentOf,
  always,
  anyOf,
  type ByProfile,
  byProfile,
  emptyAck,
  named,
  nothingDueButPermitted,
  outcome,
  outOfOrder,
  permitted,
  type Row,
  recommended,
  resetBySegAck,
  type Subject,
} from './expectations.ts';
import { ACK_UNACCEPTABLE, FIN, HALF_DUPLEX, SYN, TEXT, UNACCEPTABLE } from './rules.ts';
import { unexpectedSyn } from './syn.ts';

const condition: Condition = 'user-closed';

/** An orphaned connection: its FIN is sent, and the user has closed both directions. The peer's FIN leads to `afterFin`. */
export const orphan = (subject: Subject, afterFin: State): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'orphan.text'),
    title: 'text in order after the user has closed both directions',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: lost(10, 10, subject.state),
    rules: [...TEXT, ...HALF_DUPLEX],
  },
  {
    id: named(subject, 'orphan.text-and-fin'),
    title: 'text in order and a FIN after the user has closed both directions',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK,PSH><DATA=10>`,
    expect: lost(10, 11, afterFin),
    rules: [...TEXT, ...FIN, ...HALF_DUPLEX],
  },
  {
    id: named(subject, 'orphan.text-ack-beyond-snd-nxt'),
    title: 'text that acknowledges an octet never sent, after the user has closed both directions',
    condition,
    send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK,PSH><DATA=10>',
    expect: always(emptyAck(subject.state)),
    rules: ACK_UNACCEPTABLE,
  },
  {
    id: named(subject, 'orphan.old-text'),
    title: 'old text after the user has closed both directions',
    condition,
    send: `<SEQ=RCV.NXT-10><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: always(emptyAck(subject.state)),
    rules: [...UNACCEPTABLE, ...HALF_DUPLEX],
  },
  orphanFin(
    subject,
    {
      name: 'fin',
      title: 'FIN in order after the user has closed both directions',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK>`,
    },
    afterFin,
  ),
  // What lies before the gap has not arrived, and may come: no text is lost yet.
  ...(['ack', 'fin'] as const).map(
    (kind): CaseDeclaration => ({
      id: named(subject, `orphan.${kind}-beyond-gap`),
      title: `${kind === 'fin' ? 'FIN' : 'empty ACK'} beyond a gap after the user has closed both directions`,
      condition,
      send: `<SEQ=RCV.NXT+20><ACK=${subject.ack}><CTL=${kind === 'fin' ? 'FIN,ACK' : 'ACK'}>`,
      expect: always(...(kind === 'fin' ? outOfOrder(subject) : nothingDueButPermitted(subject))),
      rules: ['RFC 793 3.9 first', '3.10.7.4 first', ...(kind === 'fin' ? FIN : [])],
    }),
  ),
  {
    id: named(subject, 'orphan.syn'),
    title: 'SYN at RCV.NXT after the user has closed both directions',
    condition,
    send: '<SEQ=RCV.NXT><CTL=SYN>',
    expect: unexpectedSyn(subject)({ inWindow: true, newer: true }),
    rules: SYN,
  },
  {
    id: named(subject, 'orphan.syn-ack'),
    title: 'SYN,ACK at RCV.NXT after the user has closed both directions',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=SYN,ACK>`,
    expect: unexpectedSyn(subject, true)({ inWindow: true, newer: true }),
    rules: SYN,
  },
];

/** A FIN without text loses nothing: the close goes on. */
export const orphanFin = (subject: Subject, { name, title, send }: Row, then: State): CaseDeclaration => ({
  id: named(subject, `orphan.${name}`),
  title,
  condition,
  send,
  expect: always(acknowledgmentOf(1, then)),
  rules: [...FIN, ...HALF_DUPLEX],
});

const resetThatAcks = (octets: number): Outcome =>
  outcome(`<SEQ=SND.NXT><ACK=RCV.NXT+${octets}><CTL=RST,ACK>`, 'CLOSED');

/**
 * In RFC 793 a user who closes goes on to read, so the text is accepted. Since RFC 1122 a TCP SHOULD reset, to show that the
 * text was lost. RFC 1122 gives no form for that reset.
 */
const lost = (text: number, taken: number, then: State): ByProfile =>
  byProfile({
    rfc793: [acknowledgmentOf(taken, then)],
    rfc1122: [
      ...recommended(
        outcome('<SEQ=SND.NXT><CTL=RST>', 'CLOSED'),
        outcome('<SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK>', 'CLOSED'),
        ...anyOf(resetThatAcks(text), resetThatAcks(taken)),
        resetBySegAck,
      ),
      ...permitted(acknowledgmentOf(taken, then)),
    ],
  });

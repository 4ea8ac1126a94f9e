import type { CaseDeclaration, Condition } from '../../../lib/catalogue/case.ts';
import {
  always,
  anyOf,
  emptyAck,
  leftOpen,
  named,
  nothingDue,
  type Outcomes,
  permitted,
  recommended,
  type Subject,
  silence,
  textTaken,
} from './expectations.ts';
import { validReset } from './rst.ts';
import { PAWS, RST, TEXT, TIMESTAMPS_MISSING } from './rules.ts';

const agreed: Condition = 'timestamps';
const older: Condition = 'old-timestamp';
const none: Condition = 'no-timestamp';

/** The timestamp is refused; without PAWS the segment is processed. */
const unlessPawsIsUsed = ({ state }: Subject, counts: Outcomes): Outcomes =>
  anyOf(emptyAck(state), ...leftOpen('PAWS', ...permitted(...counts)));

/**
 * Before the first step, on a connection that negotiated timestamps. A TCP that negotiated them follows RFC 7323 under every
 * profile. Its appendix D checks whenever both SYNs had timestamps. Its section 5.3 checks only where PAWS is used; timestamps
 * have other uses, and without PAWS the segment is ordinary. The check never applies to a RST.
 */
export const timestamps = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'paws.ack'),
    title: 'acceptable empty segment with an old timestamp',
    condition: older,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK>`,
    expect: always(...unlessPawsIsUsed(subject, nothingDue(subject))),
    rules: PAWS,
  },
  {
    id: named(subject, 'paws.text'),
    title: 'text in order with an old timestamp',
    condition: older,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: always(...unlessPawsIsUsed(subject, textTaken(subject, 10))),
    rules: PAWS,
  },
  {
    id: named(subject, 'paws.newer-text'),
    title: 'text in order with a timestamp newer than the last',
    condition: agreed,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10><TSVAL=TS.RECENT+1>`,
    expect: always(...textTaken(subject, 10)),
    rules: [...PAWS, ...TEXT],
  },
  {
    id: named(subject, 'paws.rst'),
    title: 'RST at RCV.NXT with an old timestamp',
    condition: older,
    send: '<SEQ=RCV.NXT><CTL=RST>',
    expect: always(...validReset(subject)),
    rules: [...PAWS, ...RST],
  },
  {
    id: named(subject, 'no-timestamp.text'),
    title: 'text in order without the negotiated timestamp',
    condition: none,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,PSH><DATA=10>`,
    expect: always(
      ...anyOf(
        ...recommended(silence(subject.state)),
        ...leftOpen('timestamp missing', ...permitted(...textTaken(subject, 10))),
      ),
    ),
    rules: [...TIMESTAMPS_MISSING, ...TEXT],
  },
  {
    id: named(subject, 'no-timestamp.rst'),
    title: 'RST at RCV.NXT without the negotiated timestamp',
    condition: none,
    send: '<SEQ=RCV.NXT><CTL=RST>',
    expect: always(...validReset(subject)),
    rules: [...TIMESTAMPS_MISSING, ...RST],
  },
];

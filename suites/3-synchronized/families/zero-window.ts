import type { CaseDeclaration, Condition } from '../../../lib/catalogue/case.ts';
import {
  always,
  type ByProfile,
  byProfile,
  emptyAck,
  leftOpen,
  named,
  permitted,
  type Row,
  recommended,
  type Subject,
  silence,
} from './expectations.ts';
import { validReset } from './rst.ts';
import {
  ACK,
  ACK_UNACCEPTABLE,
  EVEN_AT_ZERO_WINDOW,
  RST,
  RST_VALIDITY,
  RST_WITH_TEXT,
  SEQUENCE,
  UNACCEPTABLE,
  URG,
  ZERO_WINDOW_ANSWER,
} from './rules.ts';

const condition: Condition = 'zero-window';

/** First step with a closed window: only an empty segment at RCV.NXT is acceptable, and a reset is still processed. */
export const zeroWindow = (subject: Subject): readonly CaseDeclaration[] => [
  {
    id: named(subject, 'zero-window.at-rcv-nxt'),
    title: 'empty segment at RCV.NXT while the window is closed',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK>`,
    expect: always(silence(subject.state), ...leftOpen('closed window', emptyAck(subject.state))),
    rules: [...SEQUENCE, ...ZERO_WINDOW_ANSWER, ...ACK],
  },
  ...refused(subject, [
    {
      name: 'one-after',
      title: 'empty segment one octet beyond RCV.NXT while the window is closed',
      send: `<SEQ=RCV.NXT+1><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'one-before',
      title: 'empty segment one octet before RCV.NXT while the window is closed',
      send: `<SEQ=RCV.NXT-1><ACK=${subject.ack}><CTL=ACK>`,
    },
    {
      name: 'text',
      title: 'one octet of text while the window is closed, like a window probe',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK><DATA=1>`,
    },
    {
      // A FIN needs no room in the buffer, but it has a sequence number. Neither the table nor section 3.7 makes an exception.
      name: 'fin',
      title: 'FIN while the window is closed',
      send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=FIN,ACK>`,
    },
  ]),
  {
    id: named(subject, 'zero-window.ack-beyond-snd-nxt'),
    title: 'ACK of octets never sent while the window is closed',
    condition,
    send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
    expect: always(emptyAck(subject.state)),
    rules: [...SEQUENCE, ...ACK_UNACCEPTABLE],
  },
  {
    // The sixth step gives no answer. Section 3.7 acknowledges any segment that arrives at a closed window.
    id: named(subject, 'zero-window.urg'),
    title: 'empty segment whose urgent pointer announces text, while the window is closed',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><URG=1>`,
    expect: always(silence(subject.state), ...leftOpen('closed window', emptyAck(subject.state))),
    rules: [...SEQUENCE, ...ZERO_WINDOW_ANSWER, ...EVEN_AT_ZERO_WINDOW, ...URG],
  },
  {
    id: named(subject, 'zero-window.urg-with-text'),
    title: 'one octet of urgent text while the window is closed',
    condition,
    send: `<SEQ=RCV.NXT><ACK=${subject.ack}><CTL=ACK,URG><DATA=1><URG=1>`,
    expect: always(emptyAck(subject.state)),
    rules: [...SEQUENCE, ...ZERO_WINDOW_ANSWER, ...UNACCEPTABLE, ...EVEN_AT_ZERO_WINDOW, ...URG],
  },
  {
    id: named(subject, 'zero-window.rst-at-rcv-nxt'),
    title: 'RST at RCV.NXT while the window is closed',
    condition,
    send: '<SEQ=RCV.NXT><CTL=RST>',
    expect: always(...validReset(subject)),
    rules: [...SEQUENCE, ...EVEN_AT_ZERO_WINDOW, ...RST],
  },
  {
    id: named(subject, 'zero-window.rst-one-after'),
    title: 'RST one octet beyond RCV.NXT while the window is closed',
    condition,
    send: '<SEQ=RCV.NXT+1><CTL=RST>',
    expect: always(silence(subject.state)),
    rules: [...SEQUENCE, ...EVEN_AT_ZERO_WINDOW, ...RST_VALIDITY],
  },
  {
    id: named(subject, 'zero-window.rst-with-text'),
    title: 'RST with text at RCV.NXT while the window is closed',
    condition,
    send: '<SEQ=RCV.NXT><CTL=RST><DATA=5>',
    expect: resetWithText(subject),
    rules: [...SEQUENCE, ...EVEN_AT_ZERO_WINDOW, ...RST, ...RST_WITH_TEXT],
  },
];

/**
 * In the table no segment with text is acceptable, and an unacceptable RST is dropped. But the first step says that a special
 * allowance should be made for a RST, and section 3.3 processes the RST of every segment. RFC 9293 makes that a MUST
 * (MUST-66), which overrides the "should".
 */
const resetWithText = (subject: Subject): ByProfile =>
  byProfile({
    rfc793: [...recommended(silence('CLOSED')), ...permitted(silence(subject.state))],
    rfc9293: validReset(subject),
  });

const refused = (subject: Subject, rows: readonly Row[]): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({
    id: named(subject, `zero-window.${name}`),
    title,
    condition,
    send,
    expect: always(emptyAck(subject.state)),
    rules: [...SEQUENCE, ...ZERO_WINDOW_ANSWER, ...UNACCEPTABLE],
  }));

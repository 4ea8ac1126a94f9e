import type { CaseDeclaration } from '../../../lib/catalogue/case.ts';
import {
  always,
  type ByProfile,
  byProfile,
  eitherWay,
  emptyAck,
  leftOpen,
  named,
  type Outcomes,
  permitted,
  type Row,
  recommended,
  replacedByRfc5961,
  type Subject,
  silence,
} from './expectations.ts';
import { RST, RST_IN_TIME_WAIT, RST_IN_WINDOW, RST_VALIDITY, RST_WITH_TEXT, type Rules } from './rules.ts';

/** A valid reset ends the connection with no answer. TIME-WAIT may ignore it. */
export const validReset = ({ state }: Subject): Outcomes =>
  state === 'TIME-WAIT' ? [silence('CLOSED'), ...permitted(silence(state))] : [silence('CLOSED')];

/** Second step: resets across the window, with other flags and with text. */
export const resets = (subject: Subject): readonly CaseDeclaration[] => [
  ...all(
    subject,
    always(...validReset(subject)),
    [...RST, ...RST_VALIDITY, ...timeWait(subject)],
    [
      { name: 'at-rcv-nxt', title: 'RST at RCV.NXT', send: '<SEQ=RCV.NXT><CTL=RST>' },
      {
        name: 'at-rcv-nxt-with-ack',
        title: 'RST at RCV.NXT that acknowledges everything',
        send: '<SEQ=RCV.NXT><ACK=SND.NXT><CTL=RST,ACK>',
      },
      {
        name: 'at-rcv-nxt-with-bad-ack',
        title: 'RST at RCV.NXT that acknowledges octets never sent: its ACK field is not checked',
        send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=RST,ACK>',
      },
      {
        name: 'at-rcv-nxt-with-far-bad-ack',
        title: 'RST at RCV.NXT with an ACK far beyond anything sent',
        send: '<SEQ=RCV.NXT><ACK=SND.NXT+2^30><CTL=RST,ACK>',
      },
      {
        name: 'at-rcv-nxt-with-old-ack',
        title: 'RST at RCV.NXT with an ACK one octet older than the last',
        send: '<SEQ=RCV.NXT><ACK=SND.UNA-1><CTL=RST,ACK>',
      },
      {
        name: 'at-rcv-nxt-with-far-old-ack',
        title: 'RST at RCV.NXT with an ACK far older than any send window',
        send: '<SEQ=RCV.NXT><ACK=SND.UNA-2^30><CTL=RST,ACK>',
      },
      // Elsewhere SND.UNA is SND.NXT.
      ...(subject.ack === 'SND.UNA'
        ? [
            {
              name: 'at-rcv-nxt-with-last-ack',
              title: "RST at RCV.NXT that does not acknowledge the target's FIN",
              send: '<SEQ=RCV.NXT><ACK=SND.UNA><CTL=RST,ACK>',
            },
          ]
        : []),
      {
        name: 'with-syn',
        title: 'SYN,RST at RCV.NXT: the RST is checked first',
        send: '<SEQ=RCV.NXT><CTL=SYN,RST>',
      },
      {
        name: 'with-fin',
        title: 'FIN,RST at RCV.NXT: the RST is checked first',
        send: '<SEQ=RCV.NXT><CTL=FIN,RST>',
      },
    ],
  ),
  ...all(
    subject,
    withText(subject),
    [...RST, ...RST_WITH_TEXT, ...timeWait(subject)],
    [{ name: 'with-text', title: 'RST at RCV.NXT with text', send: '<SEQ=RCV.NXT><CTL=RST><DATA=10>' }],
  ),
  ...all(
    subject,
    insideWindow(subject),
    [...RST, ...RST_VALIDITY, ...RST_IN_WINDOW, ...timeWait(subject)],
    [
      { name: 'one-after', title: 'RST one octet beyond RCV.NXT', send: '<SEQ=RCV.NXT+1><CTL=RST>' },
      {
        name: 'middle',
        title: 'RST in the middle of the window',
        send: '<SEQ=RCV.NXT+RCV.WND/2><CTL=RST>',
      },
      {
        name: 'last-in-window',
        title: 'RST at the last number of the window',
        send: '<SEQ=RCV.NXT+RCV.WND-1><CTL=RST>',
      },
    ],
  ),
  ...all(
    subject,
    straddling(subject),
    [...RST, ...RST_VALIDITY, ...RST_IN_WINDOW, ...RST_WITH_TEXT],
    [
      {
        name: 'straddles-left-edge',
        title: 'RST before the window, with text that reaches into it',
        send: '<SEQ=RCV.NXT-2><CTL=RST><DATA=4>',
      },
    ],
  ),
  ...all(
    subject,
    always(silence(subject.state)),
    [...RST_VALIDITY, ...RST_IN_WINDOW],
    [
      { name: 'one-before', title: 'RST one octet before the window', send: '<SEQ=RCV.NXT-1><CTL=RST>' },
      {
        name: 'at-right-edge',
        title: 'RST at the right edge, the first number outside the window',
        send: '<SEQ=RCV.NXT+RCV.WND><CTL=RST>',
      },
      { name: 'beyond', title: 'RST far beyond the window', send: '<SEQ=RCV.NXT+RCV.WND+2^30><CTL=RST>' },
      { name: 'far-before', title: 'RST far before the window', send: '<SEQ=RCV.NXT-2^30><CTL=RST>' },
      {
        name: 'old-text',
        title: 'RST before the window, with text that ends before it',
        send: '<SEQ=RCV.NXT-10><CTL=RST><DATA=10>',
      },
    ],
  ),
];

/** Before RFC 5961 a reset is valid anywhere in the window. Since then it must be at RCV.NXT; others get a challenge ACK. */
const insideWindow = (subject: Subject): ByProfile =>
  replacedByRfc5961('rst', validReset(subject), [emptyAck(subject.state), ...ignored(subject)]);

/** RFC 793 does not mention text in a RST. Since RFC 1122 a RST SHOULD be allowed to carry some. */
const withText = (subject: Subject): ByProfile =>
  byProfile({
    rfc793: validReset(subject),
    rfc1122: [...recommended(silence('CLOSED')), ...permitted(silence(subject.state))],
  });

/**
 * The sequence check accepts the segment because of its end. But the SEQ of a valid RST must itself be in the window. Both
 * readings are from RFC 793, and the text in the RST matters since RFC 1122. RFC 5961 checks the sequence number. A TCP that
 * trims first, as RFC 793 suggests, sees a RST at RCV.NXT.
 */
const straddling = ({ state }: Subject): ByProfile => {
  const older = [silence(state), ...recommended(silence('CLOSED'))];
  const newer = [silence(state), ...permitted(silence('CLOSED'))];
  return byProfile({
    rfc793: [silence(state), silence('CLOSED')],
    rfc1122: older,
    rfc5961: newer,
    rfc9293: eitherWay('rst', newer, older),
  });
};

/** TIME-WAIT may ignore every RST. */
const ignored = ({ state }: Subject): Outcomes =>
  state === 'TIME-WAIT' ? leftOpen('RST in TIME-WAIT', ...permitted(silence(state))) : [];

const timeWait = ({ state }: Subject): Rules => (state === 'TIME-WAIT' ? RST_IN_TIME_WAIT : []);

const all = (
  subject: Subject,
  expect: ByProfile,
  rules: Rules,
  rows: readonly Row[],
): readonly CaseDeclaration[] =>
  rows.map(({ name, title, send }) => ({ id: named(subject, `rst.${name}`), title, send, expect, rules }));

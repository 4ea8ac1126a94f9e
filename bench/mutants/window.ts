import { emptyAck } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, within } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  atRcvNxt,
  beforeRcvNxt,
  beyondWindow,
  connected,
  emptySegment,
  type Fault,
  faulty,
  has,
  hasText,
  ignore,
  lacks,
  type Mutant,
  not,
  replying,
  taken,
  takenAtRcvNxt,
  type Test,
  without,
  zeroWindow,
} from './tools.ts';

const fromRight: Fault = taken((segment, { rcvNxt, rcvWnd }) => ({
  ...segment,
  seq: add(rcvNxt, rcvWnd - 1),
}));

const refused = answer((tcb, { ctl }) => (ctl.has('RST') ? 'silence' : emptyAck(tcb)));

const edge =
  (offset: number): Test =>
  ({ rcvNxt, rcvWnd }, { seq }) =>
    rcvWnd > 0 && seq === add(rcvNxt, offset === 0 ? rcvWnd : offset);

/** The window test by other arithmetic than modulo 2^32. */
const comparing = (number: (value: number) => number): Test =>
  all(
    not(zeroWindow),
    ({ rcvNxt, rcvWnd }, { seq }) =>
      number(seq) < number(rcvNxt) || number(seq) >= number(add(rcvNxt, rcvWnd)),
  );

/** First step: what is in the window. */
export const WINDOW: readonly Mutant[] = [
  faulty(
    'window-with-right-edge',
    'RCV.NXT+RCV.WND is taken for the last number in the window: =< for <',
    all(connected, edge(0)),
    fromRight,
  ),
  faulty(
    'window-with-right-edge-for-rst',
    'a reset at RCV.NXT+RCV.WND counts',
    all(connected, has('RST'), edge(0)),
    takenAtRcvNxt,
  ),
  faulty(
    'window-with-right-edge-for-syn',
    'a SYN at RCV.NXT+RCV.WND is in the window',
    all(connected, has('SYN'), lacks('RST'), edge(0)),
    fromRight,
    'rfc793',
  ),
  faulty(
    'window-with-right-edge-for-ack',
    'an empty segment at RCV.NXT+RCV.WND is acceptable',
    all(connected, emptySegment, lacks('RST', 'SYN'), edge(0)),
    fromRight,
  ),
  faulty(
    'window-without-last-number',
    'the last number of the window is outside',
    all(connected, ({ rcvNxt, rcvWnd }, { seq }) => rcvWnd > 1 && seq === add(rcvNxt, rcvWnd - 1)),
    refused,
    'rfc793',
  ),
  faulty('window-from-one-before', 'RCV.NXT-1 is in the window', all(connected, edge(-1)), takenAtRcvNxt),
  faulty(
    'window-from-one-before-for-rst',
    'a reset at RCV.NXT-1 counts, as the last number acknowledged',
    all(connected, has('RST'), edge(-1)),
    takenAtRcvNxt,
  ),
  faulty(
    'window-signed',
    'the window test compares signed numbers',
    all(
      connected,
      comparing((value) => value | 0),
    ),
    refused,
  ),
  faulty(
    'window-unsigned',
    'the window test compares unsigned numbers',
    all(
      connected,
      comparing((value) => value),
    ),
    refused,
  ),
  faulty(
    'window-without-right-edge',
    'whatever follows RCV.NXT is acceptable',
    all(connected, beyondWindow),
    fromRight,
  ),
  faulty(
    'window-without-right-edge-for-rst',
    'a reset anywhere beyond RCV.NXT counts',
    all(connected, has('RST'), beyondWindow),
    takenAtRcvNxt,
  ),
  faulty(
    'window-without-left-edge',
    'whatever precedes the right edge is acceptable',
    all(connected, beforeRcvNxt),
    takenAtRcvNxt,
  ),
  faulty(
    'window-by-first-octet',
    'only the first octet of a segment is tested',
    all(connected, beforeRcvNxt, acceptable),
    refused,
  ),
  faulty(
    'window-by-last-octet',
    'only the last octet of a segment is tested',
    all(
      connected,
      not(zeroWindow),
      ({ rcvNxt, rcvWnd }, segment) =>
        segLen(segment) > 0 && !within(add(segment.seq, segLen(segment) - 1), rcvNxt, rcvWnd),
    ),
    refused,
  ),
  faulty(
    'window-by-the-octet-behind',
    'the last octet is taken to be SEG.SEQ+SEG.LEN',
    all(
      connected,
      not(zeroWindow),
      ({ rcvNxt }, segment) => segLen(segment) > 0 && add(segment.seq, segLen(segment)) === rcvNxt,
    ),
    taken((segment, { rcvNxt }) => ({ ...without(segment, 'SYN', 'FIN', 'PSH'), data: 0, seq: rcvNxt })),
  ),
  faulty(
    'zero-window-takes-text',
    'text is taken although the window is closed',
    all(connected, zeroWindow, atRcvNxt),
    (tcb, segment, next) => next({ ...tcb, rcvWnd: 1000 }, segment),
  ),
  faulty(
    'zero-window-takes-fin',
    'a FIN is taken although the window is closed',
    all(connected, zeroWindow, atRcvNxt, has('FIN')),
    (tcb, segment, next) => next({ ...tcb, rcvWnd: 1 }, segment),
  ),
  faulty(
    'zero-window-refuses-all',
    'an empty segment at RCV.NXT is refused when the window is closed',
    all(connected, zeroWindow, atRcvNxt, lacks('RST'), emptySegment),
    refused,
  ),
  faulty(
    'zero-window-one-too-wide',
    'an empty segment at RCV.NXT+1 is acceptable when the window is closed',
    all(connected, zeroWindow, ({ rcvNxt }, { seq }) => seq === add(rcvNxt, 1)),
    takenAtRcvNxt,
  ),
  faulty(
    'zero-window-ignores-rst',
    'a reset is ignored when the window is closed',
    all(connected, zeroWindow, has('RST')),
    ignore,
  ),
  faulty(
    'zero-window-ignores-rst-with-text',
    'a reset is ignored when it has text and the window is closed',
    all(connected, zeroWindow, has('RST'), hasText),
    ignore,
  ),
  faulty(
    'zero-window-obeys-rst-one-after',
    'a reset counts at RCV.NXT+1 when the window is closed',
    all(connected, zeroWindow, has('RST'), ({ rcvNxt }, { seq }) => seq === add(rcvNxt, 1)),
    takenAtRcvNxt,
  ),
  faulty(
    'zero-window-silent-for-text',
    'a window probe is not answered',
    all(connected, zeroWindow, lacks('RST'), hasText),
    ignore,
  ),
  faulty(
    'zero-window-silent-for-fin',
    'a FIN is not answered when the window is closed',
    all(connected, zeroWindow, has('FIN')),
    ignore,
  ),
  faulty(
    'zero-window-skips-ack-check',
    'a bad ACK is not answered when the window is closed',
    all(connected, zeroWindow, atRcvNxt, emptySegment, lacks('RST')),
    replying(() => 'silence'),
  ),
];

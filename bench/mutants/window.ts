import { emptyAck } from '../../lib/standard/arrives/replies.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, lt, within } from '../../lib/wire/seq.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  type Fault,
  faulty,
  has,
  ignore,
  lacks,
  not,
  replying,
  type Test,
  taken,
  when,
  without,
} from './tools.ts';

/** The segment where the window begins, or at its last number: accepted, as if its number had been right. */
const fromLeft: Fault = taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt }));
const fromRight: Fault = taken((segment, { rcvNxt, rcvWnd }) => ({
  ...segment,
  seq: add(rcvNxt, rcvWnd - 1),
}));

const refused = answer((tcb, { ctl }) => (ctl.has('RST') ? 'silence' : emptyAck(tcb)));

const edge =
  (offset: number): Test =>
  ({ rcvNxt, rcvWnd }, { seq }) =>
    rcvWnd > 0 && seq === add(rcvNxt, offset === 0 ? rcvWnd : offset);
const beyond: Test = ({ rcvNxt, rcvWnd }, { seq }) =>
  rcvWnd > 0 && lt(rcvNxt, seq) && !within(seq, rcvNxt, rcvWnd);
const before: Test = ({ rcvNxt }, { seq }) => lt(seq, rcvNxt);
const zero: Test = ({ rcvWnd }) => rcvWnd === 0;
const atRcvNxt: Test = ({ rcvNxt }, { seq }) => seq === rcvNxt;
const empty: Test = (_tcb, segment) => segLen(segment) === 0;

/** The window test by other arithmetic than modulo 2^32. */
const comparing = (number: (value: number) => number): Test =>
  all(
    not(zero),
    ({ rcvNxt, rcvWnd }, { seq }) =>
      number(seq) < number(rcvNxt) || number(seq) >= number(add(rcvNxt, rcvWnd)),
  );

/** First step: what is in the window. */
export const WINDOW: readonly Mutant[] = [
  faulty(
    'window-with-right-edge',
    'RCV.NXT+RCV.WND is taken for the last number in the window: =< for <',
    when(all(connected, edge(0)), fromRight),
  ),
  faulty(
    'window-with-right-edge-for-rst',
    'a reset at RCV.NXT+RCV.WND counts',
    when(all(connected, has('RST'), edge(0)), fromLeft),
  ),
  faulty(
    'window-with-right-edge-for-syn',
    'a SYN at RCV.NXT+RCV.WND is in the window',
    when(all(connected, has('SYN'), lacks('RST'), edge(0)), fromRight),
    'rfc793',
  ),
  faulty(
    'window-with-right-edge-for-ack',
    'an empty segment at RCV.NXT+RCV.WND is acceptable',
    when(all(connected, empty, lacks('RST', 'SYN'), edge(0)), fromRight),
  ),
  faulty(
    'window-without-last-number',
    'the last number of the window is outside',
    when(
      all(connected, ({ rcvNxt, rcvWnd }, { seq }) => rcvWnd > 1 && seq === add(rcvNxt, rcvWnd - 1)),
      refused,
    ),
    'rfc793',
  ),
  faulty('window-from-one-before', 'RCV.NXT-1 is in the window', when(all(connected, edge(-1)), fromLeft)),
  faulty(
    'window-from-one-before-for-rst',
    'a reset at RCV.NXT-1 counts, as the last number acknowledged',
    when(all(connected, has('RST'), edge(-1)), fromLeft),
  ),
  faulty(
    'window-signed',
    'the window test compares signed numbers',
    when(
      all(
        connected,
        comparing((value) => value | 0),
      ),
      refused,
    ),
  ),
  faulty(
    'window-unsigned',
    'the window test compares unsigned numbers',
    when(
      all(
        connected,
        comparing((value) => value),
      ),
      refused,
    ),
  ),
  faulty(
    'window-without-right-edge',
    'whatever follows RCV.NXT is acceptable',
    when(all(connected, beyond), fromRight),
  ),
  faulty(
    'window-without-right-edge-for-rst',
    'a reset anywhere beyond RCV.NXT counts',
    when(all(connected, has('RST'), beyond), fromLeft),
  ),
  faulty(
    'window-without-left-edge',
    'whatever precedes the right edge is acceptable',
    when(all(connected, before), fromLeft),
  ),
  faulty(
    'window-by-first-octet',
    'only the first octet of a segment is tested',
    when(all(connected, before, acceptable), refused),
  ),
  faulty(
    'window-by-last-octet',
    'only the last octet of a segment is tested',
    when(
      all(
        connected,
        not(zero),
        ({ rcvNxt, rcvWnd }, segment) =>
          segLen(segment) > 0 && !within(add(segment.seq, segLen(segment) - 1), rcvNxt, rcvWnd),
      ),
      refused,
    ),
  ),
  faulty(
    'window-by-the-octet-behind',
    'the last octet is taken to be SEG.SEQ+SEG.LEN',
    when(
      all(
        connected,
        not(zero),
        ({ rcvNxt }, segment) => segLen(segment) > 0 && add(segment.seq, segLen(segment)) === rcvNxt,
      ),
      taken((segment, { rcvNxt }) => ({ ...without(segment, 'SYN', 'FIN', 'PSH'), data: 0, seq: rcvNxt })),
    ),
  ),
  faulty(
    'zero-window-takes-text',
    'text is taken although the window is closed',
    when(all(connected, zero, atRcvNxt), (tcb, segment, next) => next({ ...tcb, rcvWnd: 1000 }, segment)),
  ),
  faulty(
    'zero-window-takes-fin',
    'a FIN is taken although the window is closed',
    when(all(connected, zero, atRcvNxt, has('FIN')), (tcb, segment, next) =>
      next({ ...tcb, rcvWnd: 1 }, segment),
    ),
  ),
  faulty(
    'zero-window-refuses-all',
    'an empty segment at RCV.NXT is refused when the window is closed',
    when(all(connected, zero, atRcvNxt, lacks('RST'), empty), refused),
  ),
  faulty(
    'zero-window-one-too-wide',
    'an empty segment at RCV.NXT+1 is acceptable when the window is closed',
    when(
      all(connected, zero, ({ rcvNxt }, { seq }) => seq === add(rcvNxt, 1)),
      fromLeft,
    ),
  ),
  faulty(
    'zero-window-ignores-rst',
    'a reset is ignored when the window is closed',
    when(all(connected, zero, has('RST')), ignore),
  ),
  faulty(
    'zero-window-ignores-rst-with-text',
    'a reset is ignored when it has text and the window is closed',
    when(
      all(connected, zero, has('RST'), (_tcb, { data }) => data > 0),
      ignore,
    ),
  ),
  faulty(
    'zero-window-obeys-rst-one-after',
    'a reset counts at RCV.NXT+1 when the window is closed',
    when(
      all(connected, zero, has('RST'), ({ rcvNxt }, { seq }) => seq === add(rcvNxt, 1)),
      fromLeft,
    ),
  ),
  faulty(
    'zero-window-silent-for-text',
    'a window probe is not answered',
    when(
      all(connected, zero, lacks('RST'), (_tcb, { data }) => data > 0),
      ignore,
    ),
  ),
  faulty(
    'zero-window-silent-for-fin',
    'a FIN is not answered when the window is closed',
    when(all(connected, zero, has('FIN')), ignore),
  ),
  faulty(
    'zero-window-skips-ack-check',
    'a bad ACK is not answered when the window is closed',
    when(
      all(connected, zero, atRcvNxt, empty, lacks('RST')),
      replying(() => 'silence'),
    ),
  ),
];

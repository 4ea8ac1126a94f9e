import { emptyAck, resetFor } from '../../../spec/arrives/replies.ts';
import { acceptable } from '../../../spec/arrives/window.ts';
import { segLen } from '../../../spec/tcb.ts';
import { add, lt, sub, within } from '../../../wire/seq.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  connected,
  enter,
  type Fault,
  faulty,
  has,
  ignore,
  isEmptyAck,
  lacks,
  not,
  replying,
  synchronized,
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
const outside: Test = not(acceptable);
const empty: Test = (_tcb, segment) => segLen(segment) === 0;
const outsideOpen = all(connected, outside, not(zero));

/** The window test by other arithmetic than modulo 2^32. */
const comparing = (number: (value: number) => number): Test =>
  all(
    not(zero),
    ({ rcvNxt, rcvWnd }, { seq }) =>
      number(seq) < number(rcvNxt) || number(seq) >= number(add(rcvNxt, rcvWnd)),
  );

/** First step: the sequence number. */
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
  faulty(
    'outside-silent',
    'a segment outside the window is dropped without an ACK',
    when(all(synchronized, outside), ignore),
  ),
  faulty(
    'outside-silent-in-syn-received',
    'SYN-RECEIVED drops what is outside the window without an ACK',
    when(all(connected, not(synchronized), outside), ignore),
  ),
  faulty(
    'outside-silent-beyond',
    'a segment behind the window is dropped without an ACK',
    when(all(connected, beyond, lacks('RST')), ignore),
  ),
  faulty(
    'outside-silent-for-empty',
    'an old empty segment is dropped without an ACK',
    when(all(outsideOpen, empty, before), ignore),
  ),
  faulty(
    'outside-silent-for-text',
    'an old duplicate of text is dropped without an ACK',
    when(
      all(outsideOpen, before, (_tcb, { data }) => data > 1),
      ignore,
    ),
  ),
  faulty(
    'outside-silent-without-ack',
    'what has no ACK is dropped before its number is looked at',
    when(all(connected, outside, lacks('ACK', 'SYN')), ignore),
  ),
  faulty(
    'outside-silent-for-syn',
    'a SYN outside the window is dropped without an ACK',
    when(all(connected, outside, has('SYN'), lacks('RST')), ignore),
  ),
  faulty(
    'outside-resets',
    'a segment outside the window is reset',
    when(all(outsideOpen, lacks('RST')), answer(resetFor)),
  ),
  faulty(
    'outside-resets-and-closes',
    'a segment behind the window is reset, and the connection with it',
    when(
      all(connected, beyond, lacks('RST')),
      answer(resetFor, (tcb) => enter(tcb, 'CLOSED')),
    ),
  ),
  faulty(
    'outside-answers-rst',
    'a reset outside the window is answered with an ACK',
    when(all(connected, outside, has('RST')), answer(emptyAck)),
  ),
  faulty(
    'outside-acks-seg-seq',
    'the ACK of what is outside the window acknowledges SEG.SEQ',
    when(
      all(outsideOpen, lacks('RST')),
      replying((reply, _tcb, { seq }) => ({ ...reply, ack: seq })),
    ),
  ),
  faulty(
    'outside-acks-the-segment',
    'the ACK of what is outside the window acknowledges its end',
    when(
      all(outsideOpen, lacks('RST')),
      replying((reply, _tcb, segment) => ({ ...reply, ack: add(segment.seq, segLen(segment)) })),
    ),
  ),
  faulty(
    'outside-acks-with-snd-una',
    'the ACK of what is outside the window has SEQ=SND.UNA',
    when(
      all(outsideOpen, lacks('RST')),
      replying((reply, { sndUna }) => ({ ...reply, seq: sndUna })),
    ),
  ),
  faulty(
    'outside-acks-with-seg-ack',
    'the ACK of what is outside the window has SEQ=SEG.ACK',
    when(
      all(outsideOpen, lacks('RST')),
      replying((reply, _tcb, { ack }) => ({ ...reply, seq: ack })),
    ),
  ),
  faulty(
    'outside-acks-with-psh',
    'the ACK of what is outside the window carries PSH',
    when(
      all(outsideOpen, lacks('RST')),
      replying((reply) => ({ ...reply, ctl: new Set([...reply.ctl, 'PSH']) })),
    ),
  ),
  faulty(
    'empty-ack-one-octet-back',
    'an empty ACK has SEQ=SND.NXT-1, as a keep-alive',
    when(
      connected,
      replying((reply) => (isEmptyAck(reply) ? { ...reply, seq: sub(reply.seq, 1) } : reply)),
    ),
  ),
  faulty(
    'outside-ack-field-counts',
    'the ACK field counts although nothing of the segment is in the window',
    when(all(synchronized, outside, has('ACK'), lacks('RST', 'SYN', 'FIN')), (tcb, segment, next) => ({
      ...next(tcb, segment),
      tcb: next(tcb, { ...segment, data: 0, seq: tcb.rcvNxt }).tcb,
    })),
  ),
  faulty(
    'outside-ack-field-counts-in-syn-received',
    'an ACK from before the window establishes',
    when(all(not(synchronized), connected, outside, has('ACK'), lacks('RST', 'SYN')), fromLeft),
  ),
  faulty(
    'outside-fin-resets',
    'a FIN that comes again is reset',
    when(all(synchronized, before, has('FIN')), answer(resetFor)),
  ),
];

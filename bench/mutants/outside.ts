import { emptyAck, resetAtAck, resetFor } from '../../lib/standard/segments.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, lt, sub } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  beforeRcvNxt,
  beyondWindow,
  caughtBy,
  connected,
  emptySegment,
  faulty,
  has,
  ignore,
  isEmptyAck,
  lacks,
  type Mutant,
  not,
  outsideWindow,
  replying,
  replyingFromSndUna,
  synchronized,
  takenAtRcvNxt,
  type Test,
  toClosed,
  zeroWindow,
} from './tools.ts';

const oldText: Test = ({ rcvNxt }, segment) =>
  segment.data > 0 && lt(segment.seq, rcvNxt) && !lt(rcvNxt, add(segment.seq, segLen(segment)));
const outsideOpen = all(connected, outsideWindow, not(zeroWindow));

/** First step: what becomes of a segment outside the window. */
export const OUTSIDE: readonly Mutant[] = [
  faulty(
    'outside-silent',
    'a segment outside the window is dropped without an ACK',
    all(synchronized, outsideWindow),
    ignore,
  ),
  faulty(
    'outside-silent-in-syn-received',
    'SYN-RECEIVED drops what is outside the window without an ACK',
    all(connected, not(synchronized), outsideWindow),
    ignore,
  ),
  caughtBy(
    'syn-received.passive.fin.beyond',
    faulty(
      'outside-silent-for-fin-in-syn-received',
      'SYN-RECEIVED drops a FIN outside the window without an ACK',
      all(connected, not(synchronized), outsideWindow, has('FIN')),
      ignore,
    ),
  ),
  caughtBy(
    'syn-received.passive.syn-ack.beyond',
    faulty(
      'outside-syn-ack-resets-in-syn-received',
      'SYN-RECEIVED resets a SYN,ACK outside the window',
      all(connected, not(synchronized), outsideWindow, has('SYN', 'ACK'), lacks('RST')),
      answer(resetAtAck),
    ),
  ),
  faulty(
    'outside-silent-beyond',
    'a segment behind the window is dropped without an ACK',
    all(connected, beyondWindow, lacks('RST')),
    ignore,
  ),
  faulty(
    'outside-silent-for-empty',
    'an old empty segment is dropped without an ACK',
    all(outsideOpen, emptySegment, beforeRcvNxt),
    ignore,
  ),
  faulty(
    'outside-silent-for-text',
    'an old duplicate of text is dropped without an ACK',
    all(outsideOpen, beforeRcvNxt, (_tcb, { data }) => data > 1),
    ignore,
  ),
  faulty(
    'old-text-not-answered',
    'synchronized states answer no old text, be it a single octet: nothing that lies before RCV.NXT altogether',
    all(synchronized, oldText, lacks('RST', 'SYN')),
    ignore,
  ),
  faulty(
    'outside-silent-without-ack',
    'what has no ACK is dropped before its number is looked at',
    all(connected, outsideWindow, lacks('ACK', 'SYN')),
    ignore,
  ),
  faulty(
    'outside-silent-for-syn',
    'a SYN outside the window is dropped without an ACK',
    all(connected, outsideWindow, has('SYN'), lacks('RST')),
    ignore,
  ),
  faulty(
    'outside-resets',
    'a segment outside the window is reset',
    all(outsideOpen, lacks('RST')),
    answer(resetFor),
  ),
  faulty(
    'outside-resets-and-closes',
    'a segment behind the window is reset, and the connection with it',
    all(connected, beyondWindow, lacks('RST')),
    answer(resetFor, toClosed),
  ),
  faulty(
    'outside-answers-rst',
    'a reset outside the window is answered with an ACK',
    all(connected, outsideWindow, has('RST')),
    answer(emptyAck),
  ),
  faulty(
    'outside-acks-seg-seq',
    'the ACK of what is outside the window acknowledges SEG.SEQ',
    all(outsideOpen, lacks('RST')),
    replying((reply, _tcb, { seq }) => ({ ...reply, ack: seq })),
  ),
  faulty(
    'outside-acks-the-segment',
    'the ACK of what is outside the window acknowledges its end',
    all(outsideOpen, lacks('RST')),
    replying((reply, _tcb, segment) => ({ ...reply, ack: add(segment.seq, segLen(segment)) })),
  ),
  faulty(
    'outside-acks-with-snd-una',
    'the ACK of what is outside the window has SEQ=SND.UNA',
    all(outsideOpen, lacks('RST')),
    replyingFromSndUna,
  ),
  faulty(
    'outside-acks-with-seg-ack',
    'the ACK of what is outside the window has SEQ=SEG.ACK',
    all(outsideOpen, lacks('RST')),
    replying((reply, _tcb, { ack }) => ({ ...reply, seq: ack })),
  ),
  faulty(
    'outside-acks-with-psh',
    'the ACK of what is outside the window carries PSH',
    all(outsideOpen, lacks('RST')),
    replying((reply) => ({ ...reply, ctl: new Set([...reply.ctl, 'PSH']) })),
  ),
  faulty(
    'empty-ack-one-octet-back',
    'an empty ACK has SEQ=SND.NXT-1, as a keep-alive',
    connected,
    replying((reply) => (isEmptyAck(reply) ? { ...reply, seq: sub(reply.seq, 1) } : reply)),
  ),
  faulty(
    'outside-ack-field-counts',
    'the ACK field counts although nothing of the segment is in the window',
    all(synchronized, outsideWindow, has('ACK'), lacks('RST', 'SYN', 'FIN')),
    (tcb, segment, next) => {
      const { rcvNxt, security, precedence } = tcb;
      const heeded = next(tcb, { ...segment, data: 0, seq: rcvNxt, security, precedence });
      return { ...next(tcb, segment), tcb: heeded.tcb };
    },
  ),
  faulty(
    'outside-ack-field-counts-in-syn-received',
    'an ACK from before the window establishes',
    all(not(synchronized), connected, outsideWindow, has('ACK'), lacks('RST', 'SYN')),
    takenAtRcvNxt,
  ),
  faulty(
    'outside-fin-resets',
    'a FIN that comes again is reset',
    all(synchronized, beforeRcvNxt, has('FIN')),
    answer(resetFor),
  ),
];

import { emptyAck, resetFor } from '../../lib/standard/arrives/replies.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, lt, sub } from '../../lib/wire/seq.ts';
import type { Mutant } from './mutant.ts';
import {
  all,
  answer,
  beforeRcvNxt,
  beyondWindow,
  connected,
  emptySegment,
  enter,
  faulty,
  has,
  ignore,
  isEmptyAck,
  lacks,
  not,
  outsideWindow,
  replying,
  synchronized,
  takenAtRcvNxt,
  type Test,
  when,
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
    when(all(synchronized, outsideWindow), ignore),
  ),
  faulty(
    'outside-silent-in-syn-received',
    'SYN-RECEIVED drops what is outside the window without an ACK',
    when(all(connected, not(synchronized), outsideWindow), ignore),
  ),
  faulty(
    'outside-silent-beyond',
    'a segment behind the window is dropped without an ACK',
    when(all(connected, beyondWindow, lacks('RST')), ignore),
  ),
  faulty(
    'outside-silent-for-empty',
    'an old empty segment is dropped without an ACK',
    when(all(outsideOpen, emptySegment, beforeRcvNxt), ignore),
  ),
  faulty(
    'outside-silent-for-text',
    'an old duplicate of text is dropped without an ACK',
    when(
      all(outsideOpen, beforeRcvNxt, (_tcb, { data }) => data > 1),
      ignore,
    ),
  ),
  faulty(
    'old-text-not-answered',
    'synchronized states answer no old text, be it a single octet: nothing that lies before RCV.NXT altogether',
    when(all(synchronized, oldText, lacks('RST', 'SYN')), ignore),
  ),
  faulty(
    'outside-silent-without-ack',
    'what has no ACK is dropped before its number is looked at',
    when(all(connected, outsideWindow, lacks('ACK', 'SYN')), ignore),
  ),
  faulty(
    'outside-silent-for-syn',
    'a SYN outside the window is dropped without an ACK',
    when(all(connected, outsideWindow, has('SYN'), lacks('RST')), ignore),
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
      all(connected, beyondWindow, lacks('RST')),
      answer(resetFor, (tcb) => enter(tcb, 'CLOSED')),
    ),
  ),
  faulty(
    'outside-answers-rst',
    'a reset outside the window is answered with an ACK',
    when(all(connected, outsideWindow, has('RST')), answer(emptyAck)),
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
    when(all(synchronized, outsideWindow, has('ACK'), lacks('RST', 'SYN', 'FIN')), (tcb, segment, next) => {
      const { rcvNxt, security, precedence } = tcb;
      const heeded = next(tcb, { ...segment, data: 0, seq: rcvNxt, security, precedence });
      return { ...next(tcb, segment), tcb: heeded.tcb };
    }),
  ),
  faulty(
    'outside-ack-field-counts-in-syn-received',
    'an ACK from before the window establishes',
    when(all(not(synchronized), connected, outsideWindow, has('ACK'), lacks('RST', 'SYN')), takenAtRcvNxt),
  ),
  faulty(
    'outside-fin-resets',
    'a FIN that comes again is reset',
    when(all(synchronized, beforeRcvNxt, has('FIN')), answer(resetFor)),
  ),
];

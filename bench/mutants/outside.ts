import { emptyAck, resetFor } from '../../lib/standard/arrives/replies.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, lt, sub, within } from '../../lib/wire/seq.ts';
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
} from './tools.ts';

/** The segment where the window begins, or at its last number: accepted, as if its number had been right. */
const fromLeft: Fault = taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt }));

const beyond: Test = ({ rcvNxt, rcvWnd }, { seq }) =>
  rcvWnd > 0 && lt(rcvNxt, seq) && !within(seq, rcvNxt, rcvWnd);
const before: Test = ({ rcvNxt }, { seq }) => lt(seq, rcvNxt);
const oldText: Test = ({ rcvNxt }, segment) =>
  segment.data > 0 && lt(segment.seq, rcvNxt) && !lt(rcvNxt, add(segment.seq, segLen(segment)));
const zero: Test = ({ rcvWnd }) => rcvWnd === 0;
const outside: Test = not(acceptable);
const empty: Test = (_tcb, segment) => segLen(segment) === 0;
const outsideOpen = all(connected, outside, not(zero));

/** First step: what becomes of a segment outside the window. */
export const OUTSIDE: readonly Mutant[] = [
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
    'old-text-not-answered',
    'synchronized states answer no old text, be it a single octet: nothing that lies before RCV.NXT altogether',
    when(all(synchronized, oldText, lacks('RST', 'SYN')), ignore),
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
    when(all(synchronized, outside, has('ACK'), lacks('RST', 'SYN', 'FIN')), (tcb, segment, next) => {
      const { rcvNxt, security, precedence } = tcb;
      const heeded = next(tcb, { ...segment, data: 0, seq: rcvNxt, security, precedence });
      return { ...next(tcb, segment), tcb: heeded.tcb };
    }),
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

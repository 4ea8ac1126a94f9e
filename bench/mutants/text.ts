import { emptyAck, resetAtAck } from '../../lib/standard/segments.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, gt, lt } from '../../lib/wire/seq.ts';
import {
  ackingOneLess,
  ackingOneMore,
  advancing,
  afterRcvNxt,
  all,
  always,
  answer,
  atRcvNxt,
  beforeRcvNxt,
  caughtBy,
  faulty,
  has,
  hasNoText,
  hasText,
  ignore,
  inReceivingState,
  inState,
  inStateAfterFin,
  isReset,
  lacks,
  type Mutant,
  replying,
  synchronizedAck,
  synchronizedFin,
  taken,
  takenAsAckOfSndUna,
  type Test,
  toClosed,
  unseen,
  vanish,
  withoutReply,
} from './tools.ts';

const straddling: Test = all(synchronizedAck, hasText, ({ rcvNxt }, { seq }) => lt(seq, rcvNxt));
const orphaned: Test = ({ userGone }) => userGone;

/** Seventh step: the text, and who is there to take it. */
export const TEXT: readonly Mutant[] = [
  faulty(
    'text-not-acknowledged',
    'text in order is taken and not acknowledged',
    all(inReceivingState, synchronizedAck, hasText, atRcvNxt),
    withoutReply,
  ),
  faulty(
    'text-acknowledged-one-short',
    'the last octet of text is not acknowledged',
    all(inReceivingState, synchronizedAck, hasText, atRcvNxt),
    ackingOneLess,
  ),
  faulty(
    'text-acknowledged-one-too-far',
    'one octet more than the text is acknowledged',
    all(inReceivingState, synchronizedAck, hasText, atRcvNxt),
    ackingOneMore,
  ),
  faulty(
    'text-one-octet-lost',
    'the last octet of text is not taken',
    all(inReceivingState, synchronizedAck, atRcvNxt, (_tcb, { data }) => data > 1, lacks('FIN')),
    taken((segment) => ({ ...segment, data: segment.data - 1 })),
  ),
  faulty(
    'text-acknowledged-with-psh',
    'the acknowledgment of text carries PSH',
    all(inReceivingState, synchronizedAck, hasText, atRcvNxt),
    replying((reply) => ({ ...reply, ctl: new Set(['ACK', 'PSH']) })),
  ),
  faulty(
    'text-echoed',
    'text is sent back with its acknowledgment',
    all(inReceivingState, synchronizedAck, hasText, atRcvNxt),
    replying((reply, _tcb, { data }) => ({ ...reply, data })),
  ),
  ...(['FIN-WAIT-1', 'FIN-WAIT-2'] as const).flatMap((state) => [
    faulty(
      `${state.toLowerCase()}-ignores-text`,
      `${state} takes no text any more`,
      all(inState(state), synchronizedAck, hasText),
      ignore,
    ),
    faulty(
      `${state.toLowerCase()}-resets-text`,
      `${state} resets the connection when text comes, though its user reads`,
      all(inState(state), synchronizedAck, hasText),
      answer(resetAtAck, toClosed),
    ),
  ]),
  ...(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const).map((state) =>
    faulty(
      `${state.toLowerCase()}-takes-text`,
      `${state} takes text after the FIN`,
      all(inState(state), synchronizedAck, hasText, atRcvNxt, ({ sndNxt }, { ack }) => !gt(ack, sndNxt)),
      advancing,
    ),
  ),
  faulty(
    'text-after-fin-resets',
    'text after the FIN resets the connection',
    all(inStateAfterFin, synchronizedAck, hasText),
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'text-over-a-gap',
    'text behind a gap is taken as if it were in order',
    all(inReceivingState, synchronizedAck, hasText, afterRcvNxt),
    taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt })),
  ),
  faulty(
    'text-over-a-gap-acknowledged',
    'the end of text behind a gap is acknowledged, gap and all',
    all(inReceivingState, synchronizedAck, hasText, afterRcvNxt),
    replying((reply, _tcb, segment) => ({ ...reply, ack: add(segment.seq, segLen(segment)) })),
  ),
  faulty(
    'text-behind-a-gap-resets',
    'text behind a gap is reset',
    all(inReceivingState, synchronizedAck, hasText, afterRcvNxt),
    answer(resetAtAck),
  ),
  faulty(
    'text-old-part-counted-again',
    'the old part of text is acknowledged again',
    all(inReceivingState, straddling, lacks('FIN')),
    advancing,
  ),
  faulty(
    'text-with-old-part-refused',
    'text of which a part is old is refused',
    all(inReceivingState, straddling),
    answer(emptyAck),
  ),
  faulty(
    'text-with-old-part-silent',
    'text of which a part is old is dropped silently',
    all(inReceivingState, straddling),
    ignore,
  ),
  faulty(
    'text-behind-the-window-taken',
    'text is taken further than the window goes',
    all(inReceivingState, synchronizedAck, atRcvNxt, ({ rcvWnd }, { data }) => data >= rcvWnd),
    advancing,
  ),
  faulty(
    'orphan-fin-resets',
    'a FIN without text is reset when the user is gone',
    all(orphaned, synchronizedFin, hasNoText),
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'orphan-old-text-resets',
    'old text is reset when the user is gone',
    all(orphaned, hasText, ({ rcvNxt }, { seq }) => lt(seq, rcvNxt)),
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'orphan-text-silent',
    'text is dropped silently when the user is gone',
    all(orphaned, synchronizedAck, hasText, atRcvNxt),
    ignore,
  ),
  faulty(
    'orphan-text-reset-but-kept',
    'text is reset when the user is gone, and the connection lives on',
    all(orphaned, synchronizedAck, hasText, atRcvNxt),
    answer(resetAtAck),
  ),
  faulty(
    'orphan-text-vanishes',
    'the connection vanishes silently when text comes and the user is gone',
    all(orphaned, synchronizedAck, hasText, atRcvNxt),
    vanish,
  ),
  caughtBy(
    'fin-wait-2.orphan.fin-beyond-gap',
    faulty(
      'orphan-reset-beyond-gap',
      'a FIN or an empty ACK beyond a gap is reset when the user is gone',
      all(orphaned, synchronizedAck, hasNoText, afterRcvNxt),
      answer(resetAtAck, toClosed),
    ),
  ),
  caughtBy(
    'fin-wait-2.orphan.text-ack-beyond-snd-nxt',
    faulty(
      'orphan-text-reset-whatever-its-ack',
      'text that acknowledges octets never sent is reset when the user is gone',
      all(orphaned, synchronizedAck, hasText, atRcvNxt, (tcb, { ack }) => gt(ack, tcb.sndNxt)),
      answer(resetAtAck, toClosed),
    ),
  ),
  caughtBy(
    'ladder.close.text-lost-at-closed-window',
    faulty(
      'orphan-reset-inside-closed-window',
      'where the window is closed, the reset for lost text has the number of the FIN',
      all(orphaned, synchronizedAck, hasText, ({ sndWnd }) => sndWnd === 0),
      replying((reply, { sndUna }) => (isReset(reply) ? { ...reply, seq: sndUna } : reply)),
    ),
  ),
  caughtBy(
    'ladder.ack-counts.text-in-close-wait',
    faulty(
      'ack-of-text-after-fin-ignored',
      "text after the peer's FIN is ignored with its acknowledgment",
      all(inState('CLOSE-WAIT'), synchronizedAck, hasText),
      takenAsAckOfSndUna,
    ),
  ),
  caughtBy(
    'syn-received.passive.ack.snd-nxt-text-straddles',
    faulty(
      'syn-received-takes-no-straddling-text',
      'in SYN-RECEIVED, text that begins before the window counts as outside',
      all(inState('SYN-RECEIVED'), has('ACK'), lacks('RST', 'SYN'), hasText, beforeRcvNxt),
      answer(emptyAck),
    ),
  ),
  unseen(
    faulty(
      'orphan-text-taken',
      'text is taken and acknowledged when the user is gone',
      always,
      (tcb, segment, next) => ({ ...next({ ...tcb, userGone: false }, segment) }),
    ),
    'RFC 1122 asks for the reset by a SHOULD: the verdict is `permitted`',
  ),
  unseen(
    faulty(
      'text-behind-a-gap-silent',
      'text behind a gap is not answered',
      all(inReceivingState, synchronizedAck, hasText, afterRcvNxt),
      ignore,
    ),
    'RFC 1122 4.2.2.21 (RFC 9293 MAY-13) leaves the ACK to the TCP: silence is as right',
  ),
];

import { emptyAck, resetFor, resetFromZero, synAck } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { add, within } from '../../lib/wire/seq.ts';
import {
  active,
  all,
  answer,
  connected,
  enter,
  faulty,
  has,
  ignore,
  inState,
  isEmptyAck,
  lacks,
  leaving,
  type Mutant,
  not,
  passive,
  replying,
  synchronized,
  taken,
  takenWithout,
  type Test,
  toClosed,
  unseen,
  vanish,
  withBits,
  without,
} from './tools.ts';

const syn: Test = all(connected, has('SYN'), lacks('RST'));
const inside = all(syn, acceptable);
const numberInWindow: Test = ({ rcvNxt, rcvWnd }, { seq }) => within(seq, rcvNxt, rcvWnd);

/** Fourth step: SYN. */
export const SYNS: readonly Mutant[] = [
  faulty(
    'orphan-syn-resets',
    'a SYN in FIN-WAIT-2 is reset when the user is gone, and the connection is gone',
    all(syn, inState('FIN-WAIT-2'), ({ userGone }) => userGone),
    answer(resetFor, toClosed),
  ),
  faulty('syn-inside-ignored', 'a SYN in the window is ignored', inside, ignore, 'rfc793'),
  faulty(
    'syn-inside-kills-silently',
    'a SYN in the window ends the connection without a reset',
    inside,
    vanish,
    'rfc793',
  ),
  faulty(
    'syn-inside-reset-but-kept',
    'a SYN in the window is reset, and the connection lives on',
    inside,
    answer(resetFor),
    'rfc793',
  ),
  faulty(
    'syn-inside-acked',
    'a SYN in the window is answered with an ACK',
    inside,
    answer(emptyAck),
    'rfc793',
  ),
  faulty(
    'syn-inside-taken-for-text',
    'a SYN in the window counts as an octet',
    all(inside, synchronized),
    answer(
      (tcb) => emptyAck({ ...tcb, rcvNxt: add(tcb.rcvNxt, 1) }),
      (tcb) => ({ ...tcb, rcvNxt: add(tcb.rcvNxt, 1) }),
    ),
    'rfc793',
  ),
  faulty(
    'syn-fin-taken-for-fin',
    'a SYN that is also a FIN is taken for the FIN',
    all(inside, has('FIN'), lacks('ACK')),
    taken((segment, { sndUna }) => ({ ...withBits(without(segment, 'SYN'), 'ACK'), ack: sndUna })),
  ),
  faulty('syn-fin-ignored', 'a SYN that is also a FIN is ignored', all(syn, has('FIN')), ignore),
  faulty('syn-bit-overlooked', 'the SYN bit is not looked at', inside, takenWithout('SYN'), 'rfc793'),
  faulty(
    'syn-inside-kills',
    'a SYN in the window resets the connection, though a reset is challenged',
    all(inside, synchronized),
    answer(resetFor, toClosed),
    'rfc5961',
  ),
  faulty(
    'syn-inside-not-challenged',
    'a SYN in the window is ignored without a challenge',
    all(inside, synchronized),
    ignore,
    'rfc5961',
  ),
  faulty('syn-ack-not-challenged', 'a SYN,ACK in the window is ignored', all(inside, has('ACK')), ignore),
  faulty(
    'syn-challenge-with-snd-una',
    'the challenge has SEQ=SND.UNA',
    inside,
    replying((reply, { sndUna }) => (isEmptyAck(reply) ? { ...reply, seq: sndUna } : reply)),
  ),
  faulty(
    'syn-challenge-one-more',
    'the challenge acknowledges RCV.NXT+1',
    inside,
    replying((reply, { rcvNxt }) => (isEmptyAck(reply) ? { ...reply, ack: add(rcvNxt, 1) } : reply)),
  ),
  faulty(
    'syn-challenge-acks-syn',
    'the challenge acknowledges the SYN',
    inside,
    replying((reply, _tcb, { seq }) => (isEmptyAck(reply) ? { ...reply, ack: add(seq, 1) } : reply)),
  ),
  faulty(
    'syn-challenge-with-syn',
    'the challenge is a SYN,ACK',
    all(inside, synchronized),
    replying((reply, tcb) => (isEmptyAck(reply) ? synAck(tcb) : reply)),
  ),
  faulty(
    'syn-challenge-and-reset',
    'the connection is gone behind the challenge',
    all(inside, synchronized),
    (tcb, segment, next) => ({ ...next(tcb, segment), tcb: toClosed(tcb) }),
    'rfc5961',
  ),
  faulty(
    'syn-outside-kills',
    'a SYN outside the window resets the connection',
    all(syn, synchronized, not(acceptable)),
    answer(resetFor, toClosed),
  ),
  faulty(
    'syn-outside-synchronizes',
    'a SYN outside the window begins the connection anew',
    all(syn, inState('ESTABLISHED'), not(acceptable), lacks('ACK')),
    answer(
      (tcb, { seq }) => synAck({ ...tcb, rcvNxt: add(seq, 1) }),
      (tcb) => enter(tcb, 'SYN-RECEIVED', 'passive'),
    ),
  ),
  faulty(
    'syn-outside-with-new-text-kills',
    'a SYN left of the window resets the connection when it brings new text',
    all(syn, synchronized, not(numberInWindow), acceptable),
    answer(resetFor, toClosed),
    'rfc1122',
  ),
  faulty(
    'syn-ack-inside-reset-from-zero',
    'the reset for a SYN,ACK in the window has SEQ=0, as if it had no ACK',
    all(inside, numberInWindow, has('ACK')),
    answer(resetFromZero, toClosed),
    'rfc1122',
  ),
  faulty(
    'syn-received-duplicate-reset',
    'SYN-RECEIVED resets its own SYN when it comes again',
    all(inState('SYN-RECEIVED'), syn, ({ irs }, { seq }) => seq === irs),
    answer(resetFor),
  ),
  faulty(
    'syn-received-duplicate-silent',
    'SYN-RECEIVED ignores its own SYN when it comes again',
    all(inState('SYN-RECEIVED'), syn, ({ irs }, { seq }) => seq === irs),
    ignore,
  ),
  faulty(
    'syn-received-restarts',
    'SYN-RECEIVED begins anew with any SYN',
    all(inState('SYN-RECEIVED'), inside, lacks('ACK')),
    answer(
      (tcb, { seq }) => synAck({ ...tcb, rcvNxt: add(seq, 1) }),
      (tcb) => tcb,
    ),
  ),
  faulty(
    'syn-received-passive-resets',
    'SYN-RECEIVED forgets that it came from LISTEN, and resets a SYN',
    all(inState('SYN-RECEIVED'), passive),
    (tcb, segment, next) => next({ ...tcb, origin: 'active' }, segment),
    'rfc1122',
  ),
  faulty(
    'syn-received-active-listens',
    'SYN-RECEIVED forgets that it came from SYN-SENT, and is silent to a SYN',
    all(inState('SYN-RECEIVED'), active),
    (tcb, segment, next) => next({ ...tcb, origin: 'passive' }, segment),
  ),
  faulty(
    'syn-received-passive-stays',
    'SYN-RECEIVED from LISTEN ignores a SYN and stays',
    all(inState('SYN-RECEIVED'), passive, inside),
    ignore,
    'rfc1122',
  ),
  unseen(
    faulty(
      'syn-received-passive-closes',
      'SYN-RECEIVED from LISTEN goes to CLOSED after a reset',
      all(inState('SYN-RECEIVED'), passive),
      leaving((after) => (after.state === 'LISTEN' ? enter(after, 'CLOSED') : after)),
    ),
    'the LISTEN of the user goes on beside the connection: gone is gone',
  ),
];

import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import {
  all,
  answer,
  faulty,
  has,
  ignore,
  inState,
  isReset,
  lacks,
  type Mutant,
  noFlags,
  outcome,
  replying,
  resetEnds,
  without,
  withoutResets,
} from './tools.ts';

const resetEvenResets = answer((tcb, segment) => resetFor(tcb, without(segment, 'RST')));

/** Groups 1 and 2 of reset generation: what is reset, and what is not. */
export const RESET_GENERATION: readonly Mutant[] = [
  faulty(
    'closed-resets-rst',
    'a reset is answered with a reset in CLOSED',
    all(inState('CLOSED'), has('RST'), lacks('ACK')),
    resetEvenResets,
  ),
  faulty(
    'closed-resets-rst-ack',
    'a reset that acknowledges is answered with a reset in CLOSED',
    all(inState('CLOSED'), has('RST', 'ACK')),
    resetEvenResets,
  ),
  faulty(
    'listen-resets-rst',
    'a reset is answered with a reset in LISTEN',
    all(inState('LISTEN'), has('RST')),
    resetEvenResets,
  ),
  faulty(
    'syn-sent-resets-bad-rst',
    'a reset with a bad ACK is answered with a reset in SYN-SENT',
    inState('SYN-SENT'),
    (tcb, segment, next) =>
      segment.ctl.has('RST') &&
      next(tcb, without(segment, 'RST')).reply !== 'silence' &&
      next(tcb, segment).tcb.state === 'SYN-SENT'
        ? outcome(resetFor(tcb, segment), tcb)
        : next(tcb, segment),
  ),
  faulty(
    'closed-silent-for-ack',
    'a closed port hides from ACKs',
    all(inState('CLOSED'), has('ACK'), lacks('SYN')),
    ignore,
  ),
  faulty(
    'closed-silent-for-syn-ack',
    'a closed port hides from SYN,ACKs',
    all(inState('CLOSED'), has('SYN', 'ACK')),
    ignore,
  ),
  faulty(
    'closed-silent-for-fin',
    'a closed port hides from FINs',
    all(inState('CLOSED'), has('FIN'), lacks('ACK')),
    ignore,
  ),
  faulty(
    'closed-silent-for-no-flags',
    'a closed port hides from segments without flags',
    all(inState('CLOSED'), noFlags),
    ignore,
  ),
  faulty(
    'closed-silent-for-syn-fin',
    'a closed port drops SYN with FIN',
    all(inState('CLOSED'), has('SYN', 'FIN')),
    ignore,
  ),
  faulty(
    'closed-acks',
    'a closed port answers text with an ACK',
    all(inState('CLOSED'), has('ACK', 'PSH')),
    answer(emptyAck),
  ),
  faulty(
    'listen-silent-for-ack',
    'LISTEN ignores ACKs',
    all(inState('LISTEN'), has('ACK'), lacks('SYN')),
    ignore,
  ),
  faulty(
    'listen-silent-for-syn-ack',
    'LISTEN ignores SYN,ACKs',
    all(inState('LISTEN'), has('SYN', 'ACK')),
    ignore,
  ),
  faulty(
    'listen-silent-for-text',
    'LISTEN ignores text that acknowledges',
    all(inState('LISTEN'), has('ACK', 'PSH'), lacks('SYN')),
    ignore,
  ),
  faulty(
    'listen-silent-for-fin-ack',
    'LISTEN ignores FIN,ACKs',
    all(inState('LISTEN'), has('ACK', 'FIN'), lacks('SYN')),
    ignore,
  ),
  faulty(
    'listen-resets-no-flags',
    'LISTEN resets a segment without flags',
    all(inState('LISTEN'), noFlags),
    answer(resetFor),
  ),
  faulty(
    'listen-resets-fin',
    'LISTEN resets a FIN',
    all(inState('LISTEN'), has('FIN'), lacks('ACK', 'SYN', 'RST')),
    answer(resetFor),
  ),
  faulty(
    'listen-resets-text-without-ack',
    'LISTEN resets text without ACK',
    all(inState('LISTEN'), has('PSH'), lacks('ACK', 'SYN', 'RST', 'FIN')),
    answer(resetFor),
  ),
  faulty(
    'listen-resets-urg',
    'LISTEN resets URG alone',
    all(inState('LISTEN'), has('URG'), lacks('ACK', 'SYN', 'RST', 'FIN')),
    answer(resetFor),
  ),
  faulty(
    'syn-sent-silent-for-bad-ack',
    'SYN-SENT does not reset a bad ACK',
    all(inState('SYN-SENT'), has('ACK')),
    withoutResets,
  ),
  faulty(
    'syn-sent-silent-for-bad-syn-ack',
    'SYN-SENT does not reset a SYN,ACK of another SYN',
    all(inState('SYN-SENT'), has('SYN', 'ACK')),
    withoutResets,
  ),
  faulty(
    'syn-sent-gives-up-at-bad-ack',
    'SYN-SENT resets a bad ACK and gives up',
    inState('SYN-SENT'),
    resetEnds,
  ),
  faulty(
    'syn-sent-resets-no-flags',
    'SYN-SENT resets what has neither SYN, ACK nor RST',
    all(inState('SYN-SENT'), lacks('SYN', 'ACK', 'RST')),
    answer(resetFor),
  ),
  faulty(
    'syn-received-silent-for-bad-ack',
    'SYN-RECEIVED does not reset a bad ACK',
    all(inState('SYN-RECEIVED'), has('ACK')),
    withoutResets,
  ),
  faulty(
    'syn-received-acks-bad-ack',
    'SYN-RECEIVED answers a bad ACK with an ACK',
    all(inState('SYN-RECEIVED'), has('ACK')),
    replying((reply, tcb) => (isReset(reply) ? emptyAck(tcb) : reply)),
    'rfc793',
  ),
  faulty(
    'syn-received-gives-up-at-bad-ack',
    'SYN-RECEIVED resets a bad ACK and forgets the connection',
    inState('SYN-RECEIVED'),
    resetEnds,
  ),
];

import { resetFor } from '../../lib/standard/segments.ts';
import {
  acknowledgingAll,
  all,
  answer,
  bareSyn,
  caughtBy,
  enter,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  leaving,
  type Mutant,
  replying,
  taken,
  withBits,
  without,
} from './tools.ts';

const listening = all(inState('LISTEN'), bareSyn);

/** LISTEN: how a connection is opened from outside. */
export const LISTENING: readonly Mutant[] = [
  faulty(
    'listen-acknowledges-text',
    'the SYN,ACK acknowledges the text of the SYN',
    all(listening, hasText),
    acknowledgingAll,
  ),
  faulty(
    'listen-acknowledges-fin',
    'the SYN,ACK acknowledges the FIN of the SYN',
    all(listening, has('FIN')),
    acknowledgingAll,
  ),
  faulty(
    'listen-does-not-wrap',
    'the SYN,ACK of the largest number acknowledges it, not 0',
    all(listening, (_tcb, { seq }) => seq === 2 ** 32 - 1),
    replying((reply, _tcb, { seq }) => ({ ...reply, ack: seq })),
  ),
  caughtBy(
    'listen.syn.number-zero',
    faulty(
      'listen-drops-syn-of-number-zero',
      'LISTEN drops a SYN whose sequence number is 0',
      all(listening, (_tcb, { seq }) => seq === 0),
      ignore,
    ),
  ),
  faulty('listen-drops-syn-with-fin', 'LISTEN drops SYN with FIN', all(listening, has('FIN')), ignore),
  faulty(
    'listen-resets-syn-with-fin',
    'LISTEN resets SYN with FIN',
    all(listening, has('FIN')),
    answer(resetFor),
  ),
  faulty('listen-drops-syn-with-psh', 'LISTEN drops SYN with PSH or URG', all(listening, has('PSH')), ignore),
  faulty('listen-drops-syn-with-text', 'LISTEN drops a SYN with text', all(listening, hasText), ignore),
  faulty(
    'listen-drops-syn-with-ecn',
    'LISTEN drops a SYN that offers ECN',
    all(listening, has('ECE')),
    ignore,
  ),
  faulty(
    'listen-resets-syn-with-ecn',
    'LISTEN resets a SYN that offers ECN',
    all(listening, has('ECE')),
    answer(resetFor),
  ),
  faulty(
    'listen-opens-without-syn',
    'LISTEN opens a connection for a FIN',
    all(inState('LISTEN'), has('FIN'), lacks('ACK', 'RST', 'SYN')),
    taken((segment) => withBits(without(segment, 'FIN'), 'SYN')),
  ),
  faulty(
    'listen-syn-ack-with-psh',
    'the SYN,ACK of a SYN with flags repeats them',
    all(listening, has('PSH')),
    replying((reply) => withBits(reply, 'PSH')),
  ),
  faulty(
    'listen-establishes-with-fin',
    'a SYN with FIN leads to CLOSE-WAIT at once',
    all(listening, has('FIN')),
    leaving((after) => enter(after, 'CLOSE-WAIT')),
  ),
];

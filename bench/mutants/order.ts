import { acceptable } from '../../lib/standard/arrives/window.ts';
import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import { add, gt } from '../../lib/wire/seq.ts';
import {
  all,
  always,
  answer,
  connected,
  enter,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  leaving,
  type Mutant,
  otherSecurity,
  outsideWindow,
  synchronized,
  type Test,
  taken,
  takenAsAckOfSndUna,
  takenAsSameSecurity,
  takenAtRcvNxt,
  takenWithout,
  unseen,
  without,
} from './tools.ts';

const tooNew: Test = ({ sndNxt }, { ctl, ack }) => ctl.has('ACK') && gt(ack, sndNxt);
const resetBySecurity = answer(resetFor, (tcb) =>
  ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED'].includes(tcb.state) ? tcb : enter(tcb, 'CLOSED'),
);

/** Two checks of the eight steps in the place of each other. */
export const ORDER: readonly Mutant[] = [
  faulty(
    'order-rst-before-sequence',
    'a reset counts wherever its number is',
    all(connected, has('RST')),
    takenAtRcvNxt,
  ),
  faulty(
    'order-security-before-sequence',
    'security is checked before the sequence number',
    all(connected, otherSecurity, lacks('RST')),
    resetBySecurity,
    'rfc5961',
  ),
  faulty(
    'order-security-before-rst',
    'security is checked before RST',
    all(connected, acceptable, otherSecurity),
    resetBySecurity,
    'rfc5961',
  ),
  faulty(
    'order-syn-before-security',
    'SYN is checked before security',
    all(connected, has('SYN')),
    takenAsSameSecurity,
    'rfc5961',
  ),
  faulty(
    'order-ack-before-security',
    'without ACK a segment is dropped before its security is looked at',
    all(connected, acceptable, otherSecurity, lacks('ACK', 'RST', 'SYN')),
    ignore,
    'rfc5961',
  ),
  faulty(
    'order-syn-before-rst',
    'SYN is checked before RST',
    all(connected, has('SYN', 'RST')),
    takenWithout('RST'),
    'rfc793',
  ),
  faulty(
    'order-fin-before-rst',
    'FIN is taken although RST is set',
    all(connected, has('FIN', 'RST')),
    (tcb, segment, next) => next(tcb, { ...segment, ack: tcb.sndUna, ctl: new Set(['FIN', 'ACK']) }),
  ),
  faulty(
    'order-syn-before-sequence',
    'a SYN is an error wherever its number is',
    all(connected, has('SYN'), lacks('RST')),
    takenAtRcvNxt,
    'rfc793',
  ),
  faulty(
    'order-ack-before-syn',
    'without ACK a SYN is dropped like any segment',
    all(connected, acceptable, has('SYN'), lacks('ACK', 'RST')),
    ignore,
    'rfc793',
  ),
  faulty(
    'order-bad-ack-before-syn',
    'the ACK of a SYN,ACK is checked before its SYN',
    all(connected, acceptable, has('SYN', 'ACK'), lacks('RST')),
    (tcb, segment, next) => {
      const first = next(tcb, without(segment, 'SYN'));
      return first.reply === 'silence' && first.tcb.state === tcb.state ? next(tcb, segment) : first;
    },
    'rfc793',
  ),
  faulty(
    'order-ack-before-sequence',
    'without ACK a segment is dropped before its number is looked at',
    all(synchronized, lacks('ACK', 'RST', 'SYN')),
    ignore,
  ),
  unseen(
    faulty(
      'order-bad-ack-before-sequence',
      'SYN-RECEIVED checks the ACK before the sequence number',
      all(inState('SYN-RECEIVED'), outsideWindow, tooNew, lacks('RST')),
      answer(resetFor),
    ),
    'group 2 of RFC 793 3.4 resets what acknowledges something not yet sent, whatever its number: that is as right',
  ),
  faulty(
    'order-ack-before-rst',
    'a reset with a bad ACK is not a reset',
    all(connected, has('RST', 'ACK'), tooNew),
    answer(emptyAck),
  ),
  faulty(
    'order-text-before-ack',
    'text is taken whatever it acknowledges',
    all(synchronized, acceptable, lacks('RST', 'SYN'), tooNew, hasText),
    takenAsAckOfSndUna,
  ),
  faulty(
    'order-fin-before-ack',
    'a FIN is taken whatever it acknowledges',
    all(synchronized, acceptable, has('FIN'), lacks('RST', 'SYN'), tooNew),
    takenAsAckOfSndUna,
  ),
  faulty(
    'order-fin-before-text',
    'a FIN is taken before the text in front of it',
    all(connected, acceptable, has('FIN'), lacks('RST', 'SYN')),
    taken((segment) => ({ ...segment, data: 0 })),
  ),
  faulty(
    'order-urg-before-ack',
    'the urgent pointer is taken before the ACK is checked',
    all(connected, has('URG')),
    leaving((after, _, { seq, urg }) => {
      const end = add(seq, urg);
      return gt(end, after.rcvUp) ? { ...after, rcvUp: end } : after;
    }),
  ),
  unseen(
    faulty('order-text-before-urg', 'text is taken before the urgent pointer', always, (tcb, segment, next) =>
      next(tcb, segment),
    ),
    'the urgent pointer is told to the user, and never answered',
  ),
  unseen(
    faulty(
      'order-sequence-before-paws',
      'the sequence number is checked before the timestamp',
      all(
        synchronized,
        outsideWindow,
        ({ timestamps }, { tsval, ctl }) => timestamps && tsval !== undefined && !ctl.has('RST'),
      ),
      answer(emptyAck),
    ),
    'both checks refuse by the same empty ACK, and neither leaves a trace in the TCB of what it refuses',
  ),
  unseen(
    faulty(
      'order-precedence-before-security',
      'precedence is checked before security',
      always,
      (tcb, segment, next) => next(tcb, segment),
      'rfc793',
    ),
    'a mismatch of either is answered by the same reset',
  ),
];

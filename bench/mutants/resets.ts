import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import type { State } from '../../lib/standard/state.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add, gt, lt, within } from '../../lib/wire/seq.ts';
import {
  active,
  all,
  answer,
  atRcvNxt,
  connected,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  type Mutant,
  passive,
  synchronized,
  taken,
  takenAtRcvNxt,
  type Test,
  toClosed,
  unseen,
} from './tools.ts';

const inside: Test = ({ rcvNxt, rcvWnd }, { seq }) => seq !== rcvNxt && within(seq, rcvNxt, rcvWnd);
const reset = has('RST');

const deafIn = (state: State): Mutant =>
  faulty(
    `rst-ignored-in-${state.toLowerCase()}`,
    `a reset is ignored in ${state}`,
    all(inState(state), reset),
    ignore,
  );

/** Second step: RST. */
export const RESETS: readonly Mutant[] = [
  faulty(
    'rst-with-old-text-acked',
    'a reset before the window, with text that ends at the left edge, is acknowledged',
    all(synchronized, reset, hasText, ({ rcvNxt }, segment) => add(segment.seq, segLen(segment)) === rcvNxt),
    answer(emptyAck),
  ),
  ...(
    ['SYN-SENT', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK'] as const
  ).map(deafIn),
  unseen(deafIn('TIME-WAIT'), 'RFC 1337 lets TIME-WAIT ignore resets: the verdict is `permitted`'),
  faulty(
    'rst-ignored-in-syn-received-passive',
    'a reset is ignored in SYN-RECEIVED that came from LISTEN',
    all(inState('SYN-RECEIVED'), reset, passive),
    ignore,
  ),
  faulty(
    'rst-ignored-in-syn-received-active',
    'a reset is ignored in SYN-RECEIVED that came from SYN-SENT',
    all(inState('SYN-RECEIVED'), reset, active),
    ignore,
  ),
  faulty(
    'rst-ack-good-ignored-in-syn-received',
    'SYN-RECEIVED ignores a reset that acknowledges its SYN',
    all(inState('SYN-RECEIVED'), reset, has('ACK'), ({ sndNxt }, { ack }) => ack === sndNxt),
    ignore,
  ),
  faulty(
    'rst-with-old-ack-ignored',
    'a reset with an old ACK is ignored',
    all(connected, reset, has('ACK'), ({ sndUna }, { ack }) => lt(ack, sndUna)),
    ignore,
  ),
  faulty(
    'rst-with-far-too-new-ack-answered',
    'a reset that acknowledges far too much is answered with an ACK, and ignored',
    all(connected, reset, has('ACK'), ({ sndNxt }, { ack }) => gt(ack, add(sndNxt, 1))),
    answer(emptyAck),
  ),
  faulty(
    'rst-needs-good-ack',
    'a reset counts only with an acceptable ACK',
    all(synchronized, reset, has('ACK'), ({ sndNxt }, { ack }) => gt(ack, sndNxt)),
    ignore,
  ),
  faulty(
    'rst-needs-ack-bit',
    'a reset without ACK is ignored',
    all(synchronized, reset, (_tcb, { ctl }) => !ctl.has('ACK')),
    ignore,
  ),
  faulty('rst-with-ack-ignored', 'a reset with ACK is ignored', all(connected, reset, has('ACK')), ignore),
  faulty('rst-with-fin-ignored', 'a reset with FIN is ignored', all(connected, reset, has('FIN')), ignore),
  faulty('rst-with-syn-ignored', 'a reset with SYN is ignored', all(connected, reset, has('SYN')), ignore),
  faulty(
    'rst-with-text-ignored',
    'a reset with text is ignored',
    all(connected, reset, hasText),
    ignore,
    'rfc793',
  ),
  faulty(
    'rst-with-text-taken',
    'the text of a reset is taken',
    all(connected, reset, hasText, atRcvNxt),
    (tcb, segment, next) => next(tcb, { ...segment, ack: tcb.sndUna, ctl: new Set(['ACK']) }),
    'rfc793',
  ),
  faulty(
    'rst-inside-kills',
    'a reset anywhere in the window counts, though a SYN is challenged',
    all(connected, reset, inside),
    takenAtRcvNxt,
    'rfc5961',
  ),
  faulty(
    'rst-one-after-kills',
    'a reset counts at RCV.NXT+1 as well',
    all(connected, reset, ({ rcvNxt }, { seq }) => seq === add(rcvNxt, 1)),
    takenAtRcvNxt,
    'rfc5961',
  ),
  faulty(
    'rst-inside-silent',
    'a reset elsewhere in the window is ignored without a challenge',
    all(connected, reset, inside),
    ignore,
    'rfc5961',
  ),
  faulty(
    'rst-exact-challenged',
    'a reset at RCV.NXT is challenged as well',
    all(synchronized, reset, atRcvNxt),
    answer(emptyAck),
    'rfc5961',
  ),
  faulty(
    'rst-challenged-outside',
    'a reset outside the window is challenged',
    all(synchronized, reset, ({ rcvNxt, rcvWnd }, { seq }) => !within(seq, rcvNxt, rcvWnd)),
    answer(emptyAck),
    'rfc5961',
  ),
  faulty(
    'rst-challenge-then-killed',
    'a reset elsewhere in the window is challenged, and obeyed',
    all(connected, reset, inside),
    answer(emptyAck, toClosed),
    'rfc5961',
  ),
  faulty(
    'rst-answered-by-rst',
    'a reset is obeyed and answered with one',
    all(connected, reset, acceptable),
    answer(resetFor, toClosed),
  ),
  faulty(
    'rst-answered-by-ack',
    'a reset is obeyed and answered with an ACK',
    all(connected, reset, atRcvNxt),
    answer(emptyAck, toClosed),
  ),
  faulty(
    'rst-only-at-left-edge',
    'a reset counts only at RCV.NXT, and is ignored elsewhere',
    all(connected, reset, inside),
    ignore,
    'rfc793',
  ),
  faulty(
    'rst-straddling-kills-far',
    'a reset counts as soon as its text touches the window, however far before',
    all(
      connected,
      reset,
      hasText,
      ({ rcvNxt }, segment) => lt(segment.seq, rcvNxt) && gt(add(segment.seq, segLen(segment)), rcvNxt),
    ),
    answer(resetFor),
    'rfc793',
  ),
  faulty(
    'syn-sent-rst-without-ack-counts',
    'SYN-SENT obeys a reset without ACK',
    all(inState('SYN-SENT'), reset),
    taken((segment, { sndNxt }) => ({
      ...segment,
      ack: segment.ctl.has('ACK') ? segment.ack : sndNxt,
      ctl: new Set([...segment.ctl, 'ACK']),
    })),
  ),
  faulty(
    'syn-sent-rst-ack-bit-unread',
    'SYN-SENT looks at the acknowledgment number of a reset, and not at its ACK bit',
    all(inState('SYN-SENT'), reset),
    taken((segment) => ({ ...segment, ctl: new Set([...segment.ctl, 'ACK']) })),
  ),
  faulty(
    'syn-sent-rst-needs-seq-zero',
    'SYN-SENT obeys only a reset with SEQ 0',
    all(inState('SYN-SENT'), reset, (_tcb, { seq }) => seq !== 0),
    ignore,
  ),
  faulty(
    'syn-sent-rst-answered',
    'SYN-SENT answers a reset that it obeys',
    inState('SYN-SENT'),
    (tcb, segment, next) => {
      const arrival = next(tcb, segment);
      return segment.ctl.has('RST') && arrival.tcb.state === 'CLOSED'
        ? { ...arrival, reply: emptyAck(tcb) }
        : arrival;
    },
  ),
];

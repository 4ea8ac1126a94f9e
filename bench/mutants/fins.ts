import { emptyAck, resetAtAck } from '../../lib/standard/segments.ts';
import type { State } from '../../lib/standard/state.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  ackingOneLess,
  ackingOneMore,
  advancingBy,
  afterRcvNxt,
  all,
  answer,
  atRcvNxt,
  enter,
  type Fault,
  faulty,
  has,
  hasNoText,
  hasText,
  ignore,
  inReceivingState,
  inState,
  inStateAfterFin,
  lacks,
  leaving,
  type Mutant,
  replying,
  synchronizedFin,
  taken,
  takenWithout,
  type Test,
  toClosed,
  withBits,
  withoutReply,
} from './tools.ts';

const finAgain: Test = all(
  inStateAfterFin,
  has('FIN', 'ACK'),
  lacks('RST', 'SYN'),
  ({ rcvNxt }, segment) => add(segment.seq, segLen(segment)) === rcvNxt,
);

const instead = (right: State, wrong: State): Fault =>
  leaving((after, before) => (after.state === right && before.state !== right ? enter(after, wrong) : after));

/** Eighth step: the FIN. */
export const FINS: readonly Mutant[] = [
  faulty(
    'fin-dropped-with-old-text',
    'a FIN is dropped with the text before it that was already received',
    all(
      inReceivingState,
      has('FIN', 'ACK'),
      ({ rcvNxt }, { seq, data }) => data > 0 && add(seq, data) === rcvNxt,
    ),
    answer(emptyAck),
  ),
  faulty(
    'fin-not-acknowledged',
    'a FIN is taken and not acknowledged',
    all(inReceivingState, synchronizedFin, hasNoText, atRcvNxt),
    withoutReply,
  ),
  faulty(
    'fin-not-counted',
    'the acknowledgment of a FIN does not count it',
    all(inReceivingState, synchronizedFin, atRcvNxt),
    ackingOneLess,
  ),
  faulty(
    'fin-counted-twice',
    'the acknowledgment of a FIN counts it twice',
    all(inReceivingState, synchronizedFin, atRcvNxt),
    ackingOneMore,
  ),
  faulty(
    'fin-overlooked',
    'a FIN is not looked at',
    all(inReceivingState, synchronizedFin, hasNoText),
    takenWithout('FIN'),
  ),
  faulty(
    'fin-behind-text-overlooked',
    'a FIN behind text is not looked at',
    all(inReceivingState, synchronizedFin, hasText),
    takenWithout('FIN'),
  ),
  faulty(
    'fin-answered-with-fin',
    'a FIN is answered with a FIN, before the user has closed',
    all(inState('ESTABLISHED'), synchronizedFin, atRcvNxt),
    replying((reply) => ({ ...reply, ctl: new Set(['FIN', 'ACK']) })),
  ),
  faulty(
    'fin-answered-with-reset',
    'a FIN is answered with a reset',
    all(inReceivingState, synchronizedFin, hasNoText, atRcvNxt),
    answer((tcb) => withBits(emptyAck(tcb), 'RST'), toClosed),
  ),
  faulty(
    'fin-over-a-gap',
    'a FIN behind a gap is taken',
    all(inReceivingState, synchronizedFin, afterRcvNxt),
    taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt })),
  ),
  faulty(
    'established-fin-stays',
    'ESTABLISHED acknowledges a FIN and stays',
    inState('ESTABLISHED'),
    instead('CLOSE-WAIT', 'ESTABLISHED'),
  ),
  faulty(
    'established-fin-closes',
    'ESTABLISHED goes to CLOSED with a FIN',
    inState('ESTABLISHED'),
    instead('CLOSE-WAIT', 'CLOSED'),
  ),
  faulty(
    'established-fin-to-time-wait',
    'ESTABLISHED goes to TIME-WAIT with a FIN',
    inState('ESTABLISHED'),
    instead('CLOSE-WAIT', 'TIME-WAIT'),
  ),
  faulty(
    'fin-wait-1-fin-to-time-wait',
    'FIN-WAIT-1 goes to TIME-WAIT with a FIN that does not acknowledge ours',
    inState('FIN-WAIT-1'),
    instead('CLOSING', 'TIME-WAIT'),
  ),
  faulty(
    'fin-wait-1-fin-to-close-wait',
    'FIN-WAIT-1 goes to CLOSE-WAIT with a FIN',
    inState('FIN-WAIT-1'),
    instead('CLOSING', 'CLOSE-WAIT'),
  ),
  faulty(
    'fin-wait-1-fin-ack-to-closing',
    'FIN-WAIT-1 goes to CLOSING with a FIN that acknowledges ours',
    all(inState('FIN-WAIT-1'), has('FIN')),
    (tcb, segment, next) => next(tcb, segment.ack === tcb.sndNxt ? { ...segment, ack: tcb.sndUna } : segment),
  ),
  faulty(
    'fin-wait-1-fin-ack-to-fin-wait-2',
    'FIN-WAIT-1 goes to FIN-WAIT-2 with a FIN that acknowledges ours',
    all(inState('FIN-WAIT-1'), synchronizedFin),
    instead('TIME-WAIT', 'FIN-WAIT-2'),
  ),
  faulty(
    'fin-wait-1-fin-ack-closes',
    'FIN-WAIT-1 goes to CLOSED with a FIN that acknowledges ours',
    all(inState('FIN-WAIT-1'), synchronizedFin),
    instead('TIME-WAIT', 'CLOSED'),
  ),
  faulty(
    'fin-wait-2-fin-closes',
    'FIN-WAIT-2 goes to CLOSED with a FIN, without TIME-WAIT',
    all(inState('FIN-WAIT-2'), synchronizedFin),
    instead('TIME-WAIT', 'CLOSED'),
  ),
  faulty(
    'fin-wait-2-fin-to-closing',
    'FIN-WAIT-2 goes to CLOSING with a FIN',
    all(inState('FIN-WAIT-2'), synchronizedFin),
    instead('TIME-WAIT', 'CLOSING'),
  ),
  faulty('fin-again-silent', 'the FIN that comes again is not acknowledged', finAgain, ignore),
  faulty(
    'fin-again-silent-in-time-wait',
    'TIME-WAIT does not acknowledge the FIN that comes again',
    all(finAgain, inState('TIME-WAIT')),
    ignore,
  ),
  faulty(
    'fin-again-counted',
    'the FIN that comes again is counted again',
    finAgain,
    advancingBy(() => 1),
  ),
  faulty(
    'fin-again-resets',
    'the FIN that comes again resets the connection',
    finAgain,
    answer(resetAtAck, toClosed),
  ),
  ...(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const).map((state) =>
    faulty(
      `second-fin-overlooked-in-${state.toLowerCase()}`,
      `${state} does not look at a second FIN behind the first, and does not answer it`,
      all(inState(state), synchronizedFin, hasNoText, atRcvNxt),
      takenWithout('FIN'),
    ),
  ),
  faulty(
    'second-fin-resets',
    'a second FIN behind the first resets the connection',
    all(inStateAfterFin, synchronizedFin, hasNoText, atRcvNxt),
    answer(resetAtAck, toClosed),
  ),
];

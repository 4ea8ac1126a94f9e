import { emptyAck, resetAtAck } from '../../lib/standard/arrives/replies.ts';
import type { State } from '../../lib/standard/state.ts';
import { segLen, type Tcb } from '../../lib/standard/tcb.ts';
import { add, sub } from '../../lib/wire/seq.ts';
import type { Mutant } from './mutant.ts';
import {
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
  replying,
  synchronizedFin,
  taken,
  type Test,
  unseen,
  when,
  withBits,
  without,
  withoutReply,
} from './tools.ts';

const finAgain: Test = all(
  inStateAfterFin,
  has('FIN', 'ACK'),
  lacks('RST', 'SYN'),
  ({ rcvNxt }, segment) => add(segment.seq, segLen(segment)) === rcvNxt,
);

/** The segment is taken further than it should be, as far as `octets` say, and acknowledged. */
const advancing =
  (octets: (tcb: Tcb, length: number) => number): Fault =>
  (tcb, segment, next) => {
    const arrival = next(tcb, segment);
    const after = { ...arrival.tcb, rcvNxt: add(tcb.rcvNxt, octets(tcb, segLen(segment))) };
    return { ...arrival, tcb: after, reply: emptyAck(after) };
  };
const instead = (right: State, wrong: State): Fault =>
  leaving((after, before) => (after.state === right && before.state !== right ? enter(after, wrong) : after));

/** Eighth step: the FIN. */
export const FINS: readonly Mutant[] = [
  faulty(
    'fin-not-acknowledged',
    'a FIN is taken and not acknowledged',
    when(all(inReceivingState, synchronizedFin, hasNoText, atRcvNxt), withoutReply),
  ),
  faulty(
    'fin-not-counted',
    'the acknowledgment of a FIN does not count it',
    when(
      all(inReceivingState, synchronizedFin, atRcvNxt),
      replying((reply) => ({ ...reply, ack: sub(reply.ack, 1) })),
    ),
  ),
  faulty(
    'fin-counted-twice',
    'the acknowledgment of a FIN counts it twice',
    when(
      all(inReceivingState, synchronizedFin, atRcvNxt),
      replying((reply) => ({ ...reply, ack: add(reply.ack, 1) })),
    ),
  ),
  faulty(
    'fin-overlooked',
    'a FIN is not looked at',
    when(
      all(inReceivingState, synchronizedFin, hasNoText),
      taken((segment) => without(segment, 'FIN')),
    ),
  ),
  faulty(
    'fin-behind-text-overlooked',
    'a FIN behind text is not looked at',
    when(
      all(inReceivingState, synchronizedFin, hasText),
      taken((segment) => without(segment, 'FIN')),
    ),
  ),
  faulty(
    'fin-answered-with-fin',
    'a FIN is answered with a FIN, before the user has closed',
    when(
      all(inState('ESTABLISHED'), synchronizedFin, atRcvNxt),
      replying((reply) => ({ ...reply, ctl: new Set(['FIN', 'ACK']) })),
    ),
  ),
  faulty(
    'fin-answered-with-reset',
    'a FIN is answered with a reset',
    when(
      all(inReceivingState, synchronizedFin, hasNoText, atRcvNxt),
      answer(
        (tcb) => withBits(emptyAck(tcb), 'RST'),
        (tcb) => enter(tcb, 'CLOSED'),
      ),
    ),
  ),
  faulty(
    'fin-over-a-gap',
    'a FIN behind a gap is taken',
    when(
      all(inReceivingState, synchronizedFin, afterRcvNxt),
      taken((segment, { rcvNxt }) => ({ ...segment, seq: rcvNxt })),
    ),
  ),
  faulty(
    'established-fin-stays',
    'ESTABLISHED acknowledges a FIN and stays',
    when(inState('ESTABLISHED'), instead('CLOSE-WAIT', 'ESTABLISHED')),
  ),
  faulty(
    'established-fin-closes',
    'ESTABLISHED goes to CLOSED with a FIN',
    when(inState('ESTABLISHED'), instead('CLOSE-WAIT', 'CLOSED')),
  ),
  faulty(
    'established-fin-to-time-wait',
    'ESTABLISHED goes to TIME-WAIT with a FIN',
    when(inState('ESTABLISHED'), instead('CLOSE-WAIT', 'TIME-WAIT')),
  ),
  faulty(
    'fin-wait-1-fin-to-time-wait',
    'FIN-WAIT-1 goes to TIME-WAIT with a FIN that does not acknowledge ours',
    when(inState('FIN-WAIT-1'), instead('CLOSING', 'TIME-WAIT')),
  ),
  faulty(
    'fin-wait-1-fin-to-close-wait',
    'FIN-WAIT-1 goes to CLOSE-WAIT with a FIN',
    when(inState('FIN-WAIT-1'), instead('CLOSING', 'CLOSE-WAIT')),
  ),
  faulty(
    'fin-wait-1-fin-ack-to-closing',
    'FIN-WAIT-1 goes to CLOSING with a FIN that acknowledges ours',
    when(all(inState('FIN-WAIT-1'), has('FIN')), (tcb, segment, next) =>
      next(tcb, segment.ack === tcb.sndNxt ? { ...segment, ack: tcb.sndUna } : segment),
    ),
  ),
  faulty(
    'fin-wait-1-fin-ack-to-fin-wait-2',
    'FIN-WAIT-1 goes to FIN-WAIT-2 with a FIN that acknowledges ours',
    when(all(inState('FIN-WAIT-1'), synchronizedFin), instead('TIME-WAIT', 'FIN-WAIT-2')),
  ),
  faulty(
    'fin-wait-1-fin-ack-closes',
    'FIN-WAIT-1 goes to CLOSED with a FIN that acknowledges ours',
    when(all(inState('FIN-WAIT-1'), synchronizedFin), instead('TIME-WAIT', 'CLOSED')),
  ),
  faulty(
    'fin-wait-2-fin-closes',
    'FIN-WAIT-2 goes to CLOSED with a FIN, without TIME-WAIT',
    when(all(inState('FIN-WAIT-2'), synchronizedFin), instead('TIME-WAIT', 'CLOSED')),
  ),
  unseen(
    faulty(
      'fin-wait-2-fin-to-closing',
      'FIN-WAIT-2 goes to CLOSING with a FIN',
      when(all(inState('FIN-WAIT-2'), synchronizedFin), instead('TIME-WAIT', 'CLOSING')),
    ),
    'a CLOSING whose FIN is acknowledged answers as TIME-WAIT does, but for the SYN that reopens, which is a SHOULD',
  ),
  faulty('fin-again-silent', 'the FIN that comes again is not acknowledged', when(finAgain, ignore)),
  faulty(
    'fin-again-silent-in-time-wait',
    'TIME-WAIT does not acknowledge the FIN that comes again',
    when(all(finAgain, inState('TIME-WAIT')), ignore),
  ),
  faulty(
    'fin-again-counted',
    'the FIN that comes again is counted again',
    when(
      finAgain,
      advancing(() => 1),
    ),
  ),
  faulty(
    'fin-again-resets',
    'the FIN that comes again resets the connection',
    when(
      finAgain,
      answer(resetAtAck, (tcb) => enter(tcb, 'CLOSED')),
    ),
  ),
  ...(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const).map((state) =>
    faulty(
      `second-fin-overlooked-in-${state.toLowerCase()}`,
      `${state} does not look at a second FIN behind the first, and does not answer it`,
      when(
        all(inState(state), synchronizedFin, hasNoText, atRcvNxt),
        taken((segment) => without(segment, 'FIN')),
      ),
    ),
  ),
  faulty(
    'second-fin-resets',
    'a second FIN behind the first resets the connection',
    when(
      all(inStateAfterFin, synchronizedFin, hasNoText, atRcvNxt),
      answer(resetAtAck, (tcb) => enter(tcb, 'CLOSED')),
    ),
  ),
];

import { resetAtAck } from '../../lib/standard/segments.ts';
import { gt } from '../../lib/wire/seq.ts';
import {
  all,
  answer,
  enter,
  faulty,
  hasNoTextNorFin,
  inState,
  leaving,
  leavingClosed,
  type Mutant,
  replyingAlways,
  synchronizedAck,
  takenAsAckOfSndNxt,
  takenAsAckOfSndUna,
  type Test,
  toClosed,
} from './tools.ts';

const acksAll: Test = all(synchronizedAck, ({ sndNxt }, { ack }) => ack === sndNxt);

const into = (state: Parameters<typeof enter>[1], from: Parameters<typeof enter>[1]) =>
  leaving((after, before) =>
    before.state !== after.state && after.state === from ? enter(after, state) : after,
  );

/** Fifth step where our FIN waits for its ACK, and what it leads to. */
export const CLOSING_ACKS: readonly Mutant[] = [
  faulty(
    'fin-wait-1-deaf-to-ack',
    'FIN-WAIT-1 stays when its FIN is acknowledged',
    all(inState('FIN-WAIT-1'), acksAll),
    takenAsAckOfSndUna,
  ),
  faulty(
    'fin-wait-1-any-ack',
    'FIN-WAIT-1 takes any ACK for that of its FIN',
    all(inState('FIN-WAIT-1'), synchronizedAck, ({ sndNxt }, { ack }) => !gt(ack, sndNxt)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'fin-wait-1-to-time-wait',
    'FIN-WAIT-1 goes to TIME-WAIT when its FIN is acknowledged',
    inState('FIN-WAIT-1'),
    into('TIME-WAIT', 'FIN-WAIT-2'),
  ),
  faulty(
    'fin-wait-1-to-closed',
    'FIN-WAIT-1 goes to CLOSED when its FIN is acknowledged',
    all(inState('FIN-WAIT-1'), acksAll, hasNoTextNorFin),
    leavingClosed,
  ),
  faulty(
    'closing-deaf-to-ack',
    'CLOSING stays when its FIN is acknowledged',
    all(inState('CLOSING'), acksAll),
    takenAsAckOfSndUna,
  ),
  faulty(
    'closing-any-ack',
    'CLOSING takes any ACK for that of its FIN',
    all(inState('CLOSING'), synchronizedAck, ({ sndNxt }, { ack }) => !gt(ack, sndNxt)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'closing-to-closed',
    'CLOSING goes to CLOSED, without TIME-WAIT',
    all(inState('CLOSING'), acksAll),
    leavingClosed,
  ),
  faulty(
    'closing-to-fin-wait-2',
    'CLOSING goes back to FIN-WAIT-2 when its FIN is acknowledged',
    inState('CLOSING'),
    into('FIN-WAIT-2', 'TIME-WAIT'),
  ),
  faulty(
    'closing-answers-ack',
    'CLOSING answers the ACK of its FIN',
    all(inState('CLOSING'), acksAll, hasNoTextNorFin),
    replyingAlways,
  ),
  faulty(
    'last-ack-deaf-to-ack',
    'LAST-ACK stays when its FIN is acknowledged',
    all(inState('LAST-ACK'), acksAll),
    takenAsAckOfSndUna,
  ),
  faulty(
    'last-ack-any-ack',
    'LAST-ACK takes any ACK for that of its FIN',
    all(inState('LAST-ACK'), synchronizedAck, ({ sndNxt }, { ack }) => !gt(ack, sndNxt)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'last-ack-to-time-wait',
    'LAST-ACK goes to TIME-WAIT',
    inState('LAST-ACK'),
    leaving((after, _before, segment) =>
      after.state === 'CLOSED' && !segment.ctl.has('RST') && segment.security === after.security
        ? enter(after, 'TIME-WAIT')
        : after,
    ),
  ),
  faulty(
    'last-ack-resets',
    'LAST-ACK answers the ACK of its FIN with a reset',
    all(inState('LAST-ACK'), acksAll),
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'close-wait-ack-closes',
    'CLOSE-WAIT goes to CLOSED when all is acknowledged',
    all(inState('CLOSE-WAIT'), acksAll, hasNoTextNorFin),
    leavingClosed,
  ),
];

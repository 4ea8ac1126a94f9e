import { emptyAck, resetAtAck } from '../../lib/standard/segments.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  active,
  all,
  answer,
  faulty,
  has,
  hasNoTextNorFin,
  ignore,
  inState,
  lacks,
  type Mutant,
  reachesAckCheck,
  taken,
  takenAsAckOfSndNxt,
  withBits,
} from './tools.ts';

/** Fifth step in SYN-SENT and SYN-RECEIVED: the ACK of our SYN. */
export const OPENING_ACKS: readonly Mutant[] = [
  faulty(
    'syn-received-acks-iss',
    'SYN-RECEIVED takes ACK=ISS for the ACK of its SYN: =< for <',
    all(inState('SYN-RECEIVED'), reachesAckCheck, ({ iss }, { ack }) => ack === iss),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'syn-received-acks-one-too-many',
    'SYN-RECEIVED takes ACK=SND.NXT+1 for the ACK of its SYN',
    all(inState('SYN-RECEIVED'), reachesAckCheck, ({ sndNxt }, { ack }) => ack === add(sndNxt, 1)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'syn-received-any-ack',
    'SYN-RECEIVED takes any ACK for that of its SYN',
    all(inState('SYN-RECEIVED'), reachesAckCheck, has('ACK')),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'syn-received-no-ack-establishes',
    'SYN-RECEIVED is established by text without ACK',
    all(inState('SYN-RECEIVED'), reachesAckCheck, lacks('ACK')),
    taken((segment, { sndNxt }) => ({ ...withBits(segment, 'ACK'), ack: sndNxt })),
  ),
  faulty(
    'syn-received-no-ack-reset',
    'SYN-RECEIVED resets what has no ACK',
    all(inState('SYN-RECEIVED'), reachesAckCheck, lacks('ACK')),
    answer(resetAtAck),
  ),
  faulty(
    'syn-received-answers-ack',
    'the ACK that establishes is answered with an ACK',
    all(inState('SYN-RECEIVED'), reachesAckCheck, hasNoTextNorFin),
    (tcb, segment, next) => {
      const arrival = next(tcb, segment);
      return arrival.tcb.state === 'ESTABLISHED' ? { ...arrival, reply: emptyAck(arrival.tcb) } : arrival;
    },
  ),
  faulty(
    'syn-received-active-deaf-to-ack',
    'SYN-RECEIVED that came from SYN-SENT is not established by an ACK',
    all(inState('SYN-RECEIVED'), reachesAckCheck, active),
    ignore,
  ),
  faulty(
    'syn-sent-acks-iss',
    'SYN-SENT takes ACK=ISS for the ACK of its SYN: =< for <',
    all(inState('SYN-SENT'), has('ACK'), ({ iss }, { ack }) => ack === iss),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'syn-sent-acks-one-too-many',
    'SYN-SENT takes ACK=SND.NXT+1 for the ACK of its SYN',
    all(inState('SYN-SENT'), has('ACK'), ({ sndNxt }, { ack }) => ack === add(sndNxt, 1)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'syn-sent-any-ack',
    'SYN-SENT takes any ACK for that of its SYN',
    all(inState('SYN-SENT'), has('ACK')),
    takenAsAckOfSndNxt,
  ),
];

import { emptyAck, resetFor, synAck } from '../../lib/standard/segments.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  acknowledgingAll,
  all,
  answer,
  bareSyn,
  enter,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  leavingClosed,
  type Mutant,
  noFlags,
  replying,
  taken,
  takenWithout,
  type Test,
  toClosed,
  vanish,
  withBits,
  without,
  withoutReply,
} from './tools.ts';

const crossing = all(inState('SYN-SENT'), bareSyn);
const goodAck: Test = ({ sndNxt }, { ctl, ack }) => ctl.has('ACK') && ack === sndNxt;
const right = all(inState('SYN-SENT'), goodAck, lacks('RST'));
const completing = all(inState('SYN-RECEIVED'), goodAck, lacks('RST', 'SYN'));

/** SYN-SENT and SYN-RECEIVED: how a connection is opened. */
export const OPENING: readonly Mutant[] = [
  faulty('syn-sent-resets-syn', 'there is no simultaneous open: a SYN is reset', crossing, answer(resetFor)),
  faulty(
    'syn-sent-gives-up-at-syn',
    'a SYN in SYN-SENT is reset, and the open given up',
    crossing,
    answer(resetFor, toClosed),
  ),
  faulty(
    'syn-sent-ignores-urgent-syn',
    'a SYN with URG is ignored in SYN-SENT',
    all(crossing, has('URG')),
    ignore,
  ),
  faulty('syn-sent-ignores-syn', 'there is no simultaneous open: a SYN is ignored', crossing, ignore),
  faulty(
    'syn-sent-acks-syn',
    'a SYN in SYN-SENT is answered by an ACK without SYN',
    crossing,
    replying((reply, tcb) => emptyAck({ ...tcb, rcvNxt: reply.ack })),
  ),
  faulty('syn-sent-establishes-by-syn', 'a SYN in SYN-SENT establishes', crossing, (tcb, segment, next) => {
    const after = enter({ ...next(tcb, segment).tcb, sndUna: tcb.sndNxt }, 'ESTABLISHED');
    return { ...next(tcb, segment), tcb: after, reply: emptyAck(after) };
  }),
  faulty(
    'syn-sent-syn-ack-from-snd-nxt',
    'the SYN,ACK of a simultaneous open has SEQ=SND.NXT, not ISS',
    crossing,
    replying((reply, { sndNxt }) => ({ ...reply, seq: sndNxt })),
  ),
  faulty(
    'syn-sent-acknowledges-text-of-syn',
    'the SYN,ACK of a simultaneous open acknowledges text',
    all(crossing, hasText),
    acknowledgingAll,
  ),
  faulty(
    'syn-sent-acknowledges-fin-of-syn',
    'the SYN,ACK of a simultaneous open acknowledges a FIN',
    all(crossing, has('FIN')),
    acknowledgingAll,
  ),
  faulty(
    'syn-sent-established-silently',
    'a SYN,ACK establishes without an ACK',
    all(right, has('SYN')),
    withoutReply,
  ),
  faulty(
    'syn-sent-ack-from-iss',
    'the ACK of a SYN,ACK has SEQ=ISS',
    all(right, has('SYN')),
    replying((reply, { iss }) => ({ ...reply, seq: iss })),
  ),
  faulty(
    'syn-sent-ack-of-irs',
    'the ACK of a SYN,ACK acknowledges its SEQ, not the next',
    all(right, has('SYN')),
    replying((reply, _tcb, { seq }) => ({ ...reply, ack: seq })),
  ),
  faulty(
    'syn-sent-answers-with-syn-ack',
    'a SYN,ACK is answered with a SYN,ACK',
    all(right, has('SYN')),
    replying((reply, tcb) => synAck({ ...tcb, rcvNxt: reply.ack })),
  ),
  faulty(
    'syn-sent-syn-ack-resets',
    'a right SYN,ACK with FIN is reset',
    all(right, has('SYN', 'FIN')),
    answer(resetFor),
  ),
  faulty(
    'syn-sent-syn-ack-stays',
    'a right SYN,ACK is acknowledged, and SYN-SENT stays',
    all(right, has('SYN'), lacks('FIN')),
    (tcb, segment, next) => ({ ...next(tcb, segment), tcb }),
  ),
  faulty(
    'syn-sent-ack-establishes',
    'an ACK without SYN establishes',
    all(right, lacks('SYN')),
    taken((segment) => withBits(without(segment, 'FIN'), 'SYN')),
  ),
  faulty(
    'syn-sent-ack-without-syn-resets',
    'an ACK without SYN is reset',
    all(right, lacks('SYN')),
    answer(resetFor),
  ),
  faulty(
    'syn-sent-fin-closes',
    'a FIN in SYN-SENT gives up the open',
    all(inState('SYN-SENT'), has('FIN'), lacks('SYN', 'RST')),
    leavingClosed,
  ),
  faulty(
    'syn-sent-fin-counts',
    'a FIN without SYN is acknowledged in SYN-SENT',
    all(inState('SYN-SENT'), has('FIN'), lacks('SYN', 'ACK', 'RST')),
    answer((tcb, segment) => emptyAck({ ...tcb, rcvNxt: add(segment.seq, 1) })),
  ),
  faulty(
    'syn-received-loses-text',
    'the text of the segment that establishes is dropped',
    all(completing, hasText),
    taken((segment) => ({ ...segment, data: 0 })),
  ),
  faulty(
    'syn-received-loses-fin',
    'the FIN of the segment that establishes is dropped',
    all(completing, has('FIN')),
    takenWithout('FIN'),
  ),
  faulty(
    'syn-received-fin-closes',
    'a FIN that establishes ends the connection',
    all(completing, has('FIN')),
    leavingClosed,
  ),
  faulty(
    'syn-received-needs-empty-ack',
    'only an empty segment establishes',
    all(completing, (_tcb, segment) => segLen(segment) > 0),
    ignore,
  ),
  faulty(
    'syn-received-no-flags-closes',
    'a segment without flags ends SYN-RECEIVED',
    all(inState('SYN-RECEIVED'), noFlags),
    leavingClosed,
  ),
  faulty(
    'simultaneous-syn-ack-resets',
    'the SYN,ACK that ends a simultaneous open is reset',
    all(
      inState('SYN-RECEIVED'),
      has('SYN', 'ACK'),
      lacks('RST'),
      ({ origin, irs }, { seq }) => origin === 'active' && seq === irs,
    ),
    answer(resetFor),
  ),
  faulty(
    'simultaneous-syn-ack-kills',
    'the SYN,ACK that ends a simultaneous open ends the connection',
    all(
      inState('SYN-RECEIVED'),
      has('SYN', 'ACK'),
      lacks('RST'),
      ({ origin, irs }, { seq }) => origin === 'active' && seq === irs,
    ),
    vanish,
  ),
];

import { emptyAck, resetFor, synAck } from '../../lib/standard/arrives/replies.ts';
import { segLen } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import type { Mutant } from './mutant.ts';
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
  leaving,
  replying,
  taken,
  type Test,
  when,
  withBits,
  without,
} from './tools.ts';

const crossing = all(inState('SYN-SENT'), bareSyn);
const goodAck: Test = ({ sndNxt }, { ctl, ack }) => ctl.has('ACK') && ack === sndNxt;
const right = all(inState('SYN-SENT'), goodAck, lacks('RST'));
const completing = all(inState('SYN-RECEIVED'), goodAck, lacks('RST', 'SYN'));

/** SYN-SENT and SYN-RECEIVED: how a connection is opened. */
export const OPENING: readonly Mutant[] = [
  faulty(
    'syn-sent-resets-syn',
    'there is no simultaneous open: a SYN is reset',
    when(crossing, answer(resetFor)),
  ),
  faulty(
    'syn-sent-gives-up-at-syn',
    'a SYN in SYN-SENT is reset, and the open given up',
    when(
      crossing,
      answer(resetFor, (tcb) => enter(tcb, 'CLOSED')),
    ),
  ),
  faulty('syn-sent-ignores-syn', 'there is no simultaneous open: a SYN is ignored', when(crossing, ignore)),
  faulty(
    'syn-sent-acks-syn',
    'a SYN in SYN-SENT is answered by an ACK without SYN',
    when(
      crossing,
      replying((reply, tcb) => emptyAck({ ...tcb, rcvNxt: reply.ack })),
    ),
  ),
  faulty(
    'syn-sent-establishes-by-syn',
    'a SYN in SYN-SENT establishes',
    when(crossing, (tcb, segment, next) => {
      const after = enter({ ...next(tcb, segment).tcb, sndUna: tcb.sndNxt }, 'ESTABLISHED');
      return { ...next(tcb, segment), tcb: after, reply: emptyAck(after) };
    }),
  ),
  faulty(
    'syn-sent-syn-ack-from-snd-nxt',
    'the SYN,ACK of a simultaneous open has SEQ=SND.NXT, not ISS',
    when(
      crossing,
      replying((reply, { sndNxt }) => ({ ...reply, seq: sndNxt })),
    ),
  ),
  faulty(
    'syn-sent-acknowledges-text-of-syn',
    'the SYN,ACK of a simultaneous open acknowledges text',
    when(all(crossing, hasText), acknowledgingAll),
  ),
  faulty(
    'syn-sent-acknowledges-fin-of-syn',
    'the SYN,ACK of a simultaneous open acknowledges a FIN',
    when(all(crossing, has('FIN')), acknowledgingAll),
  ),
  faulty(
    'syn-sent-established-silently',
    'a SYN,ACK establishes without an ACK',
    when(all(right, has('SYN')), (tcb, segment, next) => ({ ...next(tcb, segment), reply: 'silence' })),
  ),
  faulty(
    'syn-sent-ack-from-iss',
    'the ACK of a SYN,ACK has SEQ=ISS',
    when(
      all(right, has('SYN')),
      replying((reply, { iss }) => ({ ...reply, seq: iss })),
    ),
  ),
  faulty(
    'syn-sent-ack-of-irs',
    'the ACK of a SYN,ACK acknowledges its SEQ, not the next',
    when(
      all(right, has('SYN')),
      replying((reply, _tcb, { seq }) => ({ ...reply, ack: seq })),
    ),
  ),
  faulty(
    'syn-sent-answers-with-syn-ack',
    'a SYN,ACK is answered with a SYN,ACK',
    when(
      all(right, has('SYN')),
      replying((reply, tcb) => synAck({ ...tcb, rcvNxt: reply.ack })),
    ),
  ),
  faulty(
    'syn-sent-syn-ack-resets',
    'a right SYN,ACK with FIN is reset',
    when(all(right, has('SYN', 'FIN')), answer(resetFor)),
  ),
  faulty(
    'syn-sent-syn-ack-stays',
    'a right SYN,ACK is acknowledged, and SYN-SENT stays',
    when(all(right, has('SYN'), lacks('FIN')), (tcb, segment, next) => ({ ...next(tcb, segment), tcb })),
  ),
  faulty(
    'syn-sent-ack-establishes',
    'an ACK without SYN establishes',
    when(
      all(right, lacks('SYN')),
      taken((segment) => withBits(without(segment, 'FIN'), 'SYN')),
    ),
  ),
  faulty(
    'syn-sent-ack-without-syn-resets',
    'an ACK without SYN is reset',
    when(all(right, lacks('SYN')), answer(resetFor)),
  ),
  faulty(
    'syn-sent-fin-closes',
    'a FIN in SYN-SENT gives up the open',
    when(
      all(inState('SYN-SENT'), has('FIN'), lacks('SYN', 'RST')),
      leaving((after) => enter(after, 'CLOSED')),
    ),
  ),
  faulty(
    'syn-sent-fin-counts',
    'a FIN without SYN is acknowledged in SYN-SENT',
    when(
      all(inState('SYN-SENT'), has('FIN'), lacks('SYN', 'ACK', 'RST')),
      answer((tcb, segment) => emptyAck({ ...tcb, rcvNxt: add(segment.seq, 1) })),
    ),
  ),
  faulty(
    'syn-received-loses-text',
    'the text of the segment that establishes is dropped',
    when(
      all(completing, hasText),
      taken((segment) => ({ ...segment, data: 0 })),
    ),
  ),
  faulty(
    'syn-received-loses-fin',
    'the FIN of the segment that establishes is dropped',
    when(
      all(completing, has('FIN')),
      taken((segment) => without(segment, 'FIN')),
    ),
  ),
  faulty(
    'syn-received-fin-closes',
    'a FIN that establishes ends the connection',
    when(
      all(completing, has('FIN')),
      leaving((after) => enter(after, 'CLOSED')),
    ),
  ),
  faulty(
    'syn-received-needs-empty-ack',
    'only an empty segment establishes',
    when(
      all(completing, (_tcb, segment) => segLen(segment) > 0),
      ignore,
    ),
  ),
  faulty(
    'syn-received-no-flags-closes',
    'a segment without flags ends SYN-RECEIVED',
    when(
      all(inState('SYN-RECEIVED'), (_tcb, { ctl }) => ctl.size === 0),
      leaving((after) => enter(after, 'CLOSED')),
    ),
  ),
  faulty(
    'simultaneous-syn-ack-resets',
    'the SYN,ACK that ends a simultaneous open is reset',
    when(
      all(
        inState('SYN-RECEIVED'),
        has('SYN', 'ACK'),
        lacks('RST'),
        ({ origin, irs }, { seq }) => origin === 'active' && seq === irs,
      ),
      answer(resetFor),
    ),
  ),
  faulty(
    'simultaneous-syn-ack-kills',
    'the SYN,ACK that ends a simultaneous open ends the connection',
    when(
      all(
        inState('SYN-RECEIVED'),
        has('SYN', 'ACK'),
        lacks('RST'),
        ({ origin, irs }, { seq }) => origin === 'active' && seq === irs,
      ),
      answer(
        () => 'silence',
        (tcb) => enter(tcb, 'CLOSED'),
      ),
    ),
  ),
];

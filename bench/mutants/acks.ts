import { emptyAck, resetAtAck } from '../../lib/standard/segments.ts';
import { acceptable } from '../../lib/standard/arrives/window.ts';
import { add, gt, lt, sub } from '../../lib/wire/seq.ts';
import {
  ackingOneMore,
  acksPart,
  all,
  answer,
  faulty,
  has,
  hasNoTextNorFin,
  hasText,
  ignore,
  inState,
  lacks,
  type Mutant,
  not,
  reachesAckCheck,
  replying,
  replyingAlways,
  replyingFromSndUna,
  synchronized,
  synchronizedAck,
  takenAsAckOfSndNxt,
  takenAsAckOfSndUna,
  takenWithAck,
  type Test,
  toClosed,
  vanish,
} from './tools.ts';

const tooNew: Test = all(synchronizedAck, ({ sndNxt }, { ack }) => gt(ack, sndNxt));
const old: Test = all(synchronizedAck, ({ sndUna }, { ack }) => lt(ack, sndUna));
const tooOld: Test = all(old, ({ sndUna, maxSndWnd }, { ack }) => lt(ack, sub(sndUna, maxSndWnd)));
const noAck: Test = all(synchronized, reachesAckCheck, lacks('ACK'));

/** Whether the ACK lies in SND.UNA...SND.NXT, by other arithmetic than modulo 2^32. */
const comparing = (number: (value: number) => number): Test =>
  all(synchronizedAck, ({ sndNxt }, { ack }) => number(ack) > number(sndNxt));

/** Fifth step: the ACK field. */
export const ACKS: readonly Mutant[] = [
  faulty('ack-too-new-silent', 'an ACK of what was not sent is not answered', tooNew, ignore),
  faulty('ack-too-new-reset', 'an ACK of what was not sent is reset', tooNew, answer(resetAtAck)),
  faulty(
    'ack-too-new-kills',
    'an ACK of what was not sent is reset, and the connection with it',
    tooNew,
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'ack-too-new-counts',
    'an ACK of what was not sent acknowledges everything',
    tooNew,
    takenAsAckOfSndNxt,
  ),
  faulty(
    'ack-one-too-new-counts',
    'SND.NXT+1 is an acceptable ACK: =< for <',
    all(tooNew, ({ sndNxt }, { ack }) => ack === add(sndNxt, 1)),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'ack-too-new-answered-from-snd-una',
    'the answer to an ACK of what was not sent has SEQ=SND.UNA',
    tooNew,
    replyingFromSndUna,
  ),
  faulty(
    'ack-too-new-answered-from-seg-ack',
    'the answer to an ACK of what was not sent has SEQ=SEG.ACK',
    tooNew,
    replying((reply, _tcb, { ack }) => ({ ...reply, seq: ack })),
  ),
  faulty(
    'ack-signed',
    'ACKs are compared as signed numbers',
    comparing((value) => value | 0),
    answer(emptyAck),
  ),
  faulty(
    'ack-unsigned',
    'ACKs are compared as unsigned numbers',
    comparing((value) => value),
    answer(emptyAck),
  ),
  faulty(
    'ack-far-too-new-taken-for-old',
    'an ACK 2^30 beyond SND.NXT is taken for an old one',
    all(tooNew, ({ sndNxt }, { ack }) => sub(ack, sndNxt) >= 2 ** 29),
    takenAsAckOfSndUna,
  ),
  faulty('ack-old-answered', 'an old ACK is answered', all(old, hasNoTextNorFin), replyingAlways, 'rfc793'),
  faulty(
    'ack-old-by-one-challenged',
    'MAX.SND.WND is taken for 0: every old ACK is challenged',
    old,
    answer(emptyAck),
  ),
  faulty(
    'ack-old-by-max-window-challenged',
    'SND.UNA-MAX.SND.WND is too old: < for =<',
    all(old, ({ sndUna, maxSndWnd }, { ack }) => ack === sub(sndUna, maxSndWnd)),
    answer(emptyAck),
  ),
  faulty('ack-old-reset', 'an old ACK is reset', old, answer(resetAtAck)),
  faulty('ack-old-drops-text', 'text with an old ACK is dropped', all(old, hasText), ignore),
  faulty('ack-old-drops-fin', 'a FIN with an old ACK is dropped', all(old, has('FIN')), ignore),
  faulty('ack-too-old-reset', 'an ACK below SND.UNA-MAX.SND.WND is reset', tooOld, answer(resetAtAck)),
  faulty(
    'ack-too-old-kills',
    'an ACK below SND.UNA-MAX.SND.WND resets the connection',
    tooOld,
    answer(resetAtAck, toClosed),
  ),
  faulty(
    'ack-too-old-challenge-one-more',
    'the challenge of an old ACK acknowledges RCV.NXT+1',
    tooOld,
    ackingOneMore,
  ),
  faulty(
    'ack-too-old-takes-text',
    'text with an ACK far too old is answered, but taken as well',
    all(tooOld, hasText),
    (tcb, segment, next) => ({ ...next(tcb, { ...segment, ack: tcb.sndUna }), reply: emptyAck(tcb) }),
  ),
  faulty(
    'ack-too-old-ignored',
    'an ACK below SND.UNA-MAX.SND.WND is challenged in SYN-RECEIVED only',
    tooOld,
    takenAsAckOfSndUna,
  ),
  faulty(
    'ack-answered',
    'an empty ACK at RCV.NXT is answered with an ACK',
    all(synchronizedAck, hasNoTextNorFin, ({ sndNxt }, { ack }) => !gt(ack, sndNxt)),
    replyingAlways,
  ),
  faulty(
    'ack-duplicate-answered',
    'a duplicate ACK is answered with an ACK',
    all(synchronizedAck, hasNoTextNorFin, ({ sndUna }, { ack }) => ack === sndUna),
    replyingAlways,
  ),
  faulty(
    'ack-of-part-counts-for-all',
    'an ACK of part of what is in flight counts for all',
    all(synchronizedAck, acksPart),
    takenAsAckOfSndNxt,
  ),
  faulty(
    'ack-of-part-answered',
    'an ACK of part of what is in flight is answered',
    all(synchronizedAck, hasNoTextNorFin, acksPart),
    replyingAlways,
  ),
  faulty(
    'ack-of-all-but-fin-counts-for-fin',
    'an ACK of all the text counts for the FIN behind it',
    all(
      inState('FIN-WAIT-1'),
      synchronizedAck,
      ({ sndUna, sndNxt }, { ack }) => gt(ack, sndUna) && add(ack, 1) === sndNxt,
    ),
    takenAsAckOfSndNxt,
  ),
  faulty('no-ack-taken', 'a segment without ACK is taken as if it had one', noAck, takenWithAck),
  faulty('no-ack-answered', 'a segment without ACK is answered with one', noAck, answer(emptyAck)),
  faulty('no-ack-reset', 'a segment without ACK is reset', noAck, answer(resetAtAck)),
  faulty('no-ack-kills', 'a segment without ACK ends the connection', noAck, vanish),
  faulty('no-ack-text-taken', 'text without ACK is taken', all(noAck, hasText), takenWithAck),
  faulty(
    'no-ack-fin-outside-ignored',
    'a FIN without ACK that lies outside the window is ignored',
    all(synchronized, has('FIN'), lacks('RST', 'SYN', 'ACK'), not(acceptable)),
    ignore,
  ),
  faulty('no-ack-fin-taken', 'a FIN without ACK is taken', all(noAck, has('FIN')), takenWithAck),
];

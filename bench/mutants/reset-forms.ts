import { resetAtAck, resetFromZero } from '../../lib/standard/segments.ts';
import { type Segment, segLen } from '../../lib/standard/tcb.ts';
import { add } from '../../lib/wire/seq.ts';
import {
  all,
  always,
  answer,
  type Fault,
  faulty,
  has,
  inState,
  isReset,
  lacks,
  type Mutant,
  replying,
  withBits,
  without,
} from './tools.ts';

const firstForm = (reply: Segment): boolean => isReset(reply) && !reply.ctl.has('ACK');
const secondForm = (reply: Segment): boolean => isReset(reply) && reply.ctl.has('ACK');

/** A fault of one form of the reset. */
const inFirst = (make: (reply: Segment, segment: Segment, sndNxt: number) => Segment): Fault =>
  replying((reply, { sndNxt }, segment) => (firstForm(reply) ? make(reply, segment, sndNxt) : reply));
const inSecond = (make: (reply: Segment, segment: Segment, iss: number) => Segment): Fault =>
  replying((reply, { iss }, segment) => (secondForm(reply) ? make(reply, segment, iss) : reply));

const lengthMinus = (octets: (segment: Segment) => number): Fault =>
  inSecond((reply, segment) => ({ ...reply, ack: add(reply.ack, -octets(segment)) }));
const bit =
  (control: 'SYN' | 'FIN' | 'URG' | 'PSH') =>
  (segment: Segment): number =>
    segment.ctl.has(control) ? 1 : 0;

const beforeConnection = inState('CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED');

/** The two forms of the reset, and SEG.LEN. */
export const RESET_FORMS: readonly Mutant[] = [
  faulty(
    'first-form-with-ack-bit',
    'the ACK bit is on in the reset that takes SEQ from SEG.ACK',
    always,
    inFirst((reply, segment) => ({ ...withBits(reply, 'ACK'), ack: add(segment.seq, segLen(segment)) })),
  ),
  faulty(
    'second-form-without-ack-bit',
    'the ACK bit is off in the reset with SEQ 0',
    always,
    inSecond((reply) => without(reply, 'ACK')),
  ),
  faulty(
    'second-form-with-own-seq',
    'the reset of a segment without ACK has a number of our own',
    always,
    inSecond((reply, _segment, iss) => (reply.seq === 0 ? { ...reply, seq: add(iss, 793) } : reply)),
  ),
  faulty(
    'second-form-with-seg-ack',
    'the reset of a segment without ACK takes its number from the ACK field all the same',
    always,
    inSecond((reply, segment) => (reply.seq === 0 ? { ...reply, seq: segment.ack } : reply)),
  ),
  faulty('length-without-syn', 'SEG.LEN does not count SYN', always, lengthMinus(bit('SYN'))),
  faulty('length-without-fin', 'SEG.LEN does not count FIN', always, lengthMinus(bit('FIN'))),
  faulty(
    'length-without-text',
    'SEG.LEN does not count text',
    always,
    lengthMinus(({ data }) => data),
  ),
  faulty(
    'length-with-urg',
    'SEG.LEN counts URG',
    always,
    lengthMinus((segment) => -bit('URG')(segment)),
  ),
  faulty(
    'length-with-psh',
    'SEG.LEN counts PSH',
    always,
    lengthMinus((segment) => -bit('PSH')(segment)),
  ),
  faulty(
    'length-at-least-one',
    'SEG.LEN is at least 1',
    always,
    lengthMinus((segment) => (segLen(segment) === 0 ? -1 : 0)),
  ),
  faulty(
    'length-counts-syn-or-fin-once',
    'SYN and FIN together count as one',
    always,
    lengthMinus((segment) => bit('SYN')(segment) * bit('FIN')(segment)),
  ),
  faulty(
    'second-form-saturates',
    'the acknowledgment of a reset does not wrap around',
    always,
    inSecond((reply, { seq }) => (reply.ack < seq ? { ...reply, ack: 2 ** 32 - 1 } : reply)),
  ),
  faulty(
    'first-form-from-seg-seq',
    'the reset takes SEQ from SEG.SEQ',
    always,
    inFirst((reply, { seq }) => ({ ...reply, seq })),
  ),
  faulty(
    'first-form-from-snd-nxt',
    'the reset takes SEQ from SND.NXT',
    always,
    inFirst((reply, _segment, seq) => ({ ...reply, seq })),
  ),
  faulty(
    'first-form-one-more',
    'the reset takes SEQ from SEG.ACK+1',
    always,
    inFirst((reply, { ack }) => ({ ...reply, seq: add(ack, 1) })),
  ),
  faulty(
    'first-form-plus-length',
    'the reset takes SEQ from SEG.ACK+SEG.LEN',
    always,
    inFirst((reply, segment) => ({ ...reply, seq: add(segment.ack, segLen(segment)) })),
  ),
  faulty(
    'form-chosen-by-syn',
    'the SYN bit chooses the form of the reset',
    beforeConnection,
    replying((reply, tcb, segment) =>
      isReset(reply)
        ? segment.ctl.has('SYN')
          ? resetFromZero(tcb, segment)
          : resetAtAck(tcb, segment)
        : reply,
    ),
  ),
  faulty(
    'form-always-second',
    'every reset has SEQ 0 and acknowledges',
    beforeConnection,
    replying((reply, tcb, segment) => (isReset(reply) ? resetFromZero(tcb, segment) : reply)),
  ),
  faulty(
    'form-always-first',
    'every reset takes SEQ from SEG.ACK',
    beforeConnection,
    replying((reply, tcb, segment) => (isReset(reply) ? resetAtAck(tcb, segment) : reply)),
  ),
  faulty(
    'ack-of-zero-is-no-ack',
    'an ACK field of 0 is taken for none',
    all(inState('CLOSED', 'LISTEN'), has('ACK'), lacks('RST'), (_tcb, { ack }) => ack === 0),
    answer(resetFromZero),
  ),
  faulty(
    'reset-with-psh',
    'a reset carries PSH',
    always,
    replying((reply) => (isReset(reply) ? withBits(reply, 'PSH') : reply)),
  ),
  faulty(
    'reset-with-fin',
    'a reset carries FIN',
    always,
    replying((reply) => (isReset(reply) ? withBits(reply, 'FIN') : reply)),
  ),
  faulty(
    'reset-with-text',
    'a reset carries text',
    always,
    replying((reply) => (isReset(reply) ? { ...reply, data: 5 } : reply)),
  ),
];

import type { Segment } from '../../lib/standard/tcb.ts';
import type { SentOptions } from '../../lib/lab/reference/behaviour.ts';
import { isEmptyAck, isReset, isSynAck, type Mutant } from './tools.ts';

/** A mutant of what segments go out with. */
const sending = (
  name: string,
  what: string,
  options: (right: SentOptions, segment: Segment) => SentOptions,
): Mutant => ({ name, what, base: 'rfc9293', behaviour: { options } });

const isSyn = ({ ctl }: Segment): boolean => ctl.has('SYN');

/** These options, in place of the right ones, where a segment is of that kind. */
const where =
  (test: (segment: Segment) => boolean, more: SentOptions) =>
  (right: SentOptions, segment: Segment): SentOptions =>
    test(segment) ? { ...right, ...more } : right;

const STAMP: SentOptions = { tsval: 1, tsecr: 0 };

/** The options of what is sent, and what else of its header is no number. */
export const REPLY_OPTIONS: readonly Mutant[] = [
  sending('mss-in-ack', 'every ACK has a maximum segment size', where(isEmptyAck, { mss: 1460 })),
  sending('mss-in-rst', 'every reset has a maximum segment size', where(isReset, { mss: 1460 })),
  sending('window-scale-in-ack', 'every ACK has a window scale', where(isEmptyAck, { wscale: 0 })),
  sending(
    'window-scale-unoffered',
    'a SYN,ACK has a window scale, whether the SYN had one or not',
    where(isSynAck, { wscale: 0 }),
  ),
  sending('sack-permitted-in-ack', 'every ACK permits SACK', where(isEmptyAck, { sackPermitted: true })),
  sending(
    'sack-unpermitted',
    'an ACK has SACK blocks, though nobody has permitted them',
    where(isEmptyAck, { opt: '0101050a0000000100000002' }),
  ),
  sending(
    'timestamps-unoffered',
    'a SYN,ACK has timestamps, whether the SYN had them or not',
    where(isSynAck, STAMP),
  ),
  sending(
    'timestamps-not-negotiated',
    'an ACK has timestamps, whether they were negotiated or not',
    where(isEmptyAck, STAMP),
  ),
  sending('timestamps-forgotten', 'no ACK has the timestamps that were negotiated', (right, segment) => {
    const { tsval: _, tsecr: __, ...others } = right;
    return isSyn(segment) ? right : others;
  }),
  sending('option-length-sent', 'an ACK has an option of length 0', where(isEmptyAck, { opt: 'fe000000' })),
  sending(
    'padding-not-zero',
    'the padding behind the options of an ACK is not zero',
    where(isEmptyAck, { opt: '0100ffff' }),
  ),
  sending('reserved-bits-sent', 'an ACK has reserved bits set', where(isEmptyAck, { reserved: 14 })),
];

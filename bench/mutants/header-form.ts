import type { ConcreteSegment } from '../../lib/notation/index.ts';
import { emptyAck, resetFor } from '../../lib/standard/segments.ts';
import type { Malformation, Segment } from '../../lib/standard/tcb.ts';
import {
  all,
  answer,
  faulty,
  has,
  hasText,
  ignore,
  inState,
  lacks,
  type Mutant,
  outcome,
  synchronized,
  taken,
  type Test,
  toClosed,
  vanish,
} from './tools.ts';

const malformed =
  (how: Malformation): Test =>
  (_tcb, segment) =>
    segment.malformed === how;
const noHeader = malformed('data offset');
const illegal = malformed('option length');
const unknown: Test = (_tcb, { unknownOption }) => unknownOption === true;
const reserved: Test = (_tcb, { reserved: bits = 0 }) => bits > 0;
const strayTimestamps: Test = ({ timestamps }, { tsval }) => tsval !== undefined && !timestamps;

const believed = ({ malformed: _, ...segment }: Segment): Segment => segment;

/** A mutant of how headers are read: those of which it is so are dropped, as if they were none. */
const drops = (name: string, what: string, test: (read: ConcreteSegment) => boolean): Mutant => ({
  name,
  what,
  base: 'rfc9293',
  behaviour: { reads: (read) => (test(read) ? { malformed: 'data offset' } : {}) },
});

/** Headers that are not right, and options that are to be passed over. */
export const HEADER_FORM: readonly Mutant[] = [
  faulty(
    'offset-believed',
    'a data offset that cannot be is passed over: the segment is taken',
    noHeader,
    taken(believed),
  ),
  faulty(
    'offset-believed-in-listen',
    'a SYN with a data offset that cannot be opens a connection',
    all(noHeader, inState('LISTEN')),
    taken(believed),
  ),
  faulty(
    'offset-resets-syn',
    'a SYN with a data offset that cannot be is reset in LISTEN',
    all(noHeader, inState('LISTEN')),
    answer(resetFor),
  ),
  faulty(
    'offset-acked-where-closed',
    'where there is no connection, a data offset that cannot be is acknowledged',
    all(noHeader, inState('CLOSED')),
    answer(emptyAck),
  ),
  faulty(
    'offset-makes-text',
    'what lies behind a data offset below 5 is text, four octets of the header among it',
    all(noHeader, synchronized, hasText),
    (tcb, segment, next) => next(tcb, { ...believed(segment), data: segment.data + 4 }),
  ),
  faulty(
    'offset-resets',
    'a data offset that cannot be resets the connection',
    all(noHeader, synchronized, lacks('RST')),
    answer(resetFor, toClosed),
  ),
  faulty(
    'offset-kills',
    'a data offset that cannot be ends the connection',
    all(noHeader, synchronized),
    vanish,
  ),
  faulty(
    'offset-rst-answered',
    'a RST without a header is acknowledged',
    all(noHeader, has('RST')),
    answer(emptyAck),
  ),
  faulty(
    'option-length-kills',
    'an illegal option length ends the connection without a word',
    all(illegal, synchronized),
    vanish,
  ),
  faulty(
    'option-length-reset-but-kept',
    'an illegal option length is reset, and the connection lives on',
    all(illegal, synchronized),
    answer(resetFor),
  ),
  faulty(
    'option-length-makes-text',
    'where the list of options breaks off, the text begins',
    all(illegal, inState('ESTABLISHED'), hasText),
    (tcb, segment, next) => next(tcb, { ...believed(segment), data: segment.data + 4 }),
  ),
  faulty(
    'option-length-eats-text',
    'an option that is longer than the header takes the text with it',
    all(illegal, inState('ESTABLISHED'), hasText),
    (tcb, segment, next) => next(tcb, { ...believed(segment), data: segment.data - 4 }),
  ),
  faulty('unknown-option-drops', 'an unknown option drops the segment', unknown, ignore),
  faulty(
    'unknown-option-drops-syn',
    'an unknown option drops a SYN',
    all(unknown, inState('LISTEN')),
    ignore,
  ),
  faulty(
    'unknown-option-drops-in-1981',
    'an unknown option drops the segment, as no step of RFC 793 has it',
    unknown,
    ignore,
    'rfc793',
  ),
  faulty(
    'unknown-option-drops-where-closed',
    'where there is no connection, an unknown option drops the segment',
    all(unknown, inState('CLOSED')),
    ignore,
    'rfc793',
  ),
  faulty(
    'unknown-option-resets',
    'an unknown option resets the connection',
    all(unknown, synchronized),
    answer(resetFor, toClosed),
  ),
  faulty(
    'unknown-option-acked',
    'text with an unknown option is answered, and not taken',
    all(unknown, inState('ESTABLISHED')),
    (tcb) => outcome(emptyAck(tcb), tcb),
  ),
  faulty('reserved-bits-drop', 'reserved bits drop the segment', reserved, ignore),
  faulty(
    'reserved-bits-drop-where-closed',
    'where there is no connection, reserved bits drop the segment',
    all(reserved, inState('CLOSED')),
    ignore,
    'rfc793',
  ),
  faulty(
    'reserved-bits-drop-by-rfc5961',
    'reserved bits drop the segment, as no step has it',
    all(reserved, synchronized),
    ignore,
    'rfc5961',
  ),
  faulty(
    'reserved-bits-reset',
    'reserved bits reset the connection',
    all(reserved, synchronized),
    answer(resetFor, toClosed),
  ),
  faulty(
    'stray-timestamps-drop',
    'timestamps that were not negotiated drop the segment',
    all(strayTimestamps, synchronized),
    ignore,
  ),
  drops('nop-has-length', 'No-Operation is taken for an option with a length', ({ opt }) =>
    /^01(00|01)/.test(opt ?? ''),
  ),
  drops('end-of-list-has-length', 'the end of the list is taken for an option with a length', ({ opt }) =>
    /^00/.test(opt ?? ''),
  ),
  drops('unaligned-option-drops', 'an option must begin with a word', ({ opt }) => /^01fe/.test(opt ?? '')),
  drops(
    'mss-without-syn-drops',
    'a maximum segment size outside a SYN drops the segment',
    ({ mss, ctl }) => mss !== undefined && !ctl.has('SYN'),
  ),
  drops(
    'window-scale-without-syn-drops',
    'a window scale outside a SYN drops the segment',
    ({ wscale, ctl }) => wscale !== undefined && !ctl.has('SYN'),
  ),
  {
    name: 'checksum-zero-believed',
    what: 'a checksum of zero is taken for none, and the segment for good',
    base: 'rfc9293',
    behaviour: { reads: ({ checksum }) => (checksum === 0 ? { checksumValid: true } : {}) },
  },
];

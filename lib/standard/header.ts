import { optionsOf } from '../notation/options.ts';
import type { ConcreteSegment } from '../notation/types.ts';
import { encodeOptions, OPTION_KIND, type TcpOption } from '../wire/options.ts';
import type { Segment } from './tcb.ts';

/** What SEGMENT ARRIVES knows of a header beyond its numbers. */
export type HeaderForm = Pick<Segment, 'malformed' | 'reserved' | 'unknownOption'>;

const FIXED_WORDS = 5;
const KNOWN_KINDS: readonly number[] = Object.values(OPTION_KIND);

/**
 * What is right and wrong with the header of a segment (RFC 9293 section 3.1).
 *
 * @throws Error for a data offset that a header may have, but that is not where the text begins
 */
export function headerForm(segment: ConcreteSegment): HeaderForm {
  const { reserved, ctl } = segment;
  const options = beforeTheEnd(optionsOf(segment));
  const malformed = offsetIsWrong(segment)
    ? 'data offset'
    : options.some(hasWrongLength)
      ? 'option length'
      : undefined;
  const isUnknown = ({ kind }: TcpOption): boolean =>
    kind === 'raw' || kind === 'sack' || (!ctl.has('SYN') && (kind === 'wscale' || kind === 'sackPermitted'));
  return {
    ...(malformed ? { malformed } : {}),
    ...(reserved ? { reserved } : {}),
    ...(malformed === undefined && options.some(isUnknown) ? { unknownOption: true } : {}),
  };
}

/** A raw option of a known kind has a length that its kind does not have. */
export function hasWrongLength(option: TcpOption): boolean {
  if (option.kind !== 'raw') return false;
  const { type, bytes } = option;
  return KNOWN_KINDS.includes(type) || bytes[0] !== bytes.length + 1;
}

/** Everything after the end of the list is padding. */
export function beforeTheEnd(options: readonly TcpOption[]): readonly TcpOption[] {
  const end = options.findIndex(({ kind }) => kind === 'eol');
  return end === -1 ? options : options.slice(0, end);
}

/**
 * Whether the text would begin inside the fixed header, or after the end of the segment.
 *
 * @throws Error when the text would begin somewhere else inside the segment: write that as another segment
 */
function offsetIsWrong(segment: ConcreteSegment): boolean {
  const { offset, data } = segment;
  if (offset === undefined) return false;
  const words = FIXED_WORDS + Math.ceil(encodeOptions(optionsOf(segment)).length / 4);
  if (offset < FIXED_WORDS || 4 * (offset - words) > data) return true;
  if (offset !== words)
    throw new Error(`a data offset of ${offset} words, where the text begins at ${words}`);
  return false;
}

import { decodeOptions, encodeOptions, type TcpOption } from '../wire/options.ts';
import type { ConcreteSegment } from './types.ts';

/** The fields of a segment that stand for an option each. */
export type OptionFields = Pick<ConcreteSegment, 'mss' | 'wscale' | 'sackPermitted' | 'tsval' | 'tsecr'>;

const NOP: TcpOption = { kind: 'nop' };

/** The options of a segment: its octets as they are written, or else in whole 32-bit words each, in the order and alignment of common stacks (RFC 7323 appendix A). */
export function optionsOf({ opt, ...fields }: OptionFields & Pick<ConcreteSegment, 'opt'>): TcpOption[] {
  if (opt !== undefined) return decodeOptions(octetsOf(opt));
  const options: TcpOption[] = [];
  const { mss, wscale, sackPermitted, tsval, tsecr } = fields;
  const timestamps = tsval !== undefined || tsecr !== undefined;
  if (mss !== undefined) options.push({ kind: 'mss', value: mss });
  if (sackPermitted) {
    if (!timestamps) options.push(NOP, NOP);
    options.push({ kind: 'sackPermitted' });
  }
  if (timestamps) {
    if (!sackPermitted) options.push(NOP, NOP);
    options.push({ kind: 'timestamps', tsval: tsval ?? 0, tsecr: tsecr ?? 0 });
  }
  if (wscale !== undefined) options.push(NOP, { kind: 'wscale', shift: wscale });
  return options;
}

/** What a receiver reads in a list of options; of one that is repeated the last counts. */
export function fieldsOf(options: readonly TcpOption[]): OptionFields {
  const fields: { -readonly [Key in keyof OptionFields]: OptionFields[Key] } = {};
  for (const option of options) {
    if (option.kind === 'mss') fields.mss = option.value;
    else if (option.kind === 'wscale') fields.wscale = option.shift;
    else if (option.kind === 'sackPermitted') fields.sackPermitted = true;
    else if (option.kind === 'timestamps') {
      fields.tsval = option.tsval;
      fields.tsecr = option.tsecr;
    }
  }
  return fields;
}

/**
 * The octets of a list of options, in hexadecimal digits, when the fields cannot express it: it has an unknown option, or only
 * padding. Undefined for all other lists, whose order and padding are lost.
 */
export function octetsBeyondFields(options: readonly TcpOption[]): string | undefined {
  const isPadding = ({ kind }: TcpOption): boolean => kind === 'nop' || kind === 'eol';
  const isUnknown = ({ kind }: TcpOption): boolean => kind === 'raw' || kind === 'sack';
  if (options.length === 0 || !(options.some(isUnknown) || options.every(isPadding))) return undefined;
  return Buffer.from(encodeOptions(options)).toString('hex');
}

/** The octets that hexadecimal digits stand for. */
export const octetsOf = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));

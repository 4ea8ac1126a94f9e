import type { Expression, SegmentNotation } from './types.ts';

/** The properties of a segment that are written as expressions. */
export type NumericKey = Exclude<keyof SegmentNotation, 'ctl' | 'sackPermitted' | 'opt'>;

/** How one field of the notation is written and what it may hold. */
export interface NumericField {
  /** The name between the angle bracket and the equals sign. */
  readonly name: string;
  readonly key: NumericKey;
  /** A free choice (ANY) is taken modulo this, so that it fits the field. */
  readonly choices: number;
}

const field = <Name extends string>(name: Name, key: NumericKey, choices: number) => ({ name, key, choices });

/**
 * The fields that hold an expression, in canonical order; CTL stands between ACK and DATA, SACKOK after WSCALE, OPT
 * at the end.
 *
 * A free choice of DATA is at most 536 octets, which every TCP takes in one segment (RFC 9293 section 3.7.1).
 */
export const NUMERIC_FIELDS = [
  field('SEQ', 'seq', 2 ** 32),
  field('ACK', 'ack', 2 ** 32),
  field('DATA', 'data', 537),
  field('WND', 'wnd', 2 ** 16),
  field('URG', 'urg', 2 ** 16),
  field('MSS', 'mss', 2 ** 16),
  field('WSCALE', 'wscale', 2 ** 8),
  field('TSVAL', 'tsval', 2 ** 32),
  field('TSECR', 'tsecr', 2 ** 32),
  field('OFFSET', 'offset', 2 ** 4),
  field('RESERVED', 'reserved', 2 ** 4),
  field('CHECKSUM', 'checksum', 2 ** 16),
] as const satisfies readonly NumericField[];

/** Every field name of the notation. */
export type FieldName = (typeof NUMERIC_FIELDS)[number]['name'] | 'CTL' | 'SACKOK' | 'OPT';

/** The notation while it is being built. */
export type NotationDraft = { -readonly [Key in keyof SegmentNotation]: SegmentNotation[Key] };

/** The expression that stands for a number known already. */
export const literal = (value: number): Expression => ({ kind: 'number', value });

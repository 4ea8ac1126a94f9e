import { formatAddress, parseAddress, WireError } from '../../wire/index.ts';

interface ValueOf {
  bool: boolean;
  u8: number;
  u16: number;
  u32: number;
  /** vint8: a 16-bit length and that many octets. */
  octets: Uint8Array;
  /** The same, holding UTF-8. */
  text: string;
  /** ipxaddr: the same, holding 4 or 16 octets; here in its textual form. */
  address: string;
}

/** The fields of a request, response or event, in the order in which they stand. */
export type Layout = Readonly<Record<string, keyof ValueOf>>;

export type Values<L extends Layout> = { -readonly [K in keyof L]: ValueOf[L[K]] };

const WIDTH = { u8: 1, u16: 2, u32: 4 } as const;

const integer = (name: string, value: unknown, width: 1 | 2 | 4): Buffer => {
  const limit = 2 ** (8 * width);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= limit) {
    throw new TestabilityError(`${name} must be an integer from 0 to ${limit - 1}, not ${String(value)}`);
  }
  const octets = Buffer.alloc(width);
  octets.writeUIntBE(value, 0, width);
  return octets;
};

const prefixed = (name: string, octets: Uint8Array): Buffer => {
  if (octets.length > 0xffff) throw new TestabilityError(`${name} is longer than 65535 octets`);
  return Buffer.concat([integer(name, octets.length, 2), octets]);
};

const encodeField = (name: string, type: keyof ValueOf, value: unknown): Buffer => {
  switch (type) {
    case 'bool':
      return Buffer.of(value === true ? 1 : 0);
    case 'octets':
      return prefixed(name, value as Uint8Array);
    case 'text':
      return prefixed(name, Buffer.from(value as string, 'utf8'));
    case 'address':
      return prefixed(
        name,
        orTestabilityError(() => parseAddress(value as string)),
      );
    default:
      return integer(name, value, WIDTH[type]);
  }
};

export const encodeValues = <L extends Layout>(layout: L, values: Values<L>): Buffer =>
  Buffer.concat(Object.entries(layout).map(([name, type]) => encodeField(name, type, values[name])));

/** @throws TestabilityError unless the octets are exactly the fields */
export const decodeValues = <L extends Layout>(layout: L, octets: Uint8Array): Values<L> => {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  let at = 0;
  const take = (name: string, length: number): Buffer => {
    if (at + length > view.length) throw new TestabilityError(`the data end within ${name}`);
    at += length;
    return view.subarray(at - length, at);
  };
  const number = (name: string, width: number): number => take(name, width).readUIntBE(0, width);
  const values: Record<string, ValueOf[keyof ValueOf]> = {};
  for (const [name, type] of Object.entries(layout)) {
    if (type === 'bool') values[name] = number(name, 1) !== 0;
    else if (type === 'octets') values[name] = Uint8Array.from(take(name, number(name, 2)));
    else if (type === 'text') values[name] = take(name, number(name, 2)).toString('utf8');
    else if (type === 'address')
      values[name] = orTestabilityError(() => formatAddress(take(name, number(name, 2))));
    else values[name] = number(name, WIDTH[type]);
  }
  if (at !== view.length) throw new TestabilityError(`${view.length - at} octets after the last field`);
  return values as Values<L>;
};

/** A message that is not the Testability Protocol, or cannot be expressed in it. */
export class TestabilityError extends Error {
  override readonly name = 'TestabilityError';
}

const orTestabilityError = <T>(convert: () => T): T => {
  try {
    return convert();
  } catch (error) {
    if (error instanceof WireError) throw new TestabilityError(error.message);
    throw error;
  }
};

/** Octets that are not a header, or a header that cannot be expressed in octets. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/*
 * Fields in network byte order. Plain octets are faster here than a DataView for each packet. Callers check the length:
 * an octet beyond the end reads as 0.
 */

export const read16 = (octets: Uint8Array, at: number): number =>
  ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);

export const read32 = (octets: Uint8Array, at: number): number =>
  ((read16(octets, at) << 16) | read16(octets, at + 2)) >>> 0;

export function write16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
}

export function write32(octets: Uint8Array, at: number, value: number): void {
  write16(octets, at, value >>> 16);
  write16(octets, at + 2, value & 0xffff);
}

/** Returns `value`. @throws WireError, which names the field, unless it is an integer in 0...2^bits-1 (1 to 32 bits) */
export function unsigned(field: string, value: number, bits: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff >>> (32 - bits)) return value;
  throw new WireError(`${field} does not fit ${bits} bits: ${value}`);
}

/** The length up to the next 32-bit boundary. */
export const aligned = (length: number): number => (length + 3) & ~3;

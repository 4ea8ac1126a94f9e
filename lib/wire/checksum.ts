import { type Addresses, parseAddressOf } from './address.ts';
import { write16, write32 } from './octets.ts';

/** The Internet checksum (RFC 1071) of the concatenated parts, 0...65535. It is 0 when they contain their right checksum. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  // Even and odd octets are summed apart. Both sums stay far below 2^53.
  let high = 0;
  let low = 0;
  let odd = false;
  for (const part of parts) {
    let even = 0;
    let uneven = 0;
    for (let at = 0; at < part.length; at += 2) {
      even += part[at] ?? 0;
      uneven += part[at + 1] ?? 0;
    }
    high += odd ? uneven : even;
    low += odd ? even : uneven;
    if (part.length % 2 === 1) odd = !odd;
  }
  return complement(high * 256 + low);
}

/** The Internet checksum of the first octets, an even number of them. Without a view of them, which costs more than the sum. */
export function checksumOfFirst(octets: Uint8Array, count: number): number {
  let sum = 0;
  for (let at = 0; at < count; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  return complement(sum);
}

function complement(words: number): number {
  let sum = words;
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/**
 * The pseudo header: 12 octets for IPv4 (RFC 9293 section 3.1), 40 for IPv6 (RFC 8200 section 8.1).
 *
 * @param length octets of TCP header and text
 * @throws WireError when an address is not of the family
 */
export function pseudoHeader({ family, src, dst }: Addresses, protocol: number, length: number): Uint8Array {
  const source = parseAddressOf(family, src);
  const destination = parseAddressOf(family, dst);
  const octets = new Uint8Array(family === 4 ? 12 : 40);
  octets.set(source, 0);
  octets.set(destination, source.length);
  if (family === 4) {
    octets[9] = protocol;
    write16(octets, 10, length);
  } else {
    write32(octets, 32, length);
    octets[39] = protocol;
  }
  return octets;
}

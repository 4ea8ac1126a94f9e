import { formatAddress, parseAddressOf } from './address.ts';
import { checksumOfFirst } from './checksum.ts';
import { aligned, read16, unsigned, WireError, write16 } from './octets.ts';

/** The DF flag (RFC 791 section 3.1). */
export const DONT_FRAGMENT = 2;

/** The type of the basic security option (RFC 1108 section 2.1). */
export const SECURITY_OPTION_TYPE = 130;
/** A basic security option: 3 octets, level "top secret" (RFC 1108 section 2.3), no protection authority flags. */
export const TOP_SECRET_OPTION: Uint8Array = Uint8Array.of(SECURITY_OPTION_TYPE, 3, 0x3d);

/** The precedence in a type of service octet, 0 (routine) to 7 (RFC 791 section 3.1). */
export const precedence = (tos: number): number => tos >>> 5;

/** The type of service octet with its precedence replaced. @throws WireError when `value` is not in 0...7 */
export const withPrecedence = (tos: number, value: number): number =>
  (unsigned('precedence', value, 3) << 5) | (tos & 0x1f);

const FIXED_HEADER = 20;
const LARGEST_HEADER = 60;

/** An IPv4 header (RFC 791 section 3.1). The optional fields can make it illegal. */
export interface Ipv4Header {
  /** The type of service octet: precedence in the upper three bits, or DSCP and ECN. */
  readonly tos: number;
  readonly id: number;
  /** Three bits: reserved, DF, MF. */
  readonly flags: number;
  /** In units of 8 octets, 0...8191. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly src: string;
  readonly dst: string;
  /** Padded with zeros to a 32-bit boundary when encoded. */
  readonly options: Uint8Array;
  /** In 32-bit words, 0...15. Default: the real length. */
  readonly headerLength?: number;
  /** In octets. Default: the real length. */
  readonly totalLength?: number;
  /** Computed when absent. */
  readonly checksum?: number;
}

/** A received datagram. It encodes to the same octets. */
export interface DecodedIpv4 extends Ipv4Header {
  readonly headerLength: number;
  readonly totalLength: number;
  readonly checksum: number;
  readonly checksumValid: boolean;
  readonly payload: Uint8Array;
}

/** @throws WireError when a value does not fit its field, the header exceeds 60 octets, or the datagram exceeds 65535 */
export function encodeIpv4(ip: Ipv4Header, payload: Uint8Array): Uint8Array {
  const header = FIXED_HEADER + aligned(ip.options.length);
  if (ip.headerLength === undefined && header > LARGEST_HEADER) {
    throw new WireError(`IPv4 options of ${ip.options.length} octets do not fit the header`);
  }
  const octets = new Uint8Array(header + payload.length);
  octets[0] = 0x40 | unsigned('IPv4 header length', ip.headerLength ?? header / 4, 4);
  octets[1] = unsigned('type of service', ip.tos, 8);
  write16(octets, 2, unsigned('IPv4 total length', ip.totalLength ?? octets.length, 16));
  write16(octets, 4, unsigned('IPv4 identification', ip.id, 16));
  const fragment = unsigned('fragment offset', ip.fragmentOffset, 13);
  write16(octets, 6, (unsigned('IPv4 flags', ip.flags, 3) << 13) | fragment);
  octets[8] = unsigned('time to live', ip.ttl, 8);
  octets[9] = unsigned('protocol', ip.protocol, 8);
  octets.set(parseAddressOf(4, ip.src), 12);
  octets.set(parseAddressOf(4, ip.dst), 16);
  if (ip.options.length > 0) octets.set(ip.options, FIXED_HEADER);
  const checksum =
    ip.checksum === undefined
      ? checksumOfFirst(octets, header)
      : unsigned('IPv4 header checksum', ip.checksum, 16);
  write16(octets, 10, checksum);
  octets.set(payload, header);
  return octets;
}

/** Checked lengths of a datagram's header and of the whole, in octets. @throws WireError as `decodeIpv4` */
function lengthsOf(octets: Uint8Array): { readonly header: number; readonly totalLength: number } {
  if (octets.length < FIXED_HEADER) throw new WireError(`an IPv4 header of ${octets.length} octets`);
  const first = octets[0] ?? 0;
  if (first >>> 4 !== 4) throw new WireError(`IP version ${first >>> 4} where 4 is expected`);
  const header = (first & 0x0f) * 4;
  const totalLength = read16(octets, 2);
  if (header < FIXED_HEADER || header > totalLength || totalLength > octets.length) {
    throw new WireError(
      `an IPv4 header of ${header} and a total length of ${totalLength} in ${octets.length} octets`,
    );
  }
  return { header, totalLength };
}

/** What a datagram carries, as a view. @throws WireError as `decodeIpv4` */
export function payloadOfIpv4(octets: Uint8Array): Uint8Array {
  const { header, totalLength } = lengthsOf(octets);
  return octets.subarray(header, totalLength);
}

/**
 * Reads a datagram, without the padding of a short Ethernet frame. `options` and `payload` are views, not copies.
 * A wrong checksum is reported in `checksumValid`.
 *
 * @throws WireError when there are fewer than 20 octets, or the version, header length or total length is impossible
 */
export function decodeIpv4(octets: Uint8Array): DecodedIpv4 {
  const { header, totalLength } = lengthsOf(octets);
  const fragment = read16(octets, 6);
  return {
    tos: octets[1] ?? 0,
    id: read16(octets, 4),
    flags: fragment >>> 13,
    fragmentOffset: fragment & 0x1fff,
    ttl: octets[8] ?? 0,
    protocol: octets[9] ?? 0,
    src: formatAddress(octets.subarray(12, 16)),
    dst: formatAddress(octets.subarray(16, 20)),
    options: octets.subarray(FIXED_HEADER, header),
    headerLength: header / 4,
    totalLength,
    checksum: read16(octets, 10),
    checksumValid: checksumOfFirst(octets, header) === 0,
    payload: octets.subarray(header, totalLength),
  };
}

import { formatAddress, parseAddressOf } from './address.ts';
import { read16, read32, unsigned, WireError, write16, write32 } from './octets.ts';

const HEADER = 40;

/** An IPv6 header (RFC 8200 section 3). Extension headers are part of the payload. */
export interface Ipv6Header {
  /** DSCP and ECN, 0...255. */
  readonly trafficClass: number;
  /** 0...1048575. */
  readonly flowLabel: number;
  /** 6 for TCP; otherwise an extension header or another protocol. */
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly src: string;
  readonly dst: string;
  /** In octets. Default: the real length. */
  readonly payloadLength?: number;
}

/** A received packet. It encodes to the same octets. */
export interface DecodedIpv6 extends Ipv6Header {
  readonly payloadLength: number;
  readonly payload: Uint8Array;
}

/** @throws WireError when a value does not fit its field */
export function encodeIpv6(ip: Ipv6Header, payload: Uint8Array): Uint8Array {
  const octets = new Uint8Array(HEADER + payload.length);
  const trafficClass = unsigned('traffic class', ip.trafficClass, 8);
  const flowLabel = unsigned('flow label', ip.flowLabel, 20);
  write32(octets, 0, 0x60000000 + trafficClass * 2 ** 20 + flowLabel);
  write16(octets, 4, unsigned('IPv6 payload length', ip.payloadLength ?? payload.length, 16));
  octets[6] = unsigned('next header', ip.nextHeader, 8);
  octets[7] = unsigned('hop limit', ip.hopLimit, 8);
  octets.set(parseAddressOf(6, ip.src), 8);
  octets.set(parseAddressOf(6, ip.dst), 24);
  octets.set(payload, HEADER);
  return octets;
}

/**
 * Reads a packet, without octets beyond its payload length. `payload` is a view, not a copy.
 *
 * @throws WireError when there are fewer than 40 octets, the version is not 6, or the payload is cut short
 */
export function decodeIpv6(octets: Uint8Array): DecodedIpv6 {
  if (octets.length < HEADER) throw new WireError(`an IPv6 header of ${octets.length} octets`);
  const word = read32(octets, 0);
  if (word >>> 28 !== 6) throw new WireError(`IP version ${word >>> 28} where 6 is expected`);
  const payloadLength = read16(octets, 4);
  if (HEADER + payloadLength > octets.length) {
    throw new WireError(`an IPv6 payload of ${payloadLength} in ${octets.length} octets`);
  }
  return {
    trafficClass: (word >>> 20) & 0xff,
    flowLabel: word & 0xfffff,
    nextHeader: octets[6] ?? 0,
    hopLimit: octets[7] ?? 0,
    src: formatAddress(octets.subarray(8, 24)),
    dst: formatAddress(octets.subarray(24, 40)),
    payloadLength,
    payload: octets.subarray(HEADER, HEADER + payloadLength),
  };
}

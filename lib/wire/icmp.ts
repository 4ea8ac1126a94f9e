import type { Addresses, Family } from './address.ts';
import { internetChecksum, pseudoHeader } from './checksum.ts';
import { read16, read32, write16, write32 } from './octets.ts';
import { PROTOCOL_TCP } from './tcp.ts';

export const PROTOCOL_ICMP: Readonly<Record<Family, number>> = { 4: 1, 6: 58 };

type TypeAndCode = readonly [type: number, code: number];

/** Error messages by type and code (RFC 792, RFC 1122 section 3.2.2; RFC 4443). A family without an entry has no such message. */
export const ICMP_ERRORS = {
  'net unreachable': { 4: [3, 0], 6: [1, 0] },
  'host unreachable': { 4: [3, 1], 6: [1, 3] },
  'protocol unreachable': { 4: [3, 2] },
  'port unreachable': { 4: [3, 3], 6: [1, 4] },
  'fragmentation needed': { 4: [3, 4] },
  'packet too big': { 6: [2, 0] },
  'source route failed': { 4: [3, 5] },
  'source quench': { 4: [4, 0] },
  'time exceeded in transit': { 4: [11, 0], 6: [3, 0] },
  'time exceeded in reassembly': { 4: [11, 1], 6: [3, 1] },
  'parameter problem': { 4: [12, 0], 6: [4, 0] },
  'unrecognized next header': { 6: [4, 1] },
} as const satisfies Readonly<Record<string, Partial<Record<Family, TypeAndCode>>>>;

export type IcmpErrorName = keyof typeof ICMP_ERRORS;

export const ICMP_ERROR_NAMES = Object.keys(ICMP_ERRORS) as readonly IcmpErrorName[];

export const codesOf = (name: IcmpErrorName): Partial<Record<Family, TypeAndCode>> => ICMP_ERRORS[name];

/** An ICMP error about a TCP segment. */
export interface DecodedIcmpError {
  readonly type: number;
  readonly code: number;
  /** Absent where it is none that has a name here. */
  readonly name?: IcmpErrorName;
  /** Of the segment that it is about. */
  readonly srcPort: number;
  readonly dstPort: number;
  /** Absent where the message quotes fewer than 8 octets of the segment. */
  readonly seq?: number;
  /** Absent as well. As much as the message quotes of the segment, as it was where the message was made; a view. */
  readonly quote?: Quote;
}

export interface Quote {
  /** From the TCP header on. */
  readonly segment: Uint8Array;
  /** The two bits of the IP header, 0...3. */
  readonly ecn: number;
}

const HEADER = 8;
const IPV6_HEADER = 40;
const DESTINATION_OPTIONS = 60;
// What every host takes, less an IP header (RFC 1812 section 4.3.2.3; RFC 4443 section 3).
const MOST_OCTETS = { 4: 576 - 20, 6: 1280 - 40 } as const;

/**
 * An ICMP error, from its header on.
 *
 * @param original the IP packet that it is about, of which it quotes as much as fits
 * @param mtu of the next hop, in octets, for what was too big
 * @throws RangeError when the family has no such message
 */
export function encodeIcmpError(
  name: IcmpErrorName,
  { family, src, dst }: Addresses,
  original: Uint8Array,
  mtu = 0,
): Uint8Array {
  const codes = codesOf(name)[family];
  if (!codes) throw new RangeError(`ICMP over IPv${family} has no ${name}`);
  const quoted = original.subarray(0, MOST_OCTETS[family] - HEADER);
  const octets = new Uint8Array(HEADER + quoted.length);
  octets.set(codes);
  // RFC 1191 section 4 and RFC 4443 section 3.2: the low 16 bits, or all 32.
  write32(octets, 4, mtu);
  octets.set(quoted, HEADER);
  const pseudo = family === 6 ? [pseudoHeader({ family, src, dst }, PROTOCOL_ICMP[6], octets.length)] : [];
  write16(octets, 2, internetChecksum(...pseudo, octets));
  return octets;
}

/** Reads an ICMP message, from its header on. Undefined unless it quotes the ports of a TCP segment. */
export function decodeIcmpError(family: Family, octets: Uint8Array): DecodedIcmpError | undefined {
  const [type = 0, code = 0] = octets;
  const original = octets.subarray(HEADER);
  let header = family === 6 ? IPV6_HEADER : ((original[0] ?? 0) & 0x0f) * 4;
  let protocol = original[family === 6 ? 6 : 9];
  if (family === 6 && protocol === DESTINATION_OPTIONS) {
    protocol = original[header];
    // RFC 8200 section 4.6: in units of 8 octets, beyond the first.
    header += 8 * ((original[header + 1] ?? 0) + 1);
  }
  if (protocol !== PROTOCOL_TCP || original.length < header + 4) return undefined;
  const name = ICMP_ERROR_NAMES.find((one) => {
    const codes = codesOf(one)[family];
    return codes?.[0] === type && codes[1] === code;
  });
  return {
    ...{ type, code, srcPort: read16(original, header), dstPort: read16(original, header + 2) },
    ...(name ? { name } : {}),
    ...(original.length < header + 8
      ? {}
      : {
          seq: read32(original, header + 4),
          quote: {
            segment: original.subarray(header),
            ecn: (family === 6 ? (original[1] ?? 0) >>> 4 : (original[1] ?? 0)) & 3,
          },
        }),
  };
}

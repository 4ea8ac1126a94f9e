import type { Addresses } from './address.ts';
import { internetChecksum, pseudoHeader } from './checksum.ts';
import { aligned, read16, read32, unsigned, WireError, write16, write32 } from './octets.ts';
import { decodeOptions, encodeOptions, type TcpOption } from './options.ts';

/** The protocol number of TCP in an IPv4 or IPv6 header. */
export const PROTOCOL_TCP = 6;

/** The control bits as they stand in octet 13 of the header (RFC 9293 section 3.1). */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;
export const URG = 32;
export const ECE = 64;
export const CWR = 128;

const FIXED_HEADER = 20;
const LARGEST_HEADER = 60;

/** A TCP header and its text (RFC 9293 section 3.1). The optional fields can make it illegal. */
export interface TcpHeader {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  /** The eight control bits, FIN...CWR. */
  readonly flags: number;
  /** The four bits between the data offset and the control bits, 0...15; 0 in a legal segment. */
  readonly reserved: number;
  readonly window: number;
  readonly urgent: number;
  readonly options: readonly TcpOption[];
  readonly data: Uint8Array;
  /** In 32-bit words, 0...15. Default: the real offset. It does not move the text. */
  readonly dataOffset?: number;
  /** Computed when absent. */
  readonly checksum?: number;
}

/** A received segment. It encodes to the same octets. */
export interface DecodedTcp extends TcpHeader {
  readonly dataOffset: number;
  readonly checksum: number;
  /** Undefined when the addresses are not known. */
  readonly checksumValid: boolean | undefined;
}

/**
 * Pads the options with zeros to a 32-bit boundary (RFC 9293 MUST-69).
 *
 * @throws WireError when a value does not fit its field, an address is not of the family, or the header exceeds 60 octets
 *   and no data offset is given
 */
export function encodeTcp(tcp: TcpHeader, addresses: Addresses): Uint8Array {
  const options = encodeOptions(tcp.options);
  const header = FIXED_HEADER + aligned(options.length);
  if (tcp.dataOffset === undefined && header > LARGEST_HEADER) {
    throw new WireError(`options of ${options.length} octets do not fit the header`);
  }
  const octets = new Uint8Array(header + tcp.data.length);
  write16(octets, 0, unsigned('source port', tcp.srcPort, 16));
  write16(octets, 2, unsigned('destination port', tcp.dstPort, 16));
  write32(octets, 4, unsigned('SEQ', tcp.seq, 32));
  write32(octets, 8, unsigned('ACK', tcp.ack, 32));
  const dataOffset = unsigned('data offset', tcp.dataOffset ?? header / 4, 4);
  octets[12] = (dataOffset << 4) | unsigned('reserved bits', tcp.reserved, 4);
  octets[13] = unsigned('control bits', tcp.flags, 8);
  write16(octets, 14, unsigned('window', tcp.window, 16));
  write16(octets, 18, unsigned('urgent pointer', tcp.urgent, 16));
  if (options.length > 0) octets.set(options, FIXED_HEADER);
  if (tcp.data.length > 0) octets.set(tcp.data, header);
  const checksum =
    tcp.checksum === undefined
      ? internetChecksum(pseudoHeader(addresses, PROTOCOL_TCP, octets.length), octets)
      : unsigned('checksum', tcp.checksum, 16);
  write16(octets, 16, checksum);
  return octets;
}

/**
 * Reads a segment of all these octets. `data` is a view, not a copy. Malformed options become `raw`, and a wrong checksum
 * is reported in `checksumValid`.
 *
 * @throws WireError when there are fewer than 20 octets, the data offset is below 5 or beyond the end, or an address is
 *   not of the family
 */
export function decodeTcp(octets: Uint8Array, addresses?: Addresses): DecodedTcp {
  if (octets.length < FIXED_HEADER) throw new WireError(`a TCP header of ${octets.length} octets`);
  const offsetAndReserved = octets[12] ?? 0;
  const dataOffset = offsetAndReserved >>> 4;
  const header = dataOffset * 4;
  if (header < FIXED_HEADER || header > octets.length) {
    throw new WireError(`a data offset of ${dataOffset} words in ${octets.length} octets`);
  }
  return {
    srcPort: read16(octets, 0),
    dstPort: read16(octets, 2),
    seq: read32(octets, 4),
    ack: read32(octets, 8),
    flags: octets[13] ?? 0,
    reserved: offsetAndReserved & 0x0f,
    window: read16(octets, 14),
    urgent: read16(octets, 18),
    options: decodeOptions(octets.subarray(FIXED_HEADER, header)),
    data: octets.subarray(header),
    dataOffset,
    checksum: read16(octets, 16),
    checksumValid:
      addresses && internetChecksum(pseudoHeader(addresses, PROTOCOL_TCP, octets.length), octets) === 0,
  };
}

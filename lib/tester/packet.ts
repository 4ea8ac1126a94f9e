import { type ConcreteSegment, toWire } from '../notation/index.ts';
import {
  type Addresses,
  DONT_FRAGMENT,
  decodeIpv4,
  decodeIpv6,
  encodeIcmpError,
  encodeIpv4,
  encodeIpv6,
  encodeTcp,
  type IcmpErrorName,
  type Ipv4Header,
  internetChecksum,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  pseudoHeader,
  TOP_SECRET_OPTION,
  withPrecedence,
} from '../wire/index.ts';
import { add } from '../wire/seq.ts';

type IpOption = 'record route' | 'timestamp' | 'unknown';

/** RFC 791 section 3.1, with room for two entries; RFC 4727 section 3.1, for experiments. */
const IPV4_OPTIONS: Readonly<Record<IpOption, Uint8Array>> = {
  'record route': Uint8Array.of(7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0),
  timestamp: Uint8Array.of(68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  unknown: Uint8Array.of(30, 4, 0, 0),
};
const DESTINATION_OPTIONS = 60;
/** RFC 8200 section 4.2: who does not know the option, which RFC 4727 section 5.2 has for experiments, skips it. */
const UNKNOWN_DESTINATION_OPTION = Uint8Array.of(PROTOCOL_TCP, 0, 0x1e, 4, 0, 0, 0, 0);
/** Who does not know this one drops the packet, and sends a parameter problem that quotes it. */
const REFUSED_DESTINATION_OPTION = Uint8Array.of(PROTOCOL_TCP, 0, 0x9e, 4, 0, 0, 0, 0);

/** What makes a packet unlike that of an ordinary segment. */
export interface PacketOverrides {
  /** The level of a basic security option (RFC 1108). IPv4 only. */
  readonly security?: 'top secret';
  /** 0...7. IPv4 only. */
  readonly precedence?: number;
  /** Over IPv6, only an unknown one. */
  readonly ipOption?: IpOption;
  /** The destination answers with an ICMP error that quotes the packet, and its TCP never sees it. IPv6 only. */
  readonly quoteRequested?: boolean;
  /** Time to live or hop limit. Default: 64. */
  readonly ttl?: number;
  /** The two bits of ECN in the IP header, 0...3. */
  readonly ecn?: number;
  readonly corruptChecksum?: boolean;
  /** Instead of the target's address. */
  readonly destination?: string;
  /** Instead of the tester's address. */
  readonly source?: string;
  /** Instead of the tester's port. */
  readonly sourcePort?: number;
  /** Repeated to make the segment's text. Default: `textAt`. */
  readonly text?: string;
}

interface Envelope {
  readonly family: 4 | 6;
  readonly src: string;
  readonly dst: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly window: number;
}

const FIRST_LETTER = 0x61;
const LETTERS = 26;
const NO_TEXT = new Uint8Array();

/** The tester's text from this sequence number on. The number tells the octet: sent again, or in another segment, it is the same. */
export function textAt(seq: number, octets: number): Uint8Array {
  if (octets === 0) return NO_TEXT;
  const text = new Uint8Array(octets);
  for (let index = 0; index < octets; index += 1) text[index] = FIRST_LETTER + (add(seq, index) % LETTERS);
  return text;
}

const NO_OPTIONS = new Uint8Array();

// A literal of all fields: spread together, they would take longer than all else that a packet needs.
const ipv4Header = (
  protocol: number,
  src: string,
  dst: string,
  tos = 0,
  options: Uint8Array = NO_OPTIONS,
  ttl = 64,
): Ipv4Header => ({
  tos,
  id: 0,
  flags: DONT_FRAGMENT,
  fragmentOffset: 0,
  ttl,
  protocol,
  src,
  dst,
  options,
});

/** Whether the TCP checksum of an IP packet is right. */
export function hasRightChecksum(packet: Uint8Array): boolean {
  const family = (packet[0] ?? 0) >>> 4 === 6 ? 6 : 4;
  const { src, dst, payload } = family === 6 ? decodeIpv6(packet) : decodeIpv4(packet);
  return internetChecksum(pseudoHeader({ family, src, dst }, PROTOCOL_TCP, payload.length), payload) === 0;
}

export function buildPacket(
  segment: ConcreteSegment,
  envelope: Envelope,
  overrides: PacketOverrides = {},
): Uint8Array {
  const { family } = envelope;
  const src = overrides.source ?? envelope.src;
  const dst = overrides.destination ?? envelope.dst;
  const tcp = encodeTcp(
    toWire(segment, {
      srcPort: overrides.sourcePort ?? envelope.srcPort,
      dstPort: envelope.dstPort,
      defaultWindow: envelope.window,
      payload: (length) =>
        overrides.text
          ? Buffer.alloc(length, overrides.text)
          : textAt(add(segment.seq, segment.ctl.has('SYN') ? 1 : 0), length),
    }),
    { family, src, dst },
  );
  // The checksum is in octets 16 and 17. One flipped bit is never right.
  if (overrides.corruptChecksum) tcp[17] = (tcp[17] ?? 0) ^ 1;
  const { ttl, ecn = 0 } = overrides;
  if (family === 6) {
    const option = overrides.quoteRequested
      ? REFUSED_DESTINATION_OPTION
      : overrides.ipOption && UNKNOWN_DESTINATION_OPTION;
    return option
      ? ipv6Packet(src, dst, Buffer.concat([option, tcp]), DESTINATION_OPTIONS, ttl, ecn)
      : ipv6Packet(src, dst, tcp, PROTOCOL_TCP, ttl, ecn);
  }
  const options = overrides.ipOption
    ? IPV4_OPTIONS[overrides.ipOption]
    : overrides.security && TOP_SECRET_OPTION;
  const tos = withPrecedence(ecn, overrides.precedence ?? 0);
  return encodeIpv4(ipv4Header(PROTOCOL_TCP, src, dst, tos, options, ttl), tcp);
}

/** A TCP segment in a plain IPv6 packet. */
export const ipv6Packet = (
  src: string,
  dst: string,
  tcp: Uint8Array,
  nextHeader = PROTOCOL_TCP,
  hopLimit = 64,
  trafficClass = 0,
): Uint8Array => encodeIpv6({ trafficClass, flowLabel: 0, nextHeader, hopLimit, src, dst }, tcp);

/** An ICMP error about a packet, with its IP header. @param mtu as for `encodeIcmpError` */
export function buildIcmpPacket(
  name: IcmpErrorName,
  addresses: Addresses,
  original: Uint8Array,
  mtu?: number,
): Uint8Array {
  const { family, src, dst } = addresses;
  const message = encodeIcmpError(name, addresses, original, mtu);
  return family === 6
    ? ipv6Packet(src, dst, message, PROTOCOL_ICMP[6])
    : encodeIpv4(ipv4Header(PROTOCOL_ICMP[4], src, dst), message);
}

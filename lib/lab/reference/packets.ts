import { fromWire, toWire } from '../../notation/index.ts';
import { headerForm } from '../../standard/header.ts';
import type { Malformation, Segment } from '../../standard/tcb.ts';
import type { Arrival as Packet } from '../../tester/index.ts';
import {
  type Addresses,
  type DecodedTcp,
  DONT_FRAGMENT,
  decodeIpv4,
  decodeTcp,
  encodeIpv4,
  encodeIpv6,
  encodeTcp,
  type Family,
  internetChecksum,
  PROTOCOL_TCP,
  precedence,
  pseudoHeader,
  SECURITY_OPTION_TYPE,
  WireError,
  withPrecedence,
} from '../../wire/index.ts';
import type { Behaviour, IpHeader, SentOptions } from './behaviour.ts';

/** Our own address and the only peer's. */
export interface Ends {
  readonly family: Family;
  readonly local: string;
  readonly remote: string;
}

export interface Ports {
  readonly local: number;
  readonly remote: number;
  /** Where it came from, when that was not the only peer. */
  readonly from?: string;
}

/** A segment as SEGMENT ARRIVES wants it, and where it goes. */
export interface Received {
  readonly ports: Ports;
  readonly segment: Segment;
  readonly text: Uint8Array;
}

/** What a segment carries beyond what SEGMENT ARRIVES knows of. */
export interface Extras {
  readonly text: Uint8Array;
  readonly options: SentOptions;
  readonly header: IpHeader;
}

/** In 32-bit words. */
const SHORTEST_HEADER = 5;
const OFFSET_OCTET = 12;

// The multicast group that every IPv6 host is in.
const ALL_NODES = 'ff02::1';

type Reading = NonNullable<Behaviour['reads']>;

/** Reads a packet; undefined for what is no segment. */
export function readPacket(ends: Ends, packet: Packet, reads: Reading = () => ({})): Received | undefined {
  try {
    const received = ends.family === 4 ? read4(ends, packet, reads) : read6(ends, packet, reads);
    const { source: from } = packet;
    if (from === ends.remote) return received;
    const { ports, segment } = received;
    return { ...received, ports: { ...ports, from }, segment: { ...segment, invalidSource: true } };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function read4({ local }: Ends, { packet }: Packet, reads: Reading): Received {
  const { tos, options, src, dst, payload } = decodeIpv4(packet);
  return received(
    decode(payload, { family: 4, src, dst }),
    {
      security: securityIn(options),
      precedence: precedence(tos),
      unicast: dst === local,
    },
    reads,
  );
}

/** Raw sockets hide the header of IPv6. Where the packet was sent to shows in its checksum, which covers the address. */
function read6({ local }: Ends, { tcp: octets, source }: Packet, reads: Reading): Received {
  const sentTo = (dst: string): Decoded => decode(octets, { family: 6, src: source, dst });
  const toAll = sentTo(ALL_NODES);
  const unicast = !toAll.tcp.checksumValid;
  return received(unicast ? sentTo(local) : toAll, { security: 0, precedence: 0, unicast }, reads);
}

interface Decoded {
  readonly tcp: DecodedTcp;
  readonly malformed?: Malformation;
}

/** Where the data offset cannot be, the header is read as if it had no options: the model is told, and takes nothing of it. */
function decode(octets: Uint8Array, addresses: Addresses): Decoded {
  const offset = (octets[OFFSET_OCTET] ?? 0) >>> 4;
  if (octets.length < 4 * SHORTEST_HEADER || (offset >= SHORTEST_HEADER && 4 * offset <= octets.length))
    return { tcp: decodeTcp(octets, addresses) };
  // `slice` of a Buffer is no copy.
  const copy = Uint8Array.from(octets);
  copy[OFFSET_OCTET] = (SHORTEST_HEADER << 4) | ((octets[OFFSET_OCTET] ?? 0) & 0x0f);
  const sum = internetChecksum(pseudoHeader(addresses, PROTOCOL_TCP, octets.length), octets);
  return { tcp: { ...decodeTcp(copy), checksumValid: sum === 0 }, malformed: 'data offset' };
}

function received(
  { tcp, malformed }: Decoded,
  ip: Pick<Segment, 'security' | 'precedence' | 'unicast'>,
  reads: Reading,
): Received {
  const read = fromWire(tcp);
  const { seq, ack, ctl, data, urg, wnd = 0, mss, tsval, tsecr } = read;
  return {
    ports: { local: tcp.dstPort, remote: tcp.srcPort },
    text: tcp.data,
    segment: {
      ...{ seq, ack, ctl, data, urg, wnd },
      ...(mss === undefined ? {} : { mss }),
      ...(tsval === undefined ? {} : { tsval }),
      ...(tsecr === undefined ? {} : { tsecr }),
      ...ip,
      ...headerForm(read),
      ...(malformed ? { malformed } : {}),
      checksumValid: tcp.checksumValid === true,
      ...reads({ ...read, checksum: tcp.checksum }),
    },
  };
}

/** The basic security option of RFC 1108, its level and authorities, as one number; 0 when there is none. */
function securityIn(options: Uint8Array): number {
  for (let at = 0; at < options.length; ) {
    const type = options[at] ?? 0;
    if (type === 0) break;
    const length = type === 1 ? 1 : (options[at + 1] ?? 0);
    if (length < 1 || at + length > options.length) break;
    if (type === SECURITY_OPTION_TYPE)
      return options.subarray(at + 2, at + length).reduce((word, octet) => word * 256 + octet, 1);
    at += length;
  }
  return 0;
}

/** The IP packet of a segment of ours. */
export function writePacket(
  { family, local, remote }: Ends,
  ports: Ports,
  segment: Segment,
  { text, options, header: { ttl = 64, diffserv = 0, source = local } }: Extras,
): Uint8Array {
  const addresses: Addresses = { family, src: family === 4 ? source : local, dst: remote };
  const context = {
    srcPort: ports.local,
    dstPort: ports.remote,
    defaultWindow: 0,
    payload: () => text,
  };
  const tcp = encodeTcp(toWire({ ...segment, ...options }, context), addresses);
  if (family === 6) {
    const header = { trafficClass: 0, flowLabel: 0, nextHeader: PROTOCOL_TCP, hopLimit: 64 };
    return encodeIpv6({ ...header, src: local, dst: remote }, tcp);
  }
  return encodeIpv4(
    {
      // The upper three bits of the Diffserv field were the precedence.
      tos: diffserv > 0 ? diffserv << 2 : withPrecedence(0, segment.precedence),
      id: 0,
      flags: DONT_FRAGMENT,
      fragmentOffset: 0,
      ttl,
      protocol: PROTOCOL_TCP,
      src: source,
      dst: remote,
      options: new Uint8Array(),
    },
    tcp,
  );
}

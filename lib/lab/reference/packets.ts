import { fromWire, toWire } from '../../notation/index.ts';
import type { Segment } from '../../spec/tcb.ts';
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
  PROTOCOL_TCP,
  precedence,
  SECURITY_OPTION_TYPE,
  WireError,
  withPrecedence,
} from '../../wire/index.ts';

/** Our own address and the only peer's. */
export interface Ends {
  readonly family: Family;
  readonly local: string;
  readonly remote: string;
}

export interface Ports {
  readonly local: number;
  readonly remote: number;
}

/** A segment as SEGMENT ARRIVES wants it, with what else there is on the wire. */
export interface Received {
  readonly ports: Ports;
  readonly segment: Segment;
  /** The option of a SYN. */
  readonly mss: number | undefined;
}

/** What a segment carries beyond what SEGMENT ARRIVES knows of. */
export interface Extras {
  readonly text?: Uint8Array;
  readonly mss?: number;
}

// The multicast group that every IPv6 host is in.
const ALL_NODES = 'ff02::1';

/** Reads a packet; undefined for what is no segment. */
export function readPacket(ends: Ends, packet: Packet): Received | undefined {
  try {
    return ends.family === 4 ? read4(ends, packet) : read6(ends, packet);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function read4({ local }: Ends, { packet }: Packet): Received {
  const { tos, options, src, dst, payload } = decodeIpv4(packet);
  const tcp = decodeTcp(payload, { family: 4, src, dst });
  return received(tcp, {
    security: securityIn(options),
    precedence: precedence(tos),
    unicast: dst === local,
  });
}

/** Raw sockets hide the header of IPv6. Where the packet was sent to shows in its checksum, which covers the address. */
function read6({ local }: Ends, { tcp: octets, source }: Packet): Received {
  const sentTo = (dst: string): DecodedTcp => decodeTcp(octets, { family: 6, src: source, dst });
  const toAll = sentTo(ALL_NODES);
  const unicast = !toAll.checksumValid;
  return received(unicast ? sentTo(local) : toAll, { security: 0, precedence: 0, unicast });
}

function received(tcp: DecodedTcp, ip: Pick<Segment, 'security' | 'precedence' | 'unicast'>): Received {
  const { wnd = 0, mss, wscale: _, sackPermitted: __, ...fields } = fromWire(tcp);
  return {
    ports: { local: tcp.dstPort, remote: tcp.srcPort },
    segment: { ...fields, ...ip, wnd, checksumValid: tcp.checksumValid === true },
    mss,
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
  { text, mss }: Extras,
): Uint8Array {
  const addresses: Addresses = { family, src: local, dst: remote };
  const context = {
    srcPort: ports.local,
    dstPort: ports.remote,
    defaultWindow: 0,
    ...(text ? { payload: () => text } : {}),
  };
  const tcp = encodeTcp(toWire({ ...segment, ...(mss === undefined ? {} : { mss }) }, context), addresses);
  if (family === 6) {
    const header = { trafficClass: 0, flowLabel: 0, nextHeader: PROTOCOL_TCP, hopLimit: 64 };
    return encodeIpv6({ ...header, src: local, dst: remote }, tcp);
  }
  return encodeIpv4(
    {
      tos: withPrecedence(0, segment.precedence),
      id: 0,
      flags: DONT_FRAGMENT,
      fragmentOffset: 0,
      ttl: 64,
      protocol: PROTOCOL_TCP,
      src: local,
      dst: remote,
      options: new Uint8Array(),
    },
    tcp,
  );
}

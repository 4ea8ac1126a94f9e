import type { Account, Explanation } from '../../lib/explain/account.ts';
import { CaptureExplainer, type CaptureFacts, type ExplainOptions } from '../../lib/explain/explain.ts';
import { encodeIpv4 } from '../../lib/wire/ipv4.ts';
import { encodeIpv6 } from '../../lib/wire/ipv6.ts';
import type { TcpOption } from '../../lib/wire/options.ts';
import { ACK, encodeTcp, FIN, PSH, RST, SYN, URG } from '../../lib/wire/tcp.ts';

/** A segment of a scene: who sends it, what, and when. Numbers count from the ISS of each end, as `explain` prints them. */
export interface Sent {
  readonly from: 'a' | 'b';
  readonly ctl: string;
  readonly seq: number;
  readonly ack?: number;
  readonly data?: number;
  readonly wnd?: number;
  /** Seconds since the segment before; a hundredth when absent. */
  readonly after?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly options?: readonly TcpOption[];
  readonly checksum?: number;
  readonly ipOptions?: Uint8Array;
  /** The ports, where it is another connection. */
  readonly ports?: readonly [number, number];
}

const BITS: Readonly<Record<string, number>> = { FIN, SYN, RST, PSH, ACK, URG };

/** The numbers at which the two ends begin: both cross 2^31 and 2^32 soon. */
export const ISS = { a: 0x7ffffff0, b: 0xfffffff0 } as const;

const ADDRESSES = { a: '192.0.2.1', b: '192.0.2.2' } as const;
const ADDRESSES_6 = { a: '2001:db8::1', b: '2001:db8::2' } as const;

/** The IP packet of a segment. */
export function packetOf(sent: Sent, index: number, family: 4 | 6 = 4): Uint8Array {
  const { from, ctl, seq, ack, data = 0 } = sent;
  const to = from === 'a' ? 'b' : 'a';
  const names = family === 4 ? ADDRESSES : ADDRESSES_6;
  const [portA, portB] = sent.ports ?? [40000, 80];
  const addresses = { family, src: names[from], dst: names[to] };
  const tcp = encodeTcp(
    {
      srcPort: from === 'a' ? portA : portB,
      dstPort: from === 'a' ? portB : portA,
      seq: (seq + ISS[from]) >>> 0,
      ack: ack === undefined ? 0 : (ack + ISS[to]) >>> 0,
      flags: ctl.split(',').reduce((bits, name) => bits | (BITS[name] ?? 0), 0),
      reserved: 0,
      window: sent.wnd ?? (ctl.includes('RST') ? 0 : 8000),
      urgent: 0,
      options: sent.options ?? [],
      data: new Uint8Array(data).fill(46),
      ...(sent.checksum === undefined ? {} : { checksum: sent.checksum }),
    },
    addresses,
  );
  const ttl = sent.ttl ?? 64;
  if (family === 6)
    return encodeIpv6(
      { trafficClass: 0, flowLabel: 0, nextHeader: 6, hopLimit: ttl, src: addresses.src, dst: addresses.dst },
      tcp,
    );
  return encodeIpv4(
    {
      tos: 0,
      id: sent.id ?? 1000 + index,
      flags: 2,
      fragmentOffset: 0,
      ttl,
      protocol: 6,
      src: addresses.src,
      dst: addresses.dst,
      options: sent.ipOptions ?? new Uint8Array(),
    },
    tcp,
  );
}

export interface Frame {
  /** Seconds. */
  readonly time: number;
  readonly octets: Uint8Array;
}

export function framesOf(scene: readonly Sent[], family: 4 | 6 = 4): Frame[] {
  let time = 1_700_000_000;
  return scene.map((sent, index) => {
    time += index === 0 ? 0 : (sent.after ?? 0.01);
    return { time, octets: packetOf(sent, index, family) };
  });
}

export interface PcapOptions {
  readonly bigEndian?: boolean;
  readonly nano?: boolean;
  readonly linkType?: number;
  readonly snapLength?: number;
}

/** A pcap file; packets that begin with their IP header, unless another link is named. */
export function pcapOf(
  frames: readonly Frame[],
  { bigEndian = false, nano = false, linkType = 101, snapLength = 262144 }: PcapOptions = {},
): Buffer {
  const write = (buffer: Buffer, value: number, at: number) =>
    bigEndian ? buffer.writeUInt32BE(value, at) : buffer.writeUInt32LE(value, at);
  const header = Buffer.alloc(24);
  write(header, nano ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  if (bigEndian) {
    header.writeUInt16BE(2, 4);
    header.writeUInt16BE(4, 6);
  } else {
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
  }
  write(header, snapLength, 16);
  write(header, linkType, 20);
  const parts: Uint8Array[] = [header];
  for (const { time, octets } of frames) {
    const kept = octets.subarray(0, snapLength);
    const record = Buffer.alloc(16);
    const seconds = Math.floor(time);
    write(record, seconds, 0);
    write(record, Math.round((time - seconds) * (nano ? 1e9 : 1e6)), 4);
    write(record, kept.length, 8);
    write(record, octets.length, 12);
    parts.push(record, kept);
  }
  return Buffer.concat(parts);
}

/** What `explain` makes of the octets of a capture. */
export function explained(
  octets: Uint8Array,
  options: ExplainOptions = {},
): { readonly accounts: Account[]; readonly facts: CaptureFacts } {
  const accounts: Account[] = [];
  const explainer = new CaptureExplainer((account) => accounts.push(account), options);
  explainer.push(octets);
  const facts = explainer.end();
  return { accounts: accounts.sort((one, other) => one.index - other.index), facts };
}

/** What `explain` makes of the first connection of a scene. */
export function accountOf(scene: readonly Sent[], family: 4 | 6 = 4): Account {
  const [account] = explained(pcapOf(framesOf(scene, family))).accounts;
  if (!account) throw new Error('no connection');
  return account;
}

/** The explanation of the last reset of a scene. */
export function lastReset(scene: readonly Sent[], family: 4 | 6 = 4): Explanation {
  const { accounts } = explained(pcapOf(framesOf(scene, family)));
  const reset = accounts
    .flatMap(({ explanations }) => explanations)
    .filter(({ kind }) => kind === 'reset')
    .sort((one, other) => one.segment.frame - other.segment.frame)
    .at(-1);
  if (!reset) throw new Error('no reset');
  return reset;
}

/** A handshake that A begins. */
export const HANDSHAKE: readonly Sent[] = [
  { from: 'a', ctl: 'SYN', seq: 0 },
  { from: 'b', ctl: 'SYN,ACK', seq: 0, ack: 1, after: 0.02 },
  { from: 'a', ctl: 'ACK', seq: 1, ack: 1, after: 0.0001 },
];

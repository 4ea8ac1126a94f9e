import { decodeIcmpError, PROTOCOL_ICMP } from '../../wire/icmp.ts';
import { read32 as readUnsigned32, read16 } from '../../wire/octets.ts';
import { icmpCause } from '../icmp.ts';
import { ipAt, NO_IP, UNKNOWN_LINK } from './link.ts';
import type { FrameRecord } from './records.ts';

/** What is said of a packet that holds no whole segment. */
export type Unread = 'no TCP' | 'fragment' | 'too short' | 'unknown link';

/** Bits of {@link Packet.marks}. */
export const MARK = {
  timestamps: 1,
  /** The checksum was verified and is wrong. */
  badChecksum: 2,
  /** The checksum covers the pseudo header alone: the network card was to complete it. */
  partialChecksum: 4,
  /** The snap length cut the header. */
  cutHeader: 8,
  /** More fragments follow: the text is not all here. */
  fragment: 16,
  /** An option has a length that cannot be. */
  malformed: 128,
  sackPermitted: 256,
  ipv6: 512,
  broadcast: 2048,
  /** The checksum was verified and is right. */
  goodChecksum: 4096,
  /** The data offset cannot be: nothing says where the text begins. */
  badOffset: 8192,
} as const;

/** A wrong checksum is looked for in segments up to this long, in octets: enough for all that need explaining. */
const CHECKED = 2048;

/**
 * The segment of one frame. All fields are 32-bit integers; sequence numbers are signed, so that differences modulo 2^32 are a
 * subtraction. One object is used for all frames: making one for each would cost more than reading it.
 */
export class Packet {
  number = 0;
  /** Seconds since the first frame. */
  time = 0;
  /** The source and the destination, four words each; an IPv4 address is the fourth, after three that are 0. */
  readonly addresses = new Int32Array(8);
  srcPort = 0;
  dstPort = 0;
  seq = 0;
  ack = 0;
  /** FIN...CWR. */
  flags = 0;
  window = 0;
  /** Octets of text, as the IP header says, also where they were not captured. */
  data = 0;
  tsval = 0;
  /** The shift of the window scale option, or -1. */
  scale = -1;
  ttl = 0;
  ipId = 0;
  marks = 0;
  /** The security option as one word, 0 for none. */
  security = 0;

  /** An ICMP error: then addresses, ports and SEQ are those of the segment that it is about. */
  readonly icmp = { type: 0, code: 0, mtu: 0, from: new Int32Array(4) };

  /** Reads a frame. Undefined when its segment was read, `ICMP` when an ICMP error about one was, else why it has none. */
  read(frame: FrameRecord): Unread | 'ICMP' | undefined {
    const { octets } = frame;
    const end = frame.start + frame.captured;
    const at = ipAt(octets, frame.start, frame.linkType);
    if (at === NO_IP) return 'no TCP';
    if (at === UNKNOWN_LINK) return 'unknown link';
    this.number = frame.number;
    const missing = Math.max(0, frame.original - frame.captured);
    const version = (octets[at] as number) >> 4;
    if (version === 4) return this.#ipv4(octets, at, end, missing);
    if (version === 6) return this.#ipv6(octets, at, end, missing);
    return 'no TCP';
  }

  #ipv4(octets: Uint8Array, at: number, end: number, missing: number): Unread | 'ICMP' | undefined {
    if (at + 20 > end) return 'too short';
    const header = ((octets[at] as number) & 15) * 4;
    if (header < 20) return 'no TCP';
    const protocol = octets[at + 9];
    if (protocol !== 6 && protocol !== PROTOCOL_ICMP[4]) return 'no TCP';
    const fragment = read16(octets, at + 6);
    if ((fragment & 0x1fff) !== 0) return 'fragment';
    if (protocol === PROTOCOL_ICMP[4]) {
      this.icmp.from.set([0, 0, 0, read32(octets, at + 12)]);
      return this.#icmp(4, octets, at + header, end);
    }
    // A card that splits segments itself leaves the length 0.
    const length = read16(octets, at + 2) || end + missing - at;
    const { addresses } = this;
    readAddresses4(octets, at, addresses);
    this.ttl = octets[at + 8] as number;
    this.ipId = read16(octets, at + 4);
    this.marks = fragment & 0x2000 ? MARK.fragment : 0;
    if ((octets[at + 16] as number) >= 224) this.marks |= MARK.broadcast;
    this.security = 0;
    if (header > 20) this.#ipOptions(octets, at + 20, Math.min(at + header, end));
    return this.#tcp(octets, at + header, end, at + length);
  }

  /** Looks for a security option (RFC 791 section 3.1, RFC 1108): type 130. */
  #ipOptions(octets: Uint8Array, from: number, end: number): void {
    for (let at = from; at + 1 < end; ) {
      const type = octets[at] as number;
      if (type === 0) return;
      const length = type === 1 ? 1 : (octets[at + 1] as number);
      if (length < 1 || (type !== 1 && length < 2)) return;
      if (type === 130) {
        let word = 0;
        for (let index = at + 2; index < Math.min(at + length, end); index += 1)
          word = (Math.imul(word, 257) + (octets[index] as number) + 1) | 0;
        this.security = word;
      }
      at += length;
    }
  }

  #ipv6(octets: Uint8Array, from: number, end: number, missing: number): Unread | 'ICMP' | undefined {
    if (from + 40 > end) return 'too short';
    const payload = read16(octets, from + 4);
    const last = payload === 0 ? end + missing : from + 40 + payload;
    const { addresses } = this;
    readAddresses6(octets, from, addresses);
    this.ttl = octets[from + 7] as number;
    this.ipId = 0;
    this.security = 0;
    this.marks = MARK.ipv6;
    if (octets[from + 24] === 255) this.marks |= MARK.broadcast;
    let next = octets[from + 6] as number;
    let at = from + 40;
    for (let headers = 0; headers < 8 && next !== 6; headers += 1) {
      if (at + 8 > end) return next === 6 ? 'too short' : 'no TCP';
      if (next === 44) {
        if ((read16(octets, at + 2) & 0xfff8) !== 0) return 'fragment';
        if (read16(octets, at + 2) & 1) this.marks |= MARK.fragment;
        next = octets[at] as number;
        at += 8;
      } else if (next === 0 || next === 43 || next === 60 || next === 51) {
        const length = octets[at + 1] as number;
        at += next === 51 ? (length + 2) * 4 : (length + 1) * 8;
        next = octets[at - (next === 51 ? (length + 2) * 4 : (length + 1) * 8)] as number;
      } else if (next === PROTOCOL_ICMP[6]) {
        this.icmp.from.set(addresses.subarray(0, 4));
        return this.#icmp(6, octets, at, end);
      } else return 'no TCP';
    }
    if (next !== 6) return 'no TCP';
    return this.#tcp(octets, at, end, last);
  }

  /** Reads the segment that an ICMP error is about, as far as the message has it: 8 octets of its header at least. */
  #icmp(family: 4 | 6, octets: Uint8Array, at: number, end: number): 'ICMP' | 'no TCP' {
    const { icmp, addresses } = this;
    const error = decodeIcmpError(family, octets.subarray(at, end));
    if (error?.seq === undefined) return 'no TCP';
    const { type, code } = error;
    const cause = icmpCause(family, type, code);
    if (!cause) return 'no TCP';
    const mtu = family === 4 ? read16(octets, at + 6) : readUnsigned32(octets, at + 4);
    Object.assign(icmp, { type, code, mtu: cause === 'fragmentation needed' ? mtu : 0 });
    // The packet that it is about begins behind a header of 8 octets.
    if (family === 4) readAddresses4(octets, at + 8, addresses);
    else readAddresses6(octets, at + 8, addresses);
    this.srcPort = error.srcPort;
    this.dstPort = error.dstPort;
    this.seq = error.seq | 0;
    return 'ICMP';
  }

  #tcp(octets: Uint8Array, at: number, end: number, last: number): Unread | undefined {
    if (at + 20 > end || at + 20 > last) return 'too short';
    this.srcPort = read16(octets, at);
    this.dstPort = read16(octets, at + 2);
    this.seq = read32(octets, at + 4);
    this.ack = read32(octets, at + 8);
    this.flags = octets[at + 13] as number;
    this.window = read16(octets, at + 14);
    this.scale = -1;
    this.tsval = 0;
    const header = ((octets[at + 12] as number) >> 4) * 4;
    if (header < 20 || at + header > last) {
      this.marks |= MARK.badOffset;
      this.data = 0;
    } else {
      this.data = last - at - header;
      if (at + header > end) this.marks |= MARK.cutHeader;
      if (header > 20) this.#options(octets, at + 20, Math.min(at + header, end));
    }
    const length = last - at;
    if (last <= end && length <= CHECKED && (this.marks & MARK.fragment) === 0)
      this.#checksum(octets, at, last);
    return undefined;
  }

  #options(octets: Uint8Array, from: number, end: number): void {
    let at = from;
    while (at < end) {
      const type = octets[at] as number;
      if (type === 1) {
        at += 1;
        continue;
      }
      if (type === 0) return;
      const length = at + 1 < end ? (octets[at + 1] as number) : 0;
      if (length < 2 || at + length > end) {
        if ((this.marks & MARK.cutHeader) === 0) this.marks |= MARK.malformed;
        return;
      }
      if (type === 8 && length === 10) {
        this.tsval = read32(octets, at + 2);
        this.marks |= MARK.timestamps;
      } else if (type === 3 && length === 3) this.scale = Math.min(octets[at + 2] as number, 14);
      else if (type === 4 && length === 2) this.marks |= MARK.sackPermitted;
      else if ((type === 2 && length !== 4) || type === 3 || type === 4 || type === 8)
        this.marks |= MARK.malformed;
      at += length;
    }
  }

  #checksum(octets: Uint8Array, at: number, last: number): void {
    const { addresses } = this;
    const length = last - at;
    let sum = 6 + (length & 0xffff) + (length >>> 16);
    for (let word = 0; word < 8; word += 1)
      sum += ((addresses[word] as number) >>> 16) + ((addresses[word] as number) & 0xffff);
    const pseudo = folded(sum);
    const even = last - (length & 1);
    for (let index = at; index < even; index += 2)
      sum += ((octets[index] as number) << 8) | (octets[index + 1] as number);
    if (even < last) sum += (octets[even] as number) << 8;
    const whole = folded(sum);
    if (whole === 0xffff) {
      this.marks |= MARK.goodChecksum;
      return;
    }
    this.marks |= MARK.badChecksum;
    if (read16(octets, at + 16) === pseudo) this.marks |= MARK.partialChecksum;
  }
}

/** Signed. */
const read32 = (octets: Uint8Array, at: number): number => readUnsigned32(octets, at) | 0;

function readAddresses4(octets: Uint8Array, at: number, into: Int32Array): void {
  into.fill(0);
  into[3] = read32(octets, at + 12);
  into[7] = read32(octets, at + 16);
}

function readAddresses6(octets: Uint8Array, at: number, into: Int32Array): void {
  for (let word = 0; word < 8; word += 1) into[word] = read32(octets, at + 8 + 4 * word);
}

const folded = (value: number): number => {
  let sum = value;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
};
